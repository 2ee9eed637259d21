"""A conversation as a dialogue test, in the format of tests/dialogues, without personal data."""

from __future__ import annotations

from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.accounts import AccountRow
from bot.desk.privacy import Anonymous
from bot.ground.moments import shown
from bot.record.summaries import Summary
from bot.record.transcript import TranscriptEvent, Turn

_ENDS = (
    "solved", "handed_over", "contact_given", "informed", "reset_sent", "given_up", "refused",
)  # fmt: skip


async def as_dialogue(session: AsyncSession, portal: Portal, summary: Summary) -> str:
    """Return a conversation as a YAML file that the dialogue tests read.

    Args:
        session: Reads it.
        portal: Whose conversation it is; the caller has checked that.
        summary: The conversation.
    """
    turns = (
        await session.scalars(
            select(Turn)
            .where(Turn.conversation_id == summary.conversation_id)
            .order_by(Turn.number)
        )
    ).all()
    events = await session.execute(
        select(TranscriptEvent.turn, TranscriptEvent.data)
        .where(
            TranscriptEvent.conversation_id == summary.conversation_id,
            TranscriptEvent.type == "user",
        )
        .order_by(TranscriptEvent.seq)
    )
    said: dict[int, str] = {}
    for number, data in events:
        said.setdefault(number, str(data.get("text") or ""))
    anonymous = Anonymous()
    written = _turns(turns, said, anonymous)
    dialogue: dict[str, Any] = {
        "conversation": f"Conversation du {shown(summary.started_at)}",
        "portal": portal.id,
    }
    if accounts := await _accounts(session, portal, anonymous):
        dialogue["accounts"] = accounts
    dialogue["turns"] = written
    if summary.outcome in _ENDS:
        dialogue["ends"] = summary.outcome
    return yaml.safe_dump([dialogue], allow_unicode=True, sort_keys=False, width=100)


def _turns(turns: Any, said: dict[int, str], anonymous: Anonymous) -> list[dict[str, Any]]:
    titles: dict[str, str] = {}
    written: list[dict[str, Any]] = []
    for turn in turns:
        text = said.get(turn.number, "").strip()
        buttons = [button for reply in turn.replies for button in reply.get("buttons", ())]
        if text:
            title = titles.get(text)
            entry: dict[str, Any] = (
                {"click": anonymous.text(title)} if title else {"user": anonymous.text(text)}
            )
            if buttons:
                entry["buttons"] = [anonymous.text(button["title"]) for button in buttons]
            written.append(entry)
        # Only what was offered last can be clicked in a test.
        titles = {button["payload"]: button["title"] for button in buttons}
    return written


async def _accounts(
    session: AsyncSession, portal: Portal, anonymous: Anonymous
) -> list[dict[str, str]]:
    """Return accounts like those of the addresses that were named, under their new addresses."""
    rows = await session.scalars(
        select(AccountRow)
        .where(AccountRow.portal == portal.id, AccountRow.address.in_(anonymous.addresses))
        .order_by(AccountRow.id)
    )
    accounts = []
    for number, row in enumerate(rows, start=1):
        account = {
            "email": anonymous.addresses[row.address],
            "login": f"identifiant{number}",
            "status": row.status,
        }
        if row.region:
            account["region"] = row.region
        accounts.append(account)
    return accounts
