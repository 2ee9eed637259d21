"""What somebody typed when their session ended: kept until they are back on the page.

It travels sealed, in the login form, so that nobody without a password can fill the database; with
the login it is laid with the new session, and is gone once its page was shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from aiohttp import web
from sqlalchemy import update

from bot.desk.resets import hash_token
from bot.ground.db import Database
from bot.ground.sealing import seal, unseal
from bot.staff.tables import StaffSession
from bot.web.keys import SETTINGS

LIFETIME = timedelta(hours=1)
PAGES: web.AppKey[tuple[re.Pattern[str], ...]] = web.AppKey("pages", tuple)
TYPED = {
    "text": "Votre texte", "reply": "Votre réponse", "title": "Titre", "tag": "Étiquette",
    "address": "Adresse e-mail", "url": "Adresse du webhook",
}  # fmt: skip
"""The fields that people write in, with their labels; others were only chosen."""

_SECRET = frozenset(("password", "repeated", "current", "code", "secret", "form_token", "kept"))
_PURPOSE = "kept"


@dataclass(frozen=True)
class Kept:
    """A form that came too late.

    Attributes:
        page: The page that it was on, below `/console`, with its query.
        action: Where it was sent, below `/console`.
        values: What it held, passwords and codes left out.
    """

    page: str
    action: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def typed(self) -> dict[str, str]:
        """What was written rather than chosen."""
        return {name: text for name, text in self.values.items() if name in TYPED and text}


def pages_of(paths: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Return what recognises the addresses of pages.

    Args:
        paths: The pages' routes.
    """
    return tuple(
        re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", path)))) for path in paths
    )


def kept_of(request: web.Request, values: dict[str, str]) -> Kept:
    """Return a posted form as it is kept.

    Args:
        request: The form's request.
        values: What it held.
    """
    base = f"{request.config_dict[SETTINGS].base_path}/console"
    action = request.raw_path.partition("?")[0].removeprefix(base)
    referer = _parts(request.headers.get("Referer", ""))
    page = ""
    if referer.netloc == request.host and referer.path.startswith(f"{base}/"):
        path = referer.path.removeprefix(base)
        if _is_page(request, path):
            page = f"{path}?{referer.query}" if referer.query else path
    rest = {name: text for name, text in values.items() if name not in _SECRET}
    return Kept(page or _page_above(request, action), action, rest)


def _parts(address: str) -> SplitResult:
    """Return the parts of an address that a client sent; a malformed one has none."""
    try:
        return urlsplit(address if address.isascii() else "")
    except ValueError:
        return urlsplit("")


def seal_kept(kept: Kept, browser: str, secret_key: str) -> str:
    """Return a form sealed for the browser that sent it."""
    values = [hash_token(browser), kept.page, kept.action, kept.values]
    return seal(json.dumps(values), secret_key, _PURPOSE)


def open_kept(sealed: str, browser: str, secret_key: str) -> Kept | None:
    """Return a form that was sealed for this browser within the hour, or None."""
    text = unseal(sealed, secret_key, _PURPOSE, LIFETIME) if sealed else None
    if text is None:
        return None
    owner, page, action, values = json.loads(text)
    return Kept(page, action, values) if owner == hash_token(browser) else None


async def lay(database: Database, token: str, kept: Kept | None, secret_key: str) -> None:
    """Lay a form with a session, or take away what lay there.

    Args:
        database: Where sessions stand.
        token: The session's.
        kept: The form; None for nothing.
        secret_key: The installation's.
    """
    sealed = seal_kept(kept, token, secret_key) if kept else None
    async with database.write() as session:
        await session.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == hash_token(token))
            .values(kept=sealed)
        )


def _is_page(request: web.Request, path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in request.config_dict[PAGES])


def _page_above(request: web.Request, path: str) -> str:
    while path and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/"
