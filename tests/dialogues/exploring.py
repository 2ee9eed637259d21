"""Walks a portal's walks and trees by every answer, state by state, through the conductor."""

from __future__ import annotations

import copy
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from actions.talks import remember
from bot.content.live import current_content
from bot.content.trees import INPUTS
from bot.desk.accounts import current_accounts
from bot.dialogue.answers import answer, clarify
from bot.dialogue.conductor import conduct, open_walk
from bot.dialogue.flow import Frame, Talk
from bot.dialogue.heard import Heard
from bot.ground.db import Database
from tests.dialogues.every_account import DISABLED, KNOWN, LOGINS, PENDING, REGION, SHARED, UNKNOWN
from tests.dialogues.leading_on import lacks
from tests.dialogues.trees import tree_of

ENDED = {"solved", "informed", "handed_over", "contact_given", "refused", "reset_sent"}
_MOST_TURNS = 16
_PAYLOAD = re.compile(r"/(\w+)(\{.*\})?$", re.DOTALL)


@dataclass(frozen=True)
class Move:
    """What a user may answer: a button of the latest reply, or words."""

    name: str
    heard: Heard
    button: bool = False


@dataclass
class State:
    """Where a conversation stands between two turns."""

    memory: dict[str, Any]
    stack: list[dict[str, Any]]
    moves: tuple[Move, ...] = ()
    path: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The state as far as it decides what comes next."""
        known = {name: self.memory.get(name) for name in ("address", "region", "account", "facts")}
        told = {name: name in self.memory for name in INPUTS}
        return json.dumps([known, told, self.stack], sort_keys=True)

    @property
    def walk(self) -> str:
        """The open walk, or nothing."""
        return str(self.stack[-1]["walk"]) if self.stack else ""

    @property
    def step(self) -> str:
        """The open walk's step."""
        return str(self.stack[-1]["step"]) if self.stack else ""


def _pressed(title: str, payload: str) -> Move:
    match = _PAYLOAD.match(payload)
    assert match, payload
    entities = json.loads(match[2]) if match[2] else {}
    heard = Heard(payload, match[1], entities={k: str(v) for k, v in entities.items()})
    return Move(f"[{title}]", heard, button=True)


def _address(address: str) -> Move:
    return Move(address, Heard(address, "inform_email", entities={"email": address}))


_ADDRESSES = tuple(_address(address) for address in (KNOWN, SHARED, PENDING, UNKNOWN))
_PLACE = Move("Rennes", Heard("Rennes", "inform_region"))
_TEXT = Move("un texte", Heard("le catalogue des draps", "out_of_scope", band="lost"))
_CONTRACT = Move(
    "2020-053", Heard("2020-053", "inform_reference", entities={"contract_number": "2020-053"})
)
_NO = Move("non", Heard("non", "deny"))
_UNSURE = (
    Move("je ne sais pas", Heard("je ne sais pas", "dont_know")),
    _NO,
    Move("toujours rien", Heard("toujours rien", "not_solved")),
)
_LOGIN = Move(LOGINS[1], Heard(LOGINS[1], "inform_reference"))
_TYPED = {
    "address": _ADDRESSES,
    "contract": (_CONTRACT, _TEXT),
    "document": (_TEXT,),
    "detail": (_TEXT,),
}


