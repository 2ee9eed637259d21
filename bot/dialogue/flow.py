"""What a walk is made of: steps that speak and steps that listen, and where they lead.

A walk is a named set of steps. Entering a step says something and tells where to go on; where it
waits, the next message goes to the step's answer. The conductor keeps the stack of walks; a step
only returns a directive.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.content.live import Portal, Region
from bot.desk.accounts import Account, AccountStore
from bot.desk.look_ups import LookUp, uses_of
from bot.dialogue.consent import Consent
from bot.dialogue.heard import Heard
from bot.ground.clock import paris_time_from
from bot.ground.db import Database, unit_of_work
from bot.ground.errors import LimitReached
from bot.ground.limits import spend


@dataclass(frozen=True)
class Button:
    """A quick reply: what it shows, and the payload that it sends back."""

    title: str
    payload: str


@dataclass(frozen=True)
class Said:
    """One message of the assistant.

    Attributes:
        any_number: Whether it may be said any number of times.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    any_number: bool = False


@dataclass
class Frame:
    """Where the user stands in one walk: the step, how often it was asked, what is known."""

    walk: str
    step: str
    asked: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the frame as it stands in the slot."""
        return {"walk": self.walk, "step": self.step, "asked": self.asked, "data": self.data}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Frame:
        """Read a frame as `to_json` writes it."""
        return cls(value["walk"], value["step"], value["asked"], dict(value["data"]))


@dataclass
class Talk:
    """One turn of a conversation as the walks see it.

    Attributes:
        memory: What the conversation knows (address, region, outcome), kept in a slot.
        stack: The walks that are open, the current one last.
        said: What is answered in this turn so far.
        learned: Whether the message told something that was not known before.
        told_facts: The facts that it told, by name.
        told_lines: What it told that has a line in a request, such as `region` or `contract`.
        resuming: Whether an interruption was answered in this turn, so that the current step asks
            again.
        consent: The yes that came with the directive that is followed, or None.
        asked_solved: Whether the last thing that was asked is whether it works now.
        told_aside: Whether a question beside the point was answered in this turn.
    """

    conversation_id: str
    message_id: str
    network: str
    portal: Portal
    heard: Heard
    database: Database
    accounts: AccountStore
    memory: dict[str, Any]
    stack: list[Frame]
    learned: bool = False
    told_facts: dict[str, str] = field(default_factory=dict)
    told_lines: frozenset[str] = frozenset()
    resuming: bool = False
    consent: Consent | None = None
    asked_solved: bool = False
    told_aside: bool = False
    said: list[Said] = field(default_factory=list)

    @property
    def frame(self) -> Frame:
        """The current walk's frame."""
        return self.stack[-1]

    @property
    def learned_fact(self) -> bool:
        """Whether the message told a fact that was not known."""
        return bool(self.told_facts)

    @property
    def facts(self) -> dict[str, str]:
        """What the user told in passing or was asked, such as `junk_checked: yes`."""
        facts: dict[str, str] = self.memory.setdefault("facts", {})
        return facts

    @property
    def for_other(self) -> bool:
        """Whether the problem is somebody else's: a colleague's, a customer's."""
        return self.facts.get("for_other") == "yes"

    @property
    def request_key(self) -> str:
        """Names what this message causes, so that a repeat causes nothing more."""
        return f"{self.conversation_id}:{self.message_id}"

    @property
    def region(self) -> Region | None:
        """The user's region where it is known."""
        return self.portal.region(self.memory.get("region"))

    def say(
        self,
        key: str,
        *buttons: Button,
        nth: int | None = None,
        any_number: bool = False,
        **values: Any,
    ) -> None:
        """Say a sentence; a step that asks again, or a reply that comes again, is reworded.

        Args:
            key: Where the sentence stands in messages.yml.
            buttons: Quick replies under it.
            nth: Which of its wordings; by default, how often it was asked or said.
            any_number: Whether it may be said any number of times.
            values: What it is filled in with.
        """
        times: dict[str, int] = self.memory.setdefault("times", {})
        if nth is None:
            nth = self.stack[-1].asked if self.stack else times.get(key, 0)
        times[key] = times.get(key, 0) + 1
        text = self.portal.say(key, nth, for_other=self.for_other, **values)
        self.said.append(Said(text, buttons, any_number))

    def say_text(self, wordings: Sequence[str], *buttons: Button) -> None:
        """Say a sentence of a tree, in the wording for how often its step has asked."""
        text = wordings[min(self.frame.asked, len(wordings) - 1)]
        self.said.append(Said(self.portal.render(text).strip(), buttons))

    async def find_accounts(self, address: str) -> list[Account]:
        """Look an address up, within the limits of conversation, network and portal.

        Raises:
            LimitReached: If too many addresses were looked up.
        """
        await self._look_up("address")
        accounts = await self.accounts.find(self.portal.id, address)
        for account in accounts:
            if self.portal.region(account.region):
                self.memory["region"] = account.region
        return accounts

    async def region_of_customer(self, number: str) -> str | None:
        """Return the region of a customer number, looked up within the same limits as an address.

        Raises:
            LimitReached: If too many numbers were looked up.
        """
        await self._look_up("number")
        return await self.accounts.region_of_customer(self.portal.id, number)

    async def _look_up(self, what: LookUp) -> None:
        uses = uses_of(what, self.conversation_id, self.network, self.portal.id)
        async with unit_of_work(self.database) as unit:
            await spend(self.database, unit, *uses, portal=self.portal.id)

    def say_checks_limit(self, reached: LimitReached) -> None:
        """Say that no more addresses are looked up for now, and what can be done without that."""
        until = paris_time_from(reached.until)
        self.say(f"limits.checks.{reached.scope}", until=until)
        self.say("limits.without_check")

    def button(self, key: str, payload: str, **values: Any) -> Button:
        """Return a button whose title stands under `buttons.` in messages.yml."""
        return Button(self.portal.say(f"buttons.{key}", **values), payload)

    def note_tried(self, key: str) -> None:
        """Note for a hand-over what was tried, by its key under `tried.` in messages.yml."""
        self.note_done(self.portal.say(f"tried.{key}"))

    def note_done(self, text: str, fact: str = "", value: str = "") -> None:
        """Note for a hand-over what was tried, with the fact that it rests on, where one is known.

        Args:
            text: As a request says it.
            fact: The fact's name; what was tried goes once that has another value.
            value: The fact's value now.
        """
        done = self.memory.setdefault("tried", [])
        if text not in done:
            done.append(text)
        if fact:
            self.memory.setdefault("tried_by", {})[text] = [fact, value]

    def contact_button(self) -> Button:
        """Return the button that leads to the region's contact."""
        return self.button("contact", "/regional_contact")

    def say_contact(self, region: Region, *buttons: Button) -> None:
        """Say how to reach a region."""
        self.memory["contact_told"] = region.id
        self.said.append(Said(self.portal.say("region.contact", region=region), buttons))


