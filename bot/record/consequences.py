"""What messages caused outside the conversation: resets, mails, tickets."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.outbox import OutboxMail
from bot.desk.resets import ResetToken
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.db import now

KINDS = ("reset", "handover", "withdrawal", "receipt")
"""What ends the key under which a message causes something."""

MAIL_STATES = {
    "waiting": "en attente d’envoi",
    "sent": "envoyé",
    "failed": "en échec",
    "discarded": "écarté",
}


@dataclass(frozen=True)
class Consequences:
    """Sentences about what each message caused, by the message's id."""

    by_message: dict[str, list[str]]

    def of(self, message_id: str) -> list[str]:
        """Return what a message caused."""
        return self.by_message.get(message_id, [])


async def read_consequences(
    session: AsyncSession, conversation_id: str, message_ids: list[str]
) -> Consequences:
    """Return what the messages of a conversation caused.

    Args:
        session: Reads it.
        conversation_id: Which conversation.
        message_ids: Its messages.
    """
    keys = {
        f"{conversation_id}:{message_id}:{kind}": message_id
        for message_id in message_ids
        for kind in KINDS
    }
    found: dict[str, list[str]] = {}
    chunks = [list(keys)[at : at + 500] for at in range(0, len(keys), 500)]
    for chunk in chunks:
        for key, sentence in [
            *await _resets(session, chunk),
            *await _tickets(session, chunk),
            *await _mails(session, chunk),
        ]:
            found.setdefault(keys[key], []).append(sentence)
    return Consequences(found)


def reset_state(token: ResetToken) -> str:
    """Tell what became of a reset."""
    if token.redeemed_at is not None:
        return "mot de passe changé"
    if token.voided_at is not None:
        return "remplacée par une plus récente"
    return "lien expiré sans avoir servi" if token.expires_at <= now() else "lien encore valable"


async def _resets(session: AsyncSession, keys: list[str]) -> list[tuple[str, str]]:
    rows = await session.scalars(select(ResetToken).where(ResetToken.request_key.in_(keys)))
    return [(r.request_key, f"Réinitialisation déclenchée : {reset_state(r)}.") for r in rows]


async def _mails(session: AsyncSession, keys: list[str]) -> list[tuple[str, str]]:
    rows = await session.scalars(select(OutboxMail).where(OutboxMail.key.in_(keys)))
    return [(r.key, f"Mail « {r.subject} » : {MAIL_STATES.get(r.state, r.state)}.") for r in rows]


async def _tickets(session: AsyncSession, keys: list[str]) -> list[tuple[str, str]]:
    rows = await session.execute(
        select(TicketEntry.request_key, Ticket.reference, TicketEntry.kind)
        .join(Ticket, Ticket.id == TicketEntry.ticket_id)
        .where(TicketEntry.request_key.in_(keys))
    )
    return [(key, f"{_DONE[kind]} : demande {reference}.") for key, reference, kind in rows]


_DONE = {"handover": "Transmise", "withdrawal": "Annulée"}
