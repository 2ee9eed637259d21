"""Takes a mail that came in: into its ticket's thread, or as a ticket of its own.

All that one mail causes commits at once. Taken a second time, because whoever brought it did not
hear that it was kept, it causes nothing more.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Content, Portal
from bot.desk.accounts import AccountRow
from bot.desk.incoming.kept import Kept, kept_of
from bot.desk.incoming.matching import Match, match
from bot.desk.incoming.message import IncomingMessage, Kind
from bot.desk.incoming.reading import read_mail
from bot.desk.incoming.refusals import mark_refused
from bot.desk.privacy import addresses_of, fingerprint
from bot.desk.receipts import send_receipt
from bot.desk.region_mails import tell_of_message
from bot.desk.thread import add_entry, open_ticket
from bot.desk.ticket_files import NewFile
from bot.desk.ticket_tables import Kind as EntryKind
from bot.desk.ticket_tables import Ticket, TicketEntry, TicketFile
from bot.desk.tickets import free_reference
from bot.ground import limits
from bot.ground.addresses import mask_address, normalise_address
from bot.ground.db import Database, UnitOfWork
from bot.ground.settings import Settings

logger = logging.getLogger(__name__)

MOST_TICKET_BYTES = 60 * 1024 * 1024
"""Most that the files of one ticket take altogether."""


_ENTRY_KINDS: dict[Kind, EntryKind] = {"message": "message", "automatic": "automatic"}

Outcome = Literal["added", "opened", "known", "refused", "ignored"]
"""`refused` marked a mail of ours as such; what is `ignored` is about no ticket of ours."""


@dataclass(frozen=True)
class Taken:
    """What was done with a mail."""

    outcome: Outcome
    kind: Kind
    reference: str = ""


class Intake:
    """Takes mails of any portal.

    Args:
        database: Where tickets stand.
        content: The portals.
        settings: Sign links, and name the key with which addresses are fingerprinted.
    """

    def __init__(self, database: Database, content: Content, settings: Settings) -> None:
        self._database = database
        self._content = content
        self._settings = settings
        # A mail of 25 MB takes several times that while it is read.
        self._reading = asyncio.Semaphore(2)

    async def take(self, raw: bytes, portal: Portal) -> Taken:
        """Take a mail.

        Args:
            raw: The mail as it came.
            portal: Whose mailbox it came to.

        Raises:
            LimitReached: If its sender wrote too much; the same mail may be taken later.
        """
        own = {normalise_address(one.sender) for one in self._content.portals.values()}
        async with self._reading:
            mail = await asyncio.to_thread(read_mail, raw, own)
        taken = await self._take(mail, portal)
        shown = mask_address(mail.sender)
        logger.info("Mail from %s: %s, %s %s", shown, mail.kind, taken.outcome, taken.reference)
        return taken

    async def _take(self, mail: IncomingMessage, portal: Portal) -> Taken:
        if mail.kind == "loop":
            return Taken("ignored", mail.kind)
        if mail.bounce is not None:
            async with self._database.write() as session:
                refused = await mark_refused(session, mail.bounce)
            if refused or mail.bounce.from_server:
                return Taken("refused" if refused else "ignored", mail.kind)
            # A person passes on a report that is about no mail of ours.
            mail = replace(mail, kind="message", bounce=None)
        if known := await self._known(mail, portal):
            return known
        key = fingerprint(mail.sender or "nobody", self._settings.secret_key)
        uses = ((limits.MAILS_PER_SENDER, key), (limits.MAILS_PER_PORTAL, portal.id))
        kept = await asyncio.to_thread(kept_of, mail)
        work, unit = _Work(mail, kept, portal, self._settings), UnitOfWork(self._database)
        await limits.spend(self._database, unit, *uses, portal=portal.id)
        unit.defer(work.write)
        try:
            await unit.commit()
        except IntegrityError:
            # Another process took the same mail meanwhile, or it is to be taken once more.
            if known := await self._known(mail, portal):
                return known
            raise
        return work.taken

    async def _known(self, mail: IncomingMessage, portal: Portal) -> Taken | None:
        """Return what is told of a mail that was taken before, or None where it is new."""
        query = (
            select(Ticket.reference, Ticket.portal)
            .join(TicketEntry, TicketEntry.ticket_id == Ticket.id)
            .where(TicketEntry.mail_id == mail.message_id)
        )
        async with self._database.read() as session:
            found = (await session.execute(query)).first()
        if found is None:
            return None
        # It may have gone to two portals' mailboxes; the other's request is not told of here.
        reference = found.reference if found.portal == portal.id else ""
        return Taken("known", mail.kind, reference)


class _Work:
    """What one mail writes.

    Args:
        mail: The mail.
        kept: Its words as they are kept.
        portal: Whose mailbox it came to.
        settings: Name and sign the links in the mails that it causes.
    """

    def __init__(
        self, mail: IncomingMessage, kept: Kept, portal: Portal, settings: Settings
    ) -> None:
        self._mail = mail
        self._kept = kept
        self._portal = portal
        self._settings = settings
        self.taken = Taken("ignored", mail.kind)

    async def write(self, session: AsyncSession) -> None:
        """Add the mail to its ticket, or open one; what surely no person wrote opens none."""
        mail, ours = self._mail, addresses_of(self._portal)
        found = await match(session, self._portal.id, mail, ours)
        ticket = found.ticket and await _locked(session, found.ticket.id)
        if ticket is not None:
            of_theirs = mail.sender == normalise_address(ticket.contact)
            await self._add(session, ticket, from_us=mail.sender in ours and not of_theirs)
        elif mail.kind == "message" or mail.sign == "weak":
            await self._open(session, found)

    async def _add(self, session: AsyncSession, ticket: Ticket, *, from_us: bool) -> None:
        mail = self._mail
        # What a region's team writes to us instead of to the person is for the staff alone.
        kind = "note" if from_us else _ENTRY_KINDS[mail.kind]
        files, dropped = await _files(session, ticket, mail)
        text = self._kept.with_left_out(dropped)
        entry = await add_entry(
            session, ticket, kind, "mail", f"{mail.sender} :\n\n{text}" if from_us else text,
            key=f"mail:{_name_of(mail)}", mail_id=mail.message_id,
            contact="" if from_us else mail.sender, files=files,
        )  # fmt: skip
        if entry is None:
            self.taken = Taken("known", mail.kind, ticket.reference)
            return
        entry.details = self._kept.details
        if kind == "message":
            ticket.reopen()
            await tell_of_message(session, ticket, self._portal, entry, self._settings)
        self.taken = Taken("added", mail.kind, ticket.reference)

    async def _open(self, session: AsyncSession, found: Match) -> None:
        mail, portal = self._mail, self._portal
        ticket = Ticket(
            reference=await free_reference(session),
            portal=portal.id,
            region=await _region_of(session, portal, mail.sender),
            topic=self._kept.topic,
            contact=mail.sender,
        )
        files, dropped = await _files(session, None, mail)
        text = self._kept.with_left_out(dropped)
        entry = await open_ticket(
            session, ticket, text, channel="mail", mail_id=mail.message_id, files=files
        )
        if entry is None:
            self.taken = Taken("known", mail.kind)
            return
        entry.details = self._kept.details | ({"named": found.named} if found.named else {})
        if not mail.sign:
            await send_receipt(session, ticket, portal, entry.request_key, self._settings)
        await tell_of_message(session, ticket, portal, entry, self._settings)
        self.taken = Taken("opened", "message", ticket.reference)


async def _locked(session: AsyncSession, number: int) -> Ticket | None:
    """Return a ticket as it is now, kept from others until the commit; None where it is gone."""
    query = select(Ticket).where(Ticket.id == number).with_for_update()
    found: Ticket | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def _region_of(session: AsyncSession, portal: Portal, sender: str) -> str:
    """Return the region of the sender's account, where all of theirs have the same; else none."""
    rows = await session.scalars(
        select(AccountRow.region)
        .where(AccountRow.portal == portal.id, AccountRow.address == sender)
        .distinct()
    )
    regions = set(rows)
    region = portal.region(regions.pop()) if len(regions) == 1 else None
    return region.id if region else ""


async def _files(
    session: AsyncSession, ticket: Ticket | None, mail: IncomingMessage
) -> tuple[list[NewFile], list[str]]:
    """Return the files that a ticket still has room for, and the names of those left out."""
    stored = 0
    if ticket is not None:
        sizes = select(func.sum(TicketFile.size)).join(
            TicketEntry, TicketEntry.id == TicketFile.entry_id
        )
        stored = await session.scalar(sizes.where(TicketEntry.ticket_id == ticket.id)) or 0
    kept, dropped = [], list(mail.dropped)
    for file in mail.files:
        if stored + len(file.content) > MOST_TICKET_BYTES:
            dropped.append(file.name)
            continue
        stored += len(file.content)
        kept.append(NewFile(file.name, file.content_type, file.content))
    return kept, dropped


def _name_of(mail: IncomingMessage) -> str:
    return sha256(mail.message_id.encode()).hexdigest()