@dataclass(frozen=True)
class Wait:
    """The step has asked; the next message answers it."""


@dataclass(frozen=True)
class Go:
    """Go on with another step of the same walk.

    Attributes:
        consent: The yes to what the step does, where it does something.
    """

    step: str
    consent: Consent | None = None


@dataclass(frozen=True)
class Open:
    """Open another walk, and go on with `then` when it has ended.

    Attributes:
        data: What the other walk is told at its start.
    """

    walk: str
    then: str
    data: Mapping[str, Any] = field(default_factory=dict)


TO_A_PERSON = ("handed_over", "contact_given")
"""The outcomes with which a person takes over: a request was sent, or only a contact was shown."""


@dataclass(frozen=True)
class End:
    """The walk has ended, with an outcome for the record.

    Attributes:
        consent: The yes to closing, without which nothing ends as solved.
    """

    outcome: str
    consent: Consent | None = None


@dataclass(frozen=True)
class Pass:
    """The message does not answer the step; something else may."""


Directive = Wait | Go | Open | End | Pass
Act = Callable[[Talk], Awaitable[Directive]]


async def _nothing(talk: Talk) -> Directive:
    return Pass()


@dataclass(frozen=True)
class Step:
    """What a step does when it is entered and, where it waits, with the next message."""

    enter: Act
    answer: Act = _nothing


@dataclass(frozen=True)
class Walk:
    """A named set of steps."""

    name: str
    first: str
    steps: Mapping[str, Step]
