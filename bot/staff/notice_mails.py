"""Mails that tell staff of what happens: one a kind every few minutes, and one each morning."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content, Portal
from bot.desk.outbox import Mail, enqueue
from bot.desk.privacy import addresses_of, mask_addresses
from bot.desk.ticket_tables import UNANSWERED, Ticket
from bot.ground.clock import PARIS
from bot.ground.db import Database, now
from bot.ground.markdown import escape_markdown
from bot.ground.settings import Settings
from bot.staff.notice_tables import Notice, NoticeChoice
from bot.staff.tables import ALL_PORTALS, StaffGrant, StaffUser

logger = logging.getLogger(__name__)

MORNING = time(7, 30)
_SATURDAY = 5
_MOST_LISTED = 20
_NO_TOPIC = "Demande d’aide"


async def mail_due(database: Database, content: Content, settings: Settings) -> int:
    """Write the mails whose time has come.

    Args:
        database: Where notices and outbox stand.
        content: Knows the portals.
        settings: The minutes between two mails of a kind, and the console's address.

    Returns:
        How many mails were written.
    """
    written = 0
    for choice in await _due(database, settings):
        portal = content.portals.get(choice.portal)
        if portal is None:
            continue
        try:
            written += await _write(database, choice, portal, settings)
        except Exception:
            # A broken sentence of one portal is no reason to tell nobody; it is tried again.
            logger.exception("Notices of %s on %s could not be written", choice.kind, portal.id)
    return written


async def _write(
    database: Database, choice: NoticeChoice, portal: Portal, settings: Settings
) -> int:
    async with database.write() as session:
        writer = await _writer(session, choice, portal, settings)
        return 0 if writer is None else await writer.write()


async def _due(database: Database, settings: Settings) -> list[NoticeChoice]:
    """Return of which choices something is to be told now."""
    moment = now()
    since = moment - timedelta(minutes=settings.notice_minutes)
    waiting = select(Notice.id).where(
        Notice.user_id == NoticeChoice.user_id,
        Notice.portal == NoticeChoice.portal,
        Notice.kind == NoticeChoice.kind,
    )
    rested = NoticeChoice.sent_at.is_(None) | (NoticeChoice.sent_at <= since)
    async with database.read() as session:
        due = list(await session.scalars(select(NoticeChoice).where(rested, waiting.exists())))
        begins = morning_of(moment)
        if begins is not None:
            unsent = NoticeChoice.sent_at.is_(None) | (NoticeChoice.sent_at < begins)
            digests = select(NoticeChoice).where(NoticeChoice.kind == "digest", unsent)
            due += await session.scalars(digests)
    return due


def morning_of(moment: datetime) -> datetime | None:
    """Return when the digests of a day are due, or None before that and on weekends."""
    local = moment.astimezone(PARIS)
    begins = datetime.combine(local.date(), MORNING, PARIS)
    return begins if local >= begins and local.weekday() < _SATURDAY else None


@dataclass(frozen=True)
class _Writer:
    """Writes what one of the staff is told of one kind."""

    session: AsyncSession
    choice: NoticeChoice
    email: str
    regions: Sequence[str]
    portal: Portal
    settings: Settings

    async def write(self) -> int:
        """Write the mail, if there is something to tell; returns how many were written."""
        sent_before = self.choice.sent_at
        self.choice.sent_at = now()
        if self.choice.kind == "digest":
            return await self._digest(sent_before)
        return await self._notices()

    async def _notices(self) -> int:
        mine = (
            Notice.user_id == self.choice.user_id,
            Notice.portal == self.portal.id,
            Notice.kind == self.choice.kind,
        )
        references = list(
            await self.session.scalars(select(Notice.reference).where(*mine).order_by(Notice.id))
        )
        await self.session.execute(delete(Notice).where(*mine))
        # Each once, and none that is gone meanwhile.
        rows = await self.session.scalars(
            select(Ticket)
            .where(Ticket.reference.in_(references), Ticket.portal == self.portal.id)
            .order_by(Ticket.id)
        )
        tickets = [self._told(ticket) for ticket in rows]
        if not tickets:
            return 0
        subject = self.portal.say(
            f"mail.notice.{self.choice.kind}",
            count=len(tickets),
            reference=tickets[0]["reference"],
        )
        text = self.portal.say(
            "mail.notice.body",
            tickets=tickets[:_MOST_LISTED],
            more=max(0, len(tickets) - _MOST_LISTED),
            list=self._list,
            choices=self._choices,
        )
        await self._send(subject, text)
        return 1

    async def _digest(self, sent_before: datetime | None) -> int:
        moment = now()
        query = select(Ticket).where(Ticket.portal == self.portal.id)
        if self.regions:
            query = query.where(Ticket.region.in_([*self.regions, ""]))
        unanswered = query.where(Ticket.state.in_(UNANSWERED))
        tickets = (await self.session.scalars(unanswered)).all()
        promise = self.portal.promise
        since = sent_before or moment - timedelta(days=1)
        if not tickets:
            return 0
        arrived = query.with_only_columns(func.count()).where(Ticket.created_at > since)
        waiting = len(tickets)
        subject = self.portal.say("mail.digest.subject", waiting=waiting)
        text = self.portal.say(
            "mail.digest.body",
            waiting=waiting,
            late=sum(bool(promise and promise.due(t.waiting_since) < moment) for t in tickets),
            fresh=await self.session.scalar(arrived),
            mine=sum(ticket.assigned_to == self.choice.user_id for ticket in tickets),
            list=self._list,
            choices=self._choices,
        )
        await self._send(subject, text)
        return 1

    @property
    def _list(self) -> str:
        return f"{self.settings.public_url}/console/{self.portal.id}/tickets"

    @property
    def _choices(self) -> str:
        return f"{self.settings.public_url}/console/me/notices"

    def _told(self, ticket: Ticket) -> dict[str, str]:
        region = self.portal.region(ticket.region)
        # Of a ticket that a mail opened it is the subject: whatever somebody wrote there.
        topic = mask_addresses(ticket.topic or _NO_TOPIC, addresses_of(self.portal))
        return {
            "reference": ticket.reference,
            "link": f"{self._list}/{ticket.reference}",
            "topic": escape_markdown(topic),
            "region": region.name if region else "",
        }

    async def _send(self, subject: str, text: str) -> None:
        mail = Mail(
            portal=self.portal.id,
            kind="staff",
            recipient=self.email,
            subject=subject,
            text=text,
        )
        key = f"notice:{uuid.uuid4().hex}"
        await enqueue(self.session, mail, sender=self.portal.sender, key=key)


async def _writer(
    session: AsyncSession, due: NoticeChoice, portal: Portal, settings: Settings
) -> _Writer | None:
    """Return who writes what is due, or None where another process did, or the role is gone."""
    choice = await session.get(
        NoticeChoice, (due.user_id, due.portal, due.kind), with_for_update=True
    )
    if choice is None or choice.sent_at != due.sent_at:
        return None
    user = await session.get_one(StaffUser, due.user_id)
    grants = (
        await session.scalars(
            select(StaffGrant).where(
                StaffGrant.user_id == user.id, StaffGrant.portal.in_((portal.id, ALL_PORTALS))
            )
        )
    ).all()
    if user.disabled_at is not None or not grants:
        await session.execute(
            delete(Notice).where(Notice.user_id == user.id, Notice.portal == portal.id)
        )
        await session.delete(choice)
        return None
    own = next((grant.regions for grant in grants if grant.portal == portal.id), [])
    return _Writer(session, choice, user.email, own, portal, settings)
