"""Signed chat sessions: the server picks the conversation, the client only carries its token.

Nothing is stored for a session: the signature says that the conversation's name came from here, so
nobody can read or continue a conversation by guessing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import web
from itsdangerous import BadData, URLSafeTimedSerializer

from bot.ground.settings import Settings

_SALT = "guichet.chat.session"
_NAME_BYTES = 24
_DAY = 24 * 3600
_MOST_CHARACTERS = 1000


@dataclass(frozen=True)
class ChatSession:
    """One conversation of one portal."""

    conversation: str
    portal: str


def new_session(portal: str) -> ChatSession:
    """Return a session with a conversation of its own, named at random."""
    return ChatSession(secrets.token_urlsafe(_NAME_BYTES), portal)


def sign(settings: Settings, session: ChatSession) -> str:
    """Return the token that stands for a session."""
    payload = {"conversation": session.conversation, "portal": session.portal}
    return _serializer(settings).dumps(payload)


def verify(settings: Settings, token: str, portal: str) -> ChatSession:
    """Read a session's token.

    Args:
        settings: Hold the key, and the days after which conversations are deleted.
        token: The token as the client sent it.
        portal: The portal that it is used with.

    Raises:
        web.HTTPUnauthorized: If the token was not issued here or has expired.
        web.HTTPForbidden: If it belongs to another portal.
    """
    max_age = settings.retention_days * _DAY
    try:
        if len(token) > _MOST_CHARACTERS or not token.isascii():
            raise BadData("Not one of ours")
        payload = _serializer(settings).loads(token, max_age=max_age)
        session = ChatSession(payload["conversation"], payload["portal"])
    except (BadData, KeyError, TypeError):
        raise web.HTTPUnauthorized(
            text="Cette conversation a expiré. Commencez-en une nouvelle."
        ) from None
    if session.portal != portal:
        raise web.HTTPForbidden(text="Cette conversation appartient à un autre portail.")
    return session


def _serializer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt=_SALT)
