"""What holds of every turn, whatever is said: a talker who says anything, for hundreds of turns.

The talker is the same at each run, unless `GUICHET_TEST_SEED` names another seed.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.live import current_content
from bot.ground.db import Database
from bot.ground.settings import current_settings
from bot.rasa.assistant import Assistant, Reply
from bot.rasa.incoming import Incoming
from tests.dialogues.every_account import (
    CUSTOMER_NUMBER,
    DISABLED,
    KNOWN,
    LOGINS,
    PENDING,
    SHARED,
    TODAY,
    UNKNOWN,
)
from tests.dialogues.leading_on import lacks
from tests.dialogues.portals import each_portal
from tests.support.training import sentences

SEED = int(os.environ.get("GUICHET_TEST_SEED", "20240607"))
_SHORT = 30
_COMPARED = 50
_ANY_NUMBER = (
    "conductor.repeated", "conductor.wait", "conductor.later", "in_walk.unsure",
    "in_walk.no_answer", "in_walk.beside", "region.ask", "handover.ask_contact",
)  # fmt: skip
"""Sentences that may be said any number of times."""
_REMEMBERED = 60
"""Latest replies among which none may come a third time."""

_TOLD = 30


_ODD = (
    "?", ".", "…", "-", "0", "a", "\u200b", "👍", "😡😡😡", "🤷‍♀️ ???", "<b>x</b>", "{{ 7 * 7 }}",
    "{% raw %}", "/restart", "/back", "/session_start", "/affirm", "//cancel", "/inform_email{",
    '/inform_region{"region": "nulle-part"}', '/inform_reference{"choice": "preview:99"}',
    "/walk_form", "/" * 40, "OK", "oui", "non", "G-XXXX", "g - 7k2m", "2020-053",
    "2020-053 et 2021-118", "2020", "@", "a@b", "@@@", "x@y@z.fr", "jean.dupont@",
    "camille.martin @ chu", "NULL", "'; --", "صباح الخير", "где письмо?", "1" * 60, "é" * 300,
    "mon mot de passe est Soleil2024!", "aaaa bbbb", "zzqx vbn", "😀" * 50, "**gras** _x_",
    "ligne une\nligne deux\n\nligne quatre", "Ä\u0308\ufeff",
)  # fmt: skip
_PLACES = (
    "Lyon", "69003", "Rhône", "Bretagne", "35", "Saint-Denis", "971", "Belgique", "1000", "Genève",
    "Andorre", "je suis à Rennes", "Occitanie", "20000", "Trifouilly", CUSTOMER_NUMBER, "999999",
    "Paris", "Monaco", "Berlin", "2A", "Sainte-Marie",
)  # fmt: skip
_GIVEN = (
    KNOWN, SHARED, PENDING, DISABLED, TODAY, UNKNOWN, "connue@essai-exmple.example",
    f"mon adresse est {KNOWN}", f"non en fait {UNKNOWN}", f"pas {KNOWN} mais {SHARED}", *LOGINS,
    "connue arobase essai-exemple point example", "<" + PENDING + ">", "camille@",
    "gmial@gmial.com",
)  # fmt: skip


@cache
def _said_any_number(name: str) -> frozenset[str]:
    """Return what may be said any number of times on a portal, in whatever region."""
    portal = current_content().portal(name)
    return frozenset(
        portal.say(key, nth, region=region)
        for key in _ANY_NUMBER
        for nth in range(3)
        for region in (None, *portal.regions)
    )


@dataclass
class Talker:
    """One user who says anything; checks every turn."""

    assistant: Assistant
    saved: dict[str, DialogueStateTracker]
    portal: str
    name: str
    rng: random.Random
    unpressed: set[str]
    sentences: dict[str, list[str]]
    said: list[str] = field(default_factory=list)
    texts: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    buttons: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def _next(self) -> str:
        rng = self.rng
        fresh = [payload for payload in self.buttons if payload in self.unpressed]
        if fresh and rng.random() < 0.6:
            return rng.choice(fresh)
        kind = rng.random()
        if kind < 0.25 and self.buttons:
            return rng.choice(self.buttons)
        if kind < 0.60:
            return rng.choice(self.sentences[rng.choice(sorted(self.sentences))])
        if kind < 0.75:
            return rng.choice(_GIVEN)
        if kind < 0.83:
            return rng.choice(_PLACES)
        if kind < 0.95:
            return rng.choice(_ODD)
        if kind < 0.99:
            both = (rng.choice(self.sentences[rng.choice(sorted(self.sentences))]) for _ in "ab")
            return " et aussi ".join(both)
        every = sorted(self.sentences)
        return " ".join(rng.choice(self.sentences[rng.choice(every)]) for _ in range(60))

    async def turn(self) -> None:
        """Say something, and hold the reply against what every reply must be."""
        text = self._next()
        self.said.append(text)
        # The processor's time, not the clock's: a busy machine must not fail the test.
        started = time.process_time()
        replies = await self.assistant.handle(
            Incoming(self.name, self.portal, text, f"m{len(self.said)}")
        )
        self.times.append(time.process_time() - started)
        self._check(replies, self._slots())
        if len(self.said) % 25 == 0:
            await self._check_replay()

    def _slots(self) -> dict[str, Any]:
        tracker = self.saved[self.name]
        slots = tracker.current_slot_values()
        assert bool(slots["walk_stack"]) == (tracker.active_loop_name == "walk_form"), self._story()
        return slots

    def _check(self, replies: list[Reply], slots: dict[str, Any]) -> None:
        portal = current_content().portal(self.portal)
        stack = slots["walk_stack"] or []
        texts = [reply.text for reply in replies]
        self.buttons = [button["payload"] for reply in replies for button in reply.buttons]
        self.unpressed -= {self.said[-1]}
        wrong = lacks(texts, len(self.buttons), waiting=bool(stack))
        assert not wrong, f"{wrong}: {texts}\n{self._story()}"
        assert portal.say("fault") not in texts, self._story()
        if {portal.say("conductor.restarted"), portal.say("small_talk.restart")} & set(texts):
            # The user starts again: what was said before may be said again.
            self.texts.clear()
        self.texts.extend(texts)
        any_number = _said_any_number(self.portal)
        # Nobody agrees to what is not said: what waits for a yes is always asked in full.
        agreed = {
            reply.text
            for reply in replies
            # A contact is never withheld either, nor that a person can take over.
            if "](mailto:" in reply.text
            or reply.text in any_number
            or any(button["payload"] == "/affirm" for button in reply.buttons)
        }
        thrice = [text for text in texts if self.texts.count(text) > 2 and text not in agreed]
        assert not thrice, f"a third time: {thrice}\n{self._story()}"
        assert len(stack) <= 4, f"{stack}\n{self._story()}"
        assert len(json.dumps(slots)) < 8_000, self._story()
        titles = [b["title"] for reply in replies for b in reply.buttons]
        assert all(title.strip() for title in titles)

    async def _check_replay(self) -> None:
        working = await self.assistant.store.retrieve(self.name)
        whole = await self.assistant.store.retrieve_full_tracker(self.name)
        assert working is not None and whole is not None
        assert working.current_slot_values() == whole.current_slot_values(), self._story()
        assert working.active_loop_name == whole.active_loop_name, self._story()

    def _story(self) -> str:
        last = "\n".join(f"  {text[:200]!r}" for text in self.said[-_TOLD:])
        return f"seed {SEED}, {self.name}, turn {len(self.said)}:\n{last}"


@pytest.fixture
async def assistant(accounts: Database, model: Path) -> AsyncIterator[Assistant]:
    """An assistant in this process, with accounts in every state."""
    assistant = Assistant(current_settings(), accounts, model)
    yield assistant
    await assistant.close()


@pytest.fixture
def saved(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> dict[str, DialogueStateTracker]:
    """Each conversation's tracker as its last turn was written."""
    trackers: dict[str, DialogueStateTracker] = {}
    save = assistant.store.save

    async def remember_and_save(tracker: DialogueStateTracker) -> None:
        trackers[tracker.sender_id] = tracker
        await save(tracker)

    monkeypatch.setattr(assistant.store, "save", remember_and_save)
    return trackers


