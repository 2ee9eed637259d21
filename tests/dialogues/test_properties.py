"""What holds of every conversation: each tree by every sequence of answers, and a random talker.

The trees are those of the content, whatever it is at the moment; the random talker is the same at
each run, unless `GUICHET_TEST_SEED` names another seed.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.shared.core.trackers import DialogueStateTracker

from actions.accounts import AccountRow, current_accounts
from actions.answers import answer, clarify
from actions.content import current_content, load_content
from actions.db import Database, now
from actions.settings import ROOT, current_settings
from actions.talks import remember
from actions.trees import ENDS, INPUTS, Tree
from actions.walks.base import Frame, Heard, Talk
from actions.walks.conductor import conduct, open_walk, walk_of
from actions.walks.tree import tree_name
from bot.engine.assistant import Assistant, Incoming, Reply

PORTALS = ("resah", "woundwo")
CONTENT = load_content(ROOT / "faq")
TREES = [
    (portal.id, intent)
    for portal in CONTENT.portals.values()
    for intent, article in portal.articles.items()
    if article.tree is not None
]
each_tree = pytest.mark.parametrize(("portal", "intent"), TREES)
each_portal = pytest.mark.parametrize("portal", PORTALS)

KNOWN = "connue@essai-exemple.example"
SHARED = "partagee@essai-exemple.example"
PENDING = "attente@essai-exemple.example"
DISABLED = "fermee@essai-exemple.example"
TODAY = "du.jour@essai-exemple.example"
UNKNOWN = "inconnue@essai-exemple.example"
LOGINS = ("partage.un", "partage.deux")
CUSTOMER_NUMBER = "100777"
_ACCOUNTS = (
    (KNOWN, "connue", "active", "", ""),
    (SHARED, LOGINS[0], "active", "", ""),
    (SHARED, LOGINS[1], "active", "", ""),
    (PENDING, "attente", "pending", "", ""),
    (DISABLED, "fermee", "disabled", "{region}", CUSTOMER_NUMBER),
    (TODAY, "du.jour", "active", "{region}", ""),
)
_REGION = {"resah": "bretagne", "woundwo": "ouest"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite only: what is tried here does not depend on the database."""
    return f"sqlite:///{tmp_path / 'guichet.db'}"


@pytest.fixture
async def accounts(database: Database) -> Database:
    """The database with accounts in every state on each portal."""
    async with database.write() as session:
        for portal in PORTALS:
            for address, login, status, region, number in _ACCOUNTS:
                session.add(
                    AccountRow(
                        portal=portal, email=address, address=address, login=login, status=status,
                        region=region.format(region=_REGION[portal]), customer_number=number,
                        activated_at=now() if address == TODAY else now().replace(year=2024),
                    )
                )  # fmt: skip
    return database


# --- What a reply must be ---------------------------------------------------------------------

# A question, a link, or an imperative: a verb in -ez that has no "vous" before it.
_INVITES = re.compile(
    r"\?|\]\(|il me (?:faut|manque)|\b(?:dites|faites)\b"
    r"|(?<!vous )(?<!vous ne )(?<!vous m’)\b(?!chez|assez|avez|aurez)\w+ez\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"au revoir|bonne journée|reste disponible|autre question|je suis là|si besoin|en reste là"
    r"|je vous en prie|vous aurez une réponse|vous pourrez|\*\*G-\w{4}\*\*",
    re.IGNORECASE,
)


def lacks(texts: list[str], buttons: int, *, waiting: bool) -> str | None:
    """Return what a turn's replies lack to lead on, or None."""
    if not texts:
        return "says nothing"
    if not all(text.strip() for text in texts):
        return "has an empty reply"
    said = "\n".join(texts)
    if not (buttons or _INVITES.search(said) or (not waiting and _CLOSES.search(said))):
        return "does not tell what to do next"
    return None


# --- Trees, read --------------------------------------------------------------------------------


_MOST_QUESTIONS = 8


def _tree(portal: str, intent: str) -> Tree:
    tree = CONTENT.portals[portal].articles[intent].tree
    assert tree is not None
    return tree


def _paths(tree: Tree) -> Iterator[list[str]]:
    """Yield every way through a tree that does not come back to a step."""
    waiting = [[tree.first]]
    while waiting:
        path = waiting.pop()
        step = tree.steps[path[-1]]
        if step.end:
            yield path
        for target in dict.fromkeys(step.leads_to()):
            assert target not in path, f"{' → '.join(path)} comes back to {target}"
            waiting.append([*path, target])


@each_tree
def test_a_tree_leads_from_every_step_to_an_end_and_never_back(portal: str, intent: str) -> None:
    tree = _tree(portal, intent)
    paths = list(_paths(tree))
    assert {step for path in paths for step in path} == set(tree.steps)
    for path in paths:
        assert tree.steps[path[-1]].end in ENDS
        asked = [name for name in path if tree.steps[name].answers or tree.steps[name].input]
        assert len(asked) <= _MOST_QUESTIONS, (
            f"{len(asked)} questions before an end: {' → '.join(path)}"
        )


