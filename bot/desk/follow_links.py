"""The signed link to a person's follow-up page: it opens their request without an account.

It is of use to whoever has the mails to the ticket's contact, and to nobody else: once another
address is the contact, or the staff revoke the links, those sent before open nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.desk.privacy import fingerprint
from bot.desk.ticket_tables import Ticket
from bot.ground.errors import GuichetError
from bot.ground.settings import Settings

LIFETIME = timedelta(days=90)
_OWNER_LENGTH = 16


class FollowLinkRefused(GuichetError):
    """A link is forged, was cut, or is too old."""


@dataclass(frozen=True)
class FollowLink:
    """What a link names.

    Attributes:
        owner: Stands for the address that it was sent to.
        signed_at: When; whole seconds.
    """

    reference: str
    owner: str
    signed_at: datetime


def follow_address(ticket: Ticket, settings: Settings) -> str:
    """Return the address of the follow-up page, for a mail to the ticket's contact."""
    named = [ticket.reference, _owner(ticket.contact, settings.secret_key)]
    return f"{settings.public_url}/suivi/{_serializer(settings.secret_key).dumps(named)}"


def read_follow_link(signed: str, secret_key: str) -> FollowLink:
    """Return what a signed link names.

    Raises:
        FollowLinkRefused: If the signature does not fit, or is too old.
    """
    try:
        (reference, owner), signed_at = _serializer(secret_key).loads(
            signed, max_age=int(LIFETIME.total_seconds()), return_timestamp=True
        )
    except (BadSignature, ValueError, TypeError):
        raise FollowLinkRefused(
            "Ce lien ne vaut pas, ou ne vaut plus. Ouvrez celui du dernier mail reçu, ou demandez à"
            " l’assistant où en est votre demande."
        ) from None
    return FollowLink(str(reference), str(owner), signed_at)


def opens(link: FollowLink, ticket: Ticket, secret_key: str) -> bool:
    """Tell whether a link opens a ticket as it is now."""
    revoked = ticket.links_from is not None and link.signed_at < ticket.links_from
    return not revoked and link.owner == _owner(ticket.contact, secret_key)


def _owner(address: str, secret_key: str) -> str:
    return fingerprint(address, secret_key)[:_OWNER_LENGTH]


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="guichet.follow")