@each_portal
@pytest.mark.parametrize(
    ("talks", "long_talk"), [(12, 130), pytest.param(25, 250, marks=pytest.mark.slow)]
)
async def test_whatever_is_said_every_turn_holds(
    assistant: Assistant,
    saved: dict[str, DialogueStateTracker],
    portal: str,
    talks: int,
    long_talk: int,
) -> None:
    print(f"seed {SEED}")
    rng = random.Random(f"{SEED}-{portal}")
    offered: set[str] = set()
    pressed: set[str] = set()
    started = time.monotonic()

    def talker(name: str) -> Talker:
        return Talker(assistant, saved, portal, name, rng, offered - pressed, sentences())

    turns = 0
    for number in range(talks):
        someone = talker(f"{portal}-{number}")
        for _ in range(_SHORT):
            await someone.turn()
            offered.update(someone.buttons)
            pressed.add(someone.said[-1])
            someone.unpressed = offered - pressed
        turns += _SHORT
    long = talker(f"{portal}-long")
    for _ in range(long_talk):
        await long.turn()
    turns += long_talk
    early = statistics.median(long.times[10 : 10 + _COMPARED])
    late = statistics.median(long.times[-_COMPARED:])
    print(
        f"{portal}: {turns} turns in {time.monotonic() - started:.1f} s;"
        f" {len(pressed & offered)} of {len(offered)} buttons pressed;"
        f" median turn {early * 1000:.1f} ms early, {late * 1000:.1f} ms at turn {long_talk}"
    )
    assert late < early * 2 + 0.01, (early, late)
