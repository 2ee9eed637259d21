"""A portal's webhook: what is posted of its events, signed so that the receiver can trust it.

The signature is that of the Standard Webhooks specification, for which receivers find ready-made
libraries: `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,…`, the latter an
HMAC-SHA256 of `id.timestamp.body` in base 64, with a secret that starts with `whsec_`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content
from bot.desk.privacy import addresses_of, mask_addresses
from bot.desk.ticket_tables import Ticket
from bot.ground.db import now
from bot.ground.errors import GuichetError
from bot.ground.sealing import seal, unseal
from bot.ground.settings import Settings
from bot.staff.notice_tables import TicketEvent, Webhook, WebhookCall

TRIAL = "trial"
MOST_ATTEMPTS = 12
_TYPES = {
    "new": "ticket.new",
    "assigned": "ticket.assigned",
    "message": "ticket.message",
    "overdue": "ticket.overdue",
    TRIAL: "trial",
}
_FIRST_DELAY = timedelta(seconds=15)
_LONGEST_DELAY = timedelta(hours=1)
_MOST_URL = 500
_PURPOSE = "webhook"
_PREFIX = "whsec_"


class WebhookRefused(GuichetError):
    """An address cannot be a webhook's; the sentence says why."""


def checked_url(text: str) -> str:
    """Return an address to which something may be posted.

    Raises:
        WebhookRefused: If it is none.
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        named = False
    if not named or not url.isascii() or not url.isprintable() or len(url) > _MOST_URL:
        raise WebhookRefused("Écrivez une adresse entière, comme https://outil.example/guichet.")
    if parts.username or parts.password or parts.fragment:
        raise WebhookRefused("L’adresse ne peut pas contenir de mot de passe ni de « # ».")
    return url


def new_secret() -> str:
    """Return a secret to sign with."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def sealed_secret(secret: str, secret_key: str) -> str:
    """Return a secret as it is stored."""
    return seal(secret, secret_key, _PURPOSE)


def opened_secret(sealed: str, secret_key: str) -> str | None:
    """Return a stored secret, or None where it was sealed with another key."""
    return unseal(sealed, secret_key, _PURPOSE)


def signature(secret: str, delivery: str, timestamp: int, body: str) -> str:
    """Return the value of `webhook-signature`.

    Args:
        secret: As `new_secret` made it.
        delivery: The call's name.
        timestamp: When it is sent, in seconds since 1970.
        body: What is posted.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{delivery}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    doubled: timedelta = _FIRST_DELAY * 2 ** (attempts - 1)
    return min(doubled, _LONGEST_DELAY)


async def queue_calls(
    session: AsyncSession, events: Sequence[TicketEvent], content: Content, settings: Settings
) -> None:
    """Have events posted to the webhooks of their portals.

    Args:
        session: The transaction that writes the events.
        events: What happened.
        content: Knows the names of regions.
        settings: The console's address, for links.
    """
    active = set(await session.scalars(select(Webhook.portal).where(Webhook.active)))
    for event in events:
        if event.portal not in active or event.portal not in content.portals:
            continue
        # The subject of a mail is what somebody wrote; it stays here.
        topic = await session.scalar(
            select(Ticket.topic).where(
                Ticket.reference == event.reference, Ticket.conversation_id.is_not(None)
            )
        )
        portal = content.portal(event.portal)
        region = portal.region(event.region)
        data = {
            "reference": event.reference,
            "portal": event.portal,
            "region": region.name if region else event.region,
            "topic": mask_addresses(topic or "", addresses_of(portal)),
            "url": f"{settings.public_url}/console/{event.portal}/tickets/{event.reference}",
        }
        _queue(session, event.portal, event.kind, data)


def queue_trial(session: AsyncSession, portal: str) -> None:
    """Have something posted that is about no ticket, for the receiver to try."""
    _queue(session, portal, TRIAL, {"portal": portal})


def _queue(session: AsyncSession, portal: str, kind: str, data: dict[str, str]) -> None:
    moment = now()
    body = {"type": _TYPES[kind], "timestamp": moment.isoformat(), "data": data}
    session.add(
        WebhookCall(
            portal=portal,
            delivery=f"msg_{secrets.token_hex(12)}",
            kind=kind,
            reference=data.get("reference", ""),
            body=json.dumps(body, ensure_ascii=False),
            created_at=moment,
            next_attempt_at=moment,
        )
    )
