"""Conversations written straight into the database, as the engine would have written them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.ground.db import Database, now
from bot.record.transcript import Conversation, TranscriptEvent, Turn
from bot.record.turns import note_turn


@dataclass
class Said:
    """One turn: what was typed, how it was understood, what was answered and is known then."""

    text: str
    intent: str = "mail_not_received"
    confidence: float = 0.98
    band: str = "sure"
    reply: str = "Regardez dans les indésirables."
    buttons: tuple[tuple[str, str], ...] = ()
    memory: dict[str, Any] = field(default_factory=dict)

    def events(self, moment: float) -> list[dict[str, Any]]:
        parse_data = {
            "intent": {"name": self.intent, "confidence": self.confidence},
            "entities": [],
            "intent_ranking": [
                {"name": self.intent, "confidence": self.confidence},
                {"name": "mailinblack", "confidence": round(1 - self.confidence, 3)},
            ],
            "band": self.band,
        }
        buttons = [{"title": title, "payload": payload} for title, payload in self.buttons]
        return [
            {"event": "user", "timestamp": moment, "text": self.text, "parse_data": parse_data},
            {
                "event": "action", "timestamp": moment + 0.02, "name": "walk_form",
                "policy": "RulePolicy", "confidence": 1.0,
            },
            {
                "event": "bot", "timestamp": moment + 0.03, "text": self.reply,
                "data": {"buttons": buttons}, "metadata": {},
            },
            {"event": "slot", "timestamp": moment + 0.03, "name": "memory", "value": self.memory},
        ]  # fmt: skip


async def write(
    database: Database,
    conversation_id: str,
    turns: Sequence[Said],
    portal: str = "resah",
    ago: timedelta = timedelta(),
    first: int = 1,
    at: datetime | None = None,
) -> None:
    """Write turns of a conversation, all of them some time ago or at a moment."""
    moment = at or now() - ago
    seq = 100 * first
    for number, said in enumerate(turns, start=first):
        async with database.write() as session:
            events = said.events(moment.timestamp())
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None:
                conversation = Conversation(
                    id=conversation_id, portal=portal, created_at=moment, offered=[]
                )
                session.add(conversation)
            conversation.last_at, conversation.turns, conversation.last_seq = moment, number, seq
            await session.flush()
            reply: dict[str, Any] = {"text": said.reply}
            if said.buttons:
                reply["buttons"] = [{"title": t, "payload": p} for t, p in said.buttons]
            session.add(
                Turn(
                    conversation_id=conversation_id, number=number, message_id=f"m{number}",
                    last_seq=seq, at=moment, replies=[reply], state=None,
                )
            )  # fmt: skip
            first_seq = seq + 1
            for event in events:
                seq += 1
                session.add(
                    TranscriptEvent(
                        conversation_id=conversation_id, seq=seq, turn=number,
                        type=event["event"], timestamp=event["timestamp"], data=event,
                    )
                )  # fmt: skip
            await note_turn(session, conversation_id, portal, number, events, moment, first_seq)


def moment(text: str) -> datetime:
    """Read an ISO moment."""
    return datetime.fromisoformat(text)