@each_tree
def test_a_question_of_a_tree_is_asked_again_in_other_words(portal: str, intent: str) -> None:
    for step in _tree(portal, intent).steps.values():
        if step.answers or step.input:
            assert len(set(step.say)) >= 2, f"{step.name} has one wording"
            labels = [answer.label for answer in step.answers]
            assert len(set(labels)) == len(labels), f"{step.name} has a label twice"


# --- Trees, walked ------------------------------------------------------------------------------

ENDED = {"solved", "informed", "handed_over", "refused", "reset_sent"}
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
            expected = _tree(self.portal, walk.removeprefix("tree:")).steps[step].input
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


def _memories(portal: str, names: set[str]) -> list[dict[str, Any]]:
    """Return what may be known before a walk is opened: nothing, or each thing by itself."""
    known: list[dict[str, Any]] = [{}]
    known += [{"address": address} for address in (KNOWN, PENDING, DISABLED, UNKNOWN)]
    known.append({"region": _REGION[portal], "address": KNOWN, "contract": "2020-053"})
    known += [{"facts": {name: value}} for name in sorted(names) for value in ("yes", "no")]
    return known


@each_tree
async def test_every_answer_in_a_tree_leads_on_to_an_end(
    accounts: Database, portal: str, intent: str, record_property: Any
) -> None:
    explorer = Explorer(portal, accounts)
    name = tree_name(intent)
    facts = {step.fact for step in _tree(portal, intent).steps.values() if step.fact}
    starts = [await explorer.open(name, memory) for memory in _memories(portal, facts)]
    await explorer.explore([state for state in starts if state.stack], name)
    assert not explorer.stuck(), [" → ".join(state.path) for state in explorer.stuck()]
    assert explorer.circle() is None
    record_property("states", len(explorer.seen))
    record_property("turns", explorer.turns)
    print(f"{portal} {intent}: {len(explorer.seen)} states, {explorer.turns} turns")


@each_portal
@pytest.mark.parametrize("walk", ["login", "region", "handover"])
async def test_every_answer_in_a_walk_leads_on_to_an_end(
    accounts: Database, portal: str, walk: str
) -> None:
    explorer = Explorer(portal, accounts)
    starts = [await explorer.open(walk, memory) for memory in _memories(portal, set())]
    await explorer.explore([state for state in starts if state.stack], walk)
    assert not explorer.stuck(), [" → ".join(state.path) for state in explorer.stuck()]
    print(f"{portal} {walk}: {len(explorer.seen)} states, {explorer.turns} turns")


@each_portal
async def test_a_lost_step_does_not_hold_a_conversation(accounts: Database, portal: str) -> None:
    """Content may change while a walk is open: what it no longer has is closed."""
    explorer = Explorer(portal, accounts)
    for frame in (Frame("tree:nowhere", "a"), Frame("login", "nowhere"), Frame("nowhere", "a")):
        state = State({}, [frame.to_json()])
        with pytest.raises(KeyError):
            _ = walk_of(CONTENT.portals[portal], frame.walk).steps[frame.step]
        after = await explorer.move(state, Move("bonjour", Heard("bonjour", "greet")))
        assert after.step != "nowhere"


# --- A random talker ----------------------------------------------------------------------------

SEED = int(os.environ.get("GUICHET_TEST_SEED", "20240607"))
_SHORT_TALKS, _SHORT, _LONG = 25, 30, 250
_COMPARED = 50
_REMEMBERED = 60
"""Latest replies among which none may come a third time."""

_TOLD = 30


def _sentences() -> dict[str, list[str]]:
    sentences: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
            sentences.setdefault(entry["intent"], []).extend(lines)
    return sentences


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
        thrice = [text for text in texts if self.texts.count(text) > 2]
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
async def test_whatever_is_said_every_turn_holds(
    assistant: Assistant, saved: dict[str, DialogueStateTracker], portal: str
) -> None:
    print(f"seed {SEED}")
    rng = random.Random(f"{SEED}-{portal}")
    sentences = _sentences()
    offered: set[str] = set()
    pressed: set[str] = set()
    started = time.monotonic()

    def talker(name: str) -> Talker:
        return Talker(assistant, saved, portal, name, rng, offered - pressed, sentences)

    turns = 0
    for number in range(_SHORT_TALKS):
        someone = talker(f"{portal}-{number}")
        for _ in range(_SHORT):
            await someone.turn()
            offered.update(someone.buttons)
            pressed.add(someone.said[-1])
            someone.unpressed = offered - pressed
        turns += _SHORT
    long = talker(f"{portal}-long")
    for _ in range(_LONG):
        await long.turn()
    turns += _LONG
    early = statistics.median(long.times[10 : 10 + _COMPARED])
    late = statistics.median(long.times[-_COMPARED:])
    print(
        f"{portal}: {turns} turns in {time.monotonic() - started:.1f} s;"
        f" {len(pressed & offered)} of {len(offered)} buttons pressed;"
        f" median turn {early * 1000:.1f} ms early, {late * 1000:.1f} ms at turn {_LONG}"
    )
    assert late < early * 2 + 0.01, (early, late)
