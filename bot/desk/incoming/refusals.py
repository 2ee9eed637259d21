"""Marks a mail of ours as refused when a server says afterwards that it could not deliver it."""

from __future__ import annotations

import re

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.incoming.message import Bounce, FailedRecipient
from bot.desk.outbox import OutboxMail
from bot.ground.addresses import normalise_address

_LONGEST_ERROR = 500
_CODE = re.compile(r"^[45]\d\d\b")
_BASIC = "550"


async def mark_refused(session: AsyncSession, bounce: Bounce) -> OutboxMail | None:
    """Mark the mail that a report is about, where it was sent to the recipient that failed.

    The Message-ID alone is known to whoever ever got the mail passed on.

    Args:
        session: The transaction.
        bounce: What a server tells.

    Returns:
        The mail, or None where the report is about none that was sent, or not final.
    """
    rows = await session.scalars(
        select(OutboxMail).where(
            OutboxMail.message_id.in_(bounce.message_ids), OutboxMail.state == "sent"
        )
    )
    for mail in rows:
        recipient = normalise_address(mail.recipient)
        for failed in bounce.recipients:
            if failed.final and recipient in failed.addresses:
                # Not through the object: it may have been sent on to another mailbox meanwhile.
                await session.execute(
                    update(OutboxMail)
                    .where(
                        OutboxMail.id == mail.id,
                        OutboxMail.recipient == mail.recipient,
                        OutboxMail.state == "sent",
                    )
                    .values(state="failed", error=error_of(failed))
                )
                return mail
    return None


def error_of(failed: FailedRecipient) -> str:
    """Return a refusal as the outbox keeps the answers of servers: codes, then words."""
    words = failed.diagnostic
    if _CODE.match(words):
        # "550-5.7.1" is a line of an answer of several.
        return words[:_LONGEST_ERROR]
    status = failed.status if failed.status.startswith(("4", "5")) else ""
    return " ".join(filter(None, (_BASIC, status, words)))[:_LONGEST_ERROR]
