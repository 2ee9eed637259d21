"""What one key did can be undone: a ticket is as it was, a conversation to be reviewed again.

What a ticket was travels sealed on the page that says what was done to it, for its reader and for
ten minutes; it is put back only where nothing else happened to the ticket meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.ticket_tables import STATE_NAMES, Ticket
from bot.ground.db import now
from bot.ground.sealing import seal, unseal
from bot.record import reviewing
from bot.staff.audit import Entry, record
from bot.staff.scope import Scope
from bot.web.console.access import form

LIFETIME = timedelta(minutes=10)
_PURPOSE = "undo"
_TIMES = ("reopened_at", "answered_at")
_TOO_LATE = "Trop tard pour annuler : changez l’état par son bouton."


@dataclass(frozen=True)
class Undo:
    """The form that undoes what was just done.

    Attributes:
        action: Where it goes, below the portal's address.
    """

    action: str
    fields: Mapping[str, str] = field(default_factory=dict)


def seal_before(here: Scope, ticket: Ticket) -> str:
    """Return what a ticket is before it is changed, for `put_back`."""
    before = {name: _told(getattr(ticket, name)) for name in _TIMES} | {"state": ticket.state}
    return seal(json.dumps([*_whose(here, ticket), before]), here.secret_key, _PURPOSE)


def undo_of(request: web.Request, ticket: Ticket, seen: str, back: str) -> Undo | None:
    """Return the form that a ticket's page offers after a change of state, or None."""
    sealed = request.query.get("undo", "")
    if not sealed or request.query.get("done", "") not in STATE_NAMES:
        return None
    fields = {"undo": sealed, "seen": seen, "from": back}
    return Undo(f"tickets/{ticket.reference}/undo", fields)


async def put_back(request: web.Request, session: AsyncSession, here: Scope, ticket: Ticket) -> str:
    """Make a ticket what it was before the last change of its state.

    Raises:
        reviewing.MarkRefused: If what is sent is none of this ticket's and person's, or too old.
    """
    text = unseal(form(request).get("undo", ""), here.secret_key, _PURPOSE, LIFETIME)
    *whose, before = json.loads(text) if text else ({},)
    if whose != _whose(here, ticket):
        raise reviewing.MarkRefused(_TOO_LATE)
    ticket.state = before["state"]
    for name in _TIMES:
        setattr(ticket, name, datetime.fromisoformat(before[name]) if before[name] else None)
    ticket.updated_at = now()
    detail = f"annulé : de nouveau {STATE_NAMES[ticket.state]}"
    record(session, Entry(here.staff.id, here.portal.id, "ticket", ticket.reference, detail))
    return "undone"


def _whose(here: Scope, ticket: Ticket) -> list[object]:
    return [here.staff.id, here.portal.id, ticket.reference]


def _told(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