@dataclass
class Explorer:
    """Drives the walks of one portal through the conductor, state by state."""

    portal: str
    database: Database
    turns: int = 0
    seen: dict[str, State] = field(default_factory=dict)
    leads: dict[str, dict[str, str]] = field(default_factory=dict)

    def talk(self, state: State, heard: Heard, *, resuming: bool = False) -> Talk:
        """Return the talk of a turn in a conversation of its own, so that no limit is reached."""
        self.turns += 1
        return Talk(
            conversation_id=f"{self.portal}-{self.turns}",
            message_id="m",
            network="",
            portal=current_content().portal(self.portal),
            heard=heard,
            database=self.database,
            accounts=current_accounts(),
            memory=copy.deepcopy(state.memory),
            stack=[Frame.from_json(frame) for frame in copy.deepcopy(state.stack)],
            resuming=resuming,
        )

    async def open(self, walk: str, memory: dict[str, Any]) -> State:
        """Open a walk and return where it waits."""
        intent = walk.removeprefix("tree:")
        talk = self.talk(State(memory, []), Heard(intent, intent))
        await open_walk(talk, walk)
        return self._after(
            talk, State(memory, []), Move(f"{walk} {json.dumps(memory)}", talk.heard)
        )

    async def move(self, state: State, move: Move) -> State:
        """Make one turn as the actions do: the walk, or an answer and the walk again."""
        talk = self.talk(state, move.heard)
        remember(talk)
        if await conduct(talk):
            return self._after(talk, state, move)
        assert not move.button, f"{self._told(state, move)}: the button is not heard"
        talk = self.talk(state, move.heard)
        remember(talk)
        if talk.heard.sure:
            answer(talk)
        else:
            clarify(talk)
        talk.resuming = True
        assert await conduct(talk), f"{self._told(state, move)}: the walk does not go on"
        return self._after(talk, state, move)

    def _after(self, talk: Talk, before: State, move: Move) -> State:
        state = State(talk.memory, [frame.to_json() for frame in talk.stack])
        state.path = (*before.path, move.name)
        texts = [said.text for said in talk.said]
        buttons = [button for said in talk.said for button in said.buttons]
        wrong = lacks(texts, len(buttons), waiting=bool(talk.stack))
        assert not wrong, f"{self._told(before, move)}: {wrong}: {texts}"
        assert not re.search(r"\{\{|\{%|\bNone\b", "\n".join(texts)), texts
        assert len(talk.stack) <= 4
        assert len({button.title for button in buttons}) == len(buttons), buttons
        if talk.stack:
            state.moves = (*(_pressed(b.title, b.payload) for b in buttons), *self._words(state))
        else:
            outcome = talk.memory.get("outcome")
            assert outcome in ENDED, f"{self._told(before, move)}: ends in {outcome}"
        json.dumps(state.memory)
        return state

    def _words(self, state: State) -> tuple[Move, ...]:
        walk, step = state.walk, state.step
        if walk.startswith("tree:"):
            expected = tree_of(self.portal, walk.removeprefix("tree:")).steps[step].input
            return (*_TYPED.get(expected, ()), *_UNSURE)
        typed = {
            "region": (_PLACE,),
            "login": (_LOGIN,) if step == "ask_login" else (_ADDRESSES[0], _ADDRESSES[3]),
            "handover": (_ADDRESSES[0],) if step == "ask_contact" else (_TEXT,),
        }
        return (*typed[walk], *_UNSURE)

    def _told(self, state: State, move: Move) -> str:
        return f"{self.portal}: {' → '.join((*state.path, move.name))}"

    async def explore(self, starts: list[State], within: str) -> None:
        """Visit every state of one walk; what it opens is followed by a few ways only."""
        waiting = deque(starts)
        while waiting:
            state = waiting.popleft()
            if state.key in self.seen:
                continue
            self.seen[state.key] = state
            leads = self.leads.setdefault(state.key, {})
            assert len(state.path) <= _MOST_TURNS, " → ".join(state.path)
            for move in state.moves:
                after = await self.move(state, move)
                again = after.stack[:-1] == state.stack[:-1] and after.step == state.step
                if again and after.walk == state.walk and not move.button:
                    # Answered in passing; the walk asked the same again.
                    continue
                leads[move.name] = after.key
                if after.walk == within:
                    waiting.append(after)
                elif after.key not in self.seen:
                    self.seen[after.key] = after
                    await self._follow(after)

    async def _follow(self, state: State) -> None:
        """Answer always with the first, the last, or no, until nothing is open."""
        for pick in (0, -1, None):
            here = state
            for _ in range(_MOST_TURNS):
                if not here.stack:
                    break
                leading = [move for move in here.moves if move not in (*_UNSURE, _TEXT)]
                move = _NO if pick is None else leading[pick]
                here = await self.move(here, move)
            assert not here.stack, f"does not end: {' → '.join(here.path)}"

    def stuck(self) -> list[State]:
        """Return the states from which no end was reached."""
        ending = {key for key, state in self.seen.items() if not self.leads.get(key)}
        while more := {
            key for key, leads in self.leads.items()
            if key not in ending and ending & set(leads.values())
        }:  # fmt: skip
            ending |= more
        return [state for key, state in self.seen.items() if key not in ending]

    def circle(self) -> list[str] | None:
        """Return a way by buttons that comes back to where it was, or None."""
        done: set[str] = set()
        for start in self.leads:
            trail: list[tuple[str, Iterator[str]]] = [(start, iter(self._by_button(start)))]
            on_trail = {start}
            while trail and start not in done:
                key, targets = trail[-1]
                target = next(targets, None)
                if target is None:
                    done.add(key)
                    on_trail.discard(key)
                    trail.pop()
                elif target in on_trail:
                    return [self.seen[key].step for key, _ in trail]
                elif target not in done and target in self.leads:
                    trail.append((target, iter(self._by_button(target))))
                    on_trail.add(target)
        return None

    def _by_button(self, key: str) -> list[str]:
        return [target for name, target in self.leads[key].items() if name.startswith("[")]


def memories(portal: str, names: set[str]) -> list[dict[str, Any]]:
    """Return what may be known before a walk is opened: nothing, or each thing by itself."""
    known: list[dict[str, Any]] = [{}]
    known += [{"address": address} for address in (KNOWN, PENDING, DISABLED, UNKNOWN)]
    known.append({"region": REGION[portal], "address": KNOWN, "contract": "2020-053"})
    known += [{"facts": {name: value}} for name in sorted(names) for value in ("yes", "no")]
    return known
