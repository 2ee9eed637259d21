"""A conversation as its user saw it, and beside each message what went on inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.privacy import addresses_of, mask_addresses
from bot.ground.markdown import plain_text
from bot.reading.bands import band_of
from bot.record.blackout import BLACKED_OUT
from bot.record.consequences import Consequences, read_consequences
from bot.record.transcript import TranscriptEvent, Turn

_RUNNERS_UP = 3
_WORTH_NAMING = 0.01

_IN_PASSING = {
    "affirm": "Oui",
    "cancel": "Laisser tomber",
    "complaint": "Se plaint",
    "deny": "Non",
    "dont_know": "Ne sait pas",
    "goodbye": "Au revoir",
    "greet": "Bonjour",
    "inform_email": "Donne une adresse",
    "inform_reference": "Donne une référence",
    "inform_region": "Donne un lieu",
    "not_solved": "Pas résolu",
    "out_of_scope": "Hors sujet",
    "restart": "Recommencer",
    "solved": "Résolu",
    "thank": "Merci",
}
"""What people say in passing, which is no topic of an article."""

BANDS = {"sure": "sûr", "unsure": "peu sûr", "lost": "pas compris"}


@dataclass(frozen=True)
class Understood:
    """How a message was read.

    Attributes:
        runners_up: Title, intent and confidence in per cent of what it was nearly taken for.
        entities: Kind and value of what was found in it.
    """

    intent: str
    title: str
    confidence: int
    band: str
    runners_up: list[tuple[str, int]]
    entities: list[tuple[str, str]]

    @property
    def band_name(self) -> str:
        """The band in words."""
        return BANDS.get(self.band, self.band)


@dataclass
class Heard:
    """What a user said, and what it led to.

    Attributes:
        seq: The event's number, by which it is corrected.
        pressed: Whether it is the title of a button.
        synthetic: Whether the engine made it: a second question that it split off.
        typed: Whether it can be blacked out: somebody wrote it, and it was not yet.
    """

    seq: int
    text: str
    pressed: bool
    synthetic: bool
    understood: Understood | None
    typed: bool = True


@dataclass
class Shown:
    """One turn as the page shows it.

    Attributes:
        decided: Which action was chosen, and by which policy.
        walk: The walks that were open afterwards, with their steps, outermost first.
        did: What followed from it, in sentences.
        milliseconds: From the message to the last reply.
    """

    number: int
    at: datetime
    heard: list[Heard] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)
    walk: list[str] = field(default_factory=list)
    did: list[str] = field(default_factory=list)
    milliseconds: int = 0
    fault: bool = False


async def read_transcript(
    session: AsyncSession, portal: Portal, conversation_id: str, *, revealed: bool
) -> list[Shown]:
    """Return a conversation's turns, oldest first.

    Args:
        session: Reads them.
        portal: Whose conversation it is; the caller has checked that.
        conversation_id: Which one.
        revealed: Whether addresses are shown; masked otherwise.
    """
    turns = (
        await session.scalars(
            select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.number)
        )
    ).all()
    events = await session.execute(
        select(TranscriptEvent.turn, TranscriptEvent.seq, TranscriptEvent.data)
        .where(TranscriptEvent.conversation_id == conversation_id)
        .order_by(TranscriptEvent.seq)
    )
    by_turn = {number: list(rows) for number, rows in groupby(events, key=lambda row: row[0])}
    consequences = await read_consequences(
        session, conversation_id, [turn.message_id for turn in turns]
    )
    reader = _Reader(portal, revealed, consequences)
    return [
        reader.read(turn, [(seq, data) for _, seq, data in by_turn.get(turn.number, ())])
        for turn in turns
    ]


class _Reader:
    """Reads turn after turn, since a payload's title stands in an earlier one."""

    def __init__(self, portal: Portal, revealed: bool, consequences: Consequences) -> None:
        self._portal = portal
        self._revealed = revealed
        self._ours = addresses_of(portal)
        self._consequences = consequences
        self._titles: dict[str, str] = {}
        self._memory: Mapping[str, Any] = {}

    def read(self, turn: Turn, events: list[tuple[int, Mapping[str, Any]]]) -> Shown:
        shown = Shown(turn.number, turn.at)
        started = ended = 0.0
        memory = self._memory
        for seq, event in events:
            kind = event["event"]
            moment = float(event.get("timestamp") or 0)
            if kind == "user":
                started = started or moment
                shown.heard.append(self._heard(seq, event, synthetic=bool(shown.heard)))
            elif kind == "bot":
                ended = moment
                shown.fault = shown.fault or bool((event.get("metadata") or {}).get("fault"))
            elif kind == "action" and event.get("policy"):
                decided = f"{event['name']} ({event['policy']})"
                if event["name"] != "action_listen" and decided not in shown.decided:
                    shown.decided.append(decided)
            elif kind == "slot" and event.get("name") == "walk_stack":
                shown.walk = [f"{f['walk']} › {f['step']}" for f in event.get("value") or ()]
            elif kind == "slot" and event.get("name") == "memory":
                memory = event.get("value") or {}
        if started:
            shown.at = datetime.fromtimestamp(started, tz=timezone.utc)
            shown.milliseconds = max(0, round((ended - started) * 1000))
        for reply in turn.replies:
            shown.replies.append(self._plain(plain_text(reply.get("text", ""))))
            for button in reply.get("buttons", ()):
                shown.buttons.append(self._plain(button["title"]))
                self._titles[button["payload"]] = button["title"]
        caused = map(self._plain, self._consequences.of(turn.message_id))
        shown.did = [*self._learned(memory), *caused]
        self._memory = memory
        return shown

    def _heard(self, seq: int, event: Mapping[str, Any], *, synthetic: bool) -> Heard:
        text = str(event.get("text") or "")
        title = self._titles.get(text.strip())
        pressed = title is not None
        understood = None if pressed else self._understood(event.get("parse_data") or {})
        typed = not (pressed or synthetic or text.startswith("/") or text == BLACKED_OUT)
        return Heard(seq, self._plain(title or text), pressed, synthetic, understood, typed)

    def _understood(self, parse_data: Mapping[str, Any]) -> Understood | None:
        intent = parse_data.get("intent") or {}
        if not intent.get("name"):
            return None
        ranking = [r for r in parse_data.get("intent_ranking") or () if r["name"] != intent["name"]]
        return Understood(
            intent=intent["name"],
            title=title_of(self._portal, intent["name"]),
            confidence=round(100 * float(intent.get("confidence") or 0)),
            band=band_of(parse_data),
            runners_up=[
                (title_of(self._portal, row["name"]), round(100 * row["confidence"]))
                for row in ranking[:_RUNNERS_UP]
                if row["confidence"] >= _WORTH_NAMING
            ],
            entities=[
                (str(entity["entity"]), self._plain(str(entity["value"])))
                for entity in parse_data.get("entities") or ()
            ],
        )

    def _learned(self, memory: Mapping[str, Any]) -> list[str]:
        learned = []
        address, known = memory.get("address"), memory.get("account")
        if address and address != self._memory.get("address"):
            recognised = "reconnue" if known else "sans compte actif reconnu"
            learned.append(f"Adresse {self._plain(str(address))} : {recognised}.")
        elif known and known != self._memory.get("account"):
            learned.append("Compte reconnu.")
        if (region := memory.get("region")) and region != self._memory.get("region"):
            found = self._portal.region(region)
            learned.append(f"Région retenue : {found.name if found else region}.")
        return learned

    def _plain(self, text: str) -> str:
        return text if self._revealed else mask_addresses(text, self._ours)


def title_of(portal: Portal, intent: str) -> str:
    """Return how staff read an intent: its article's topic, or its own name in words."""
    return portal.topic(intent) or _IN_PASSING.get(intent) or intent.replace("_", " ")
