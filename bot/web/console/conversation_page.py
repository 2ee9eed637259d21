"""The page of one conversation, as it is shown and as it comes back from a refused form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.privacy import addresses_of, mask_addresses
from bot.desk.ticket_tables import STATE_NAMES, Ticket
from bot.record import reviewing
from bot.record.conversations import Listed
from bot.record.filters import OUTCOMES, FilterFault, read_filters
from bot.record.review_tables import Correction, Note, Tag
from bot.record.summaries import ConversationAddress, Summary
from bot.record.transcripts import read_transcript, title_of
from bot.staff import history
from bot.staff.scope import Scope
from bot.staff.tables import StaffAction
from bot.staff.users import colleagues, names
from bot.web.console.access import form, scope
from bot.web.console.pages import show
from bot.web.console.undoing import Undo

_MOST_EARLIER = 20


async def summary_of(request: web.Request) -> tuple[Scope, Summary]:
    """Return the conversation that an address names, and its portal.

    Raises:
        web.HTTPNotFound: If there is none on this portal.
    """
    here = scope(request)
    async with here.database.read() as session:
        return here, await find(session, here, request.match_info["id"])


async def find(
    session: AsyncSession, here: Scope, conversation_id: str, *, lock: bool = False
) -> Summary:
    """Return a conversation of this portal.

    Args:
        session: Reads it.
        here: The portal.
        conversation_id: Which conversation.
        lock: Whether nobody else may change it until the transaction ends.

    Raises:
        web.HTTPNotFound: If there is none; another portal's is none.
    """
    query = here.select(Summary).where(Summary.conversation_id == conversation_id)
    found: Summary | None = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise web.HTTPNotFound
    return found


def facts_of(summary: Summary) -> tuple[object, ...]:
    """Return the state that one agent may change over another's head."""
    return (summary.assigned_to, summary.reviewed_at)


def review_facts_of(summary: Summary) -> tuple[object, ...]:
    """Return what a review is about: the state, and all that was said so far."""
    return (*facts_of(summary), summary.messages)


async def conversation_page(
    request: web.Request,
    here: Scope,
    summary: Summary,
    *,
    revealed: bool = False,
    fault: str = "",
    since: Sequence[StaffAction] = (),
    status: int = 200,
) -> web.Response:
    """Return the page of a conversation.

    Args:
        request: The request that it answers.
        here: The portal.
        summary: The conversation.
        revealed: Whether addresses are shown.
        fault: Why a form was refused.
        since: What others did since that form was shown.
        status: HTTP status.
    """
    key = summary.conversation_id
    async with here.database.read() as session:
        notes = await session.scalars(
            here.select(Note).where(Note.conversation_id == key).order_by(Note.id)
        )
        tags = await session.scalars(
            here.select(Tag).where(Tag.conversation_id == key).order_by(Tag.tag)
        )
        staff_names = await names(session)
        happened = await history.changes(session, here.portal.id, key)
        values: dict[str, Any] = {
            "turns": await read_transcript(session, here.portal, key, revealed=revealed),
            "notes": [(note, _note_text(here, note)) for note in notes],
            "tags": [tag.tag for tag in tags],
            "ticket": await session.scalar(
                here.select(Ticket).where(Ticket.conversation_id == key)
            ),
            "earlier": await _earlier(session, here, key),
            "corrections": await corrections_of(session, key),
            "colleagues": await colleagues(session, here.portal.id),
            "names": staff_names,
        }
    values |= {
        "ticket_states": STATE_NAMES,
        "summary": summary,
        "revealed": revealed,
        "fault": fault,
        "since": history.told(since, staff_names),
        "history": history.told(happened, staff_names),
        "seen": history.version(happened, *facts_of(summary)),
        "seen_review": history.version(happened, *review_facts_of(summary)),
        "back": back_of(request),
        "intents": intents_of(here),
        "outcomes": OUTCOMES,
        "topics": topics_of(here),
    }
    if request.query.get("done", "") == "reviewed" and summary.reviewed_at and here.may("agent"):
        fields = {"reviewed": "0", "seen": values["seen_review"], "from": values["back"]}
        values["undo"] = Undo(f"conversations/{quote(key, safe='')}/review", fields)
    if status >= 400:
        values["typed"] = form(request)
    return show(request, "conversation.html", values, status=status)


def back_of(request: web.Request) -> str:
    """Return the filters of the list from which a conversation was opened."""
    posted: Mapping[str, str] = form(request) if request.method == "POST" else {}
    return list_of(posted.get("from") or request.query.get("from", ""))


def _note_text(here: Scope, note: Note) -> str:
    if here.may("agent"):
        return note.text
    return mask_addresses(note.text, addresses_of(here.portal))


def list_of(query: str) -> str:
    """Return the filters of the list from which a conversation was opened."""
    try:
        return read_filters(dict(parse_qsl(query))).address()
    except FilterFault:
        return ""


async def _earlier(session: AsyncSession, here: Scope, key: str) -> list[Listed]:
    """Return other conversations that named an address which this one names, latest first."""
    mine = select(ConversationAddress.fingerprint).where(ConversationAddress.conversation_id == key)
    same = select(ConversationAddress.conversation_id).where(
        ConversationAddress.portal == here.portal.id, ConversationAddress.fingerprint.in_(mine)
    )
    rows = await session.scalars(
        here.select(Summary)
        .where(Summary.conversation_id.in_(same), Summary.conversation_id != key)
        .order_by(Summary.last_at.desc())
        .limit(_MOST_EARLIER)
    )
    return [Listed(row, []) for row in rows]


async def corrections_of(session: AsyncSession, key: str) -> dict[int, str]:
    """Return what messages of a conversation meant, by the numbers of their events."""
    rows = await session.execute(
        select(Correction.seq, Correction.meant).where(Correction.conversation_id == key)
    )
    return {seq: meant for seq, meant in rows}


def intents_of(here: Scope) -> list[tuple[str, str]]:
    """Return the intents that a message may mean on this portal, by their titles."""
    possible = reviewing.intents_on(here.portal)
    titles = [(intent, title_of(here.portal, intent)) for intent in possible]
    return sorted(titles, key=lambda pair: pair[1].casefold())


def topics_of(here: Scope) -> dict[str, str]:
    """Return the title of each intent."""
    return dict(intents_of(here))
