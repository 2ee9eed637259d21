"""What is told of a ticket to the person whose it is: the truth of state and mails together.

The chat and the person's page both ask here, so that they never tell different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.mail_fates import FATES
from bot.desk.outbox import OutboxMail
from bot.desk.ticket_mails import TicketMail, mail_of, read_mail
from bot.desk.ticket_tables import Ticket, TicketEntry
from bot.ground.clock import PARIS, paris_time, same_day
from bot.ground.db import now

TOLD = (*FATES, "open", "for_you", "answered", "closed", "answer_waiting", "answer_refused")
"""What can be told; of a ticket that nobody took yet, what became of its mail to the region."""

_BY_STATE = {"waiting": "for_you", "answered": "answered", "closed": "closed"}


@dataclass(frozen=True)
class News:
    """What is told of a ticket.

    Attributes:
        told: One of `TOLD`.
        mail: The mail to the region.
        answer: The mail of the last reply; None where no reply was written here.
    """

    told: str
    mail: TicketMail
    answer: TicketMail | None


def told_moment(moment: datetime | None) -> str:
    """Return when something was, as it is told, with the day where that is not today."""
    if moment is None:
        return ""
    day = "" if same_day(moment, now()) else f"le {moment.astimezone(PARIS):%d/%m} à "
    return f"{day}{paris_time(moment)}"


async def news_of(session: AsyncSession, ticket: Ticket) -> News:
    """Return what is told of a ticket."""
    mail = await mail_of(session, ticket.id)
    answer = await _answer(session, ticket.id)
    return News(_told(ticket, mail, answer), mail, answer)


def _told(ticket: Ticket, mail: TicketMail, answer: TicketMail | None) -> str:
    if ticket.is_unanswered:
        stuck = mail.told is not None and mail.told.stuck
        unread = ticket.assigned_to is None and (mail.fate == "refused" or stuck)
        # Whoever took it up has read it, whatever became of the mail.
        return mail.fate if ticket.state == "new" or unread else "open"
    if answer is not None and answer.fate in ("waiting", "refused"):
        return f"answer_{answer.fate}"
    return _BY_STATE[ticket.state]


async def _answer(session: AsyncSession, ticket_id: int) -> TicketMail | None:
    mail = await session.scalar(
        select(OutboxMail)
        .join(TicketEntry, TicketEntry.request_key == OutboxMail.key)
        .where(TicketEntry.ticket_id == ticket_id, TicketEntry.kind == "reply")
        .order_by(TicketEntry.id.desc())
        .limit(1)
    )
    return None if mail is None else read_mail(mail)
