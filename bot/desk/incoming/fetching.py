"""Fetches the mails of the portals' mailboxes over IMAP, in the background or once.

Each mailbox has a lane of its own. A mail is marked in the mailbox after what it causes has
committed: a process that dies between the two takes it again, and it causes nothing more. A server
that is gone is tried again, more and more rarely.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from bot.content.live import Content, Portal
from bot.desk.incoming import headers, parts
from bot.desk.incoming.leases import Leases
from bot.desk.incoming.mailbox import MAILBOX_FAULTS, Line, Mailbox, read_address
from bot.desk.incoming.taking import Intake
from bot.desk.sender import OutboxSender
from bot.ground.addresses import normalise_address
from bot.ground.db import Database, now
from bot.ground.errors import LimitReached
from bot.ground.settings import Settings

logger = logging.getLogger(__name__)

_LISTEN_SECONDS = 20.0
_WAIT_FOR_LEASE = 15.0
_FIRST_DELAY = 2.0
_LONGEST_DELAY = 300.0


@dataclass
class _Visit:
    """A mailbox that is read.

    Attributes:
        later: From when mails may be taken whose senders wrote too much, by number.
        line: Runs the calls of the connection that is open.
        stop: Ends its waiting.
    """

    url: str
    later: dict[int, datetime] = field(default_factory=dict)
    line: Line = field(default_factory=Line)
    stop: Event = field(default_factory=Event)

    @property
    def shown(self) -> str:
        """Where it is, for the log."""
        return read_address(self.url).shown

    @property
    def name(self) -> str:
        """The name of its lease: the same in all processes, without its password."""
        address = read_address(self.url)
        told = f"{address.user}@{address.host}:{address.port}/{address.folder}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def waiting(self) -> list[int]:
        """Return the mails whose time has not come."""
        moment = now()
        self.later = {number: until for number, until in self.later.items() if until > moment}
        return list(self.later)


class Fetcher:
    """Reads the mailboxes that the settings name.

    Args:
        database: Where leases stand.
        content: The portals.
        settings: Name the mailboxes.
        intake: Takes the mails.
        sender: Woken when a mail may have caused another.
    """

    def __init__(
        self,
        database: Database,
        content: Content,
        settings: Settings,
        intake: Intake,
        sender: OutboxSender,
    ) -> None:
        self._content = content
        self._settings = settings
        self._intake = intake
        self._sender = sender
        self._leases = Leases(database)

    async def run(self) -> None:
        """Fetch until cancelled."""
        lanes = [asyncio.create_task(self._lane(url)) for url in self.mailboxes()]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    def mailboxes(self) -> dict[str, list[Portal]]:
        """Return the portals that each mailbox serves, by its URL."""
        found: dict[str, list[Portal]] = {}
        for portal in self._content.portals.values():
            if url := self._settings.imap_url_for(portal.id):
                found.setdefault(url, []).append(portal)
        return found

    async def fetch_now(self, url: str) -> int | None:
        """Take what is unread in a mailbox, once.

        Args:
            url: The mailbox.

        Returns:
            How many mails were taken or put aside; None where another process reads the mailbox.

        Raises:
            IMAPClientError: If the server refuses.
            OSError: If it cannot be reached.
        """
        visit = _Visit(url)
        if not await self._leases.hold(visit.name):
            return None
        try:
            async with self._opened(visit) as mailbox:
                return await self._take_unread(visit, mailbox)
        finally:
            await self._leases.let_go(visit.name)

    async def _lane(self, url: str) -> None:
        visit, delay = _Visit(url), _FIRST_DELAY
        while True:
            try:
                if not await self._leases.hold(visit.name):
                    await asyncio.sleep(_WAIT_FOR_LEASE)
                    continue
                async with self._opened(visit) as mailbox:
                    delay = _FIRST_DELAY
                    await self._follow(visit, mailbox)
            except MAILBOX_FAULTS as error:
                told = f"{type(error).__name__}, trying again in {delay:.0f} s"
                logger.warning("Mailbox %s: %s", visit.shown, told)
            # A database that fails, or a server that answers nonsense: others are read meanwhile.
            except Exception:
                logger.exception("Mailbox %s cannot be read, trying again", visit.shown)
            finally:
                with suppress(SQLAlchemyError, OSError):
                    await self._leases.let_go(visit.name)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    @asynccontextmanager
    async def _opened(self, visit: _Visit) -> AsyncIterator[Mailbox]:
        visit.line, visit.stop = Line(), Event()
        try:
            address = read_address(visit.url)
            mailbox = await visit.line.call(Mailbox, address, self._settings.smtp_ca_file)
            try:
                yield mailbox
            finally:
                visit.stop.set()
                await asyncio.shield(visit.line.call(mailbox.close))
        finally:
            visit.line.end()

    async def _follow(self, visit: _Visit, mailbox: Mailbox) -> None:
        """Take what comes, as long as the mailbox is ours."""
        while await self._leases.hold(visit.name):
            if not await self._take_unread(visit, mailbox):
                await visit.line.call(mailbox.wait, _LISTEN_SECONDS, visit.stop)

    async def _take_unread(self, visit: _Visit, mailbox: Mailbox) -> int:
        """Take the unread mails whose time has come; return how many were taken or put aside."""
        done = 0
        for number in await visit.line.call(mailbox.unread, visit.waiting()):
            if not await self._leases.hold(visit.name):
                break
            done += await self._take(visit, mailbox, number)
        return done

    async def _take(self, visit: _Visit, mailbox: Mailbox, number: int) -> bool:
        """Take one mail; tell whether it needs no further look."""
        raw = await visit.line.call(mailbox.fetch, number)
        if raw is None:
            logger.warning("A mail of %s is too long, and put aside", visit.shown)
            await visit.line.call(mailbox.put_aside, number)
            return True
        try:
            await self._intake.take(raw, self._portal_of(visit.url, raw))
        except LimitReached as reached:
            # It waits in the mailbox until its sender may write again.
            visit.later[number] = reached.until
            return False
        except (SQLAlchemyError, OSError):
            raise
        # Whatever a stranger wrote must not hold up the mails behind it.
        except Exception:
            logger.exception("A mail of %s could not be taken", visit.shown)
            await visit.line.call(mailbox.put_aside, number)
            return True
        await visit.line.call(mailbox.done, number)
        self._sender.wake()
        return True

    def _portal_of(self, url: str, raw: bytes) -> Portal:
        """Return whose a mail is: of several portals, the one whose address it was for."""
        portals = self.mailboxes()[url]
        if len(portals) > 1:
            recipients = headers.recipients_of(parts.head(raw))
            for portal in portals:
                own = {normalise_address(one) for one in (portal.answers, portal.sender) if one}
                if own & {_without_tag(one) for one in recipients}:
                    return portal
            default = self._settings.default_portal
            return next((one for one in portals if one.id == default), portals[0])
        return portals[0]


def _without_tag(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
