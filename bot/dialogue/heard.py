"""The latest message as it was understood: what every step of a walk decides by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.dialogue.address_owner import Purpose, Whose
from bot.dialogue.agreement import Answer
from bot.dialogue.consent import answered
from bot.reading.replies.moves import Move


def _makes(moves: Collection[Move], names: Collection[str]) -> bool:
    return any(move.sure and not move.option and move.name in names for move in moves)


@dataclass(frozen=True)
class Part:
    """One of several clauses of a message, as it is understood by itself.

    Attributes:
        text: As typed.
        intent: The likeliest.
        confidence: That the intent is right.
        moves: What it does with the question just asked, likeliest first.
        start: Where it begins in the message.
        after_sent: What it does with a request that was sent before, as in `Heard`.
    """

    text: str
    intent: str = ""
    confidence: float = 0.0
    moves: tuple[Move, ...] = ()
    start: int = 0
    after_sent: tuple[Move, ...] = ()

    @property
    def end(self) -> int:
        """Where it ends in the message."""
        return self.start + len(self.text)

    def takes(self, *options: str) -> bool:
        """Tell whether the clause surely takes one of some options of the question."""
        return any(move.sure and move.option and move.name in options for move in self.moves)

    def does(self, *names: str) -> bool:
        """Tell whether the clause surely makes one of some moves that all questions share."""
        return _makes(self.moves, names)


@dataclass(frozen=True)
class Heard:
    """The user's latest message as it was understood.

    Attributes:
        surely: The intent as the model read it alone, where it was sure; empty where it was not.
        whose: Whose the address in `entities` is, as far as the message tells.
        choices: The addresses of the message between which they have to choose.
        unread: What is meant as an address but cannot be read whole.
        purpose: What the address in `entities` is given for, as far as the message tells.
        told: The facts that it tells, by name, as far as they were learned.
        asked: The id of the question just asked; empty where none was.
        moves: What it does with that question, likeliest first.
        parts: Its clauses, where it has several.
        after_sent: What it does with a request that was sent before, likeliest first; empty where
            none was, or where that is the question.
        ahead: The options that it takes of other questions, by their ids.
        asked_again: Whether something else was said since the question was first asked.
    """

    text: str
    intent: str
    band: str = "sure"
    ranking: tuple[str, ...] = ()
    entities: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    surely: str = ""
    whose: Whose = "unclear"
    choices: tuple[str, ...] = ()
    unread: str | None = None
    purpose: Purpose = ""
    told: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""
    moves: tuple[Move, ...] = ()
    parts: tuple[Part, ...] = ()
    after_sent: tuple[Move, ...] = ()
    ahead: Mapping[str, str] = field(default_factory=dict)
    asked_again: bool = False

    @property
    def pieces(self) -> tuple[Part, ...]:
        """The clauses of the message; the message itself where it is one."""
        certain = 1.0 if self.surely else 0.0
        return self.parts or (Part(self.text, self.surely or self.intent, certain, self.moves),)

    @property
    def option(self) -> str | None:
        """The option of the question that the message takes, or None."""
        likeliest = next((move for move in self.moves if move.option), None)
        if likeliest is None:
            return None
        # "Trouvé, je fais quoi ensuite ?", "pourquoi ? je préfère pas": both halves count.
        likely = self.does("how", "why") and likeliest.confidence >= _LIKELY
        return likeliest.name if likeliest.sure or likely else None

    @property
    def angry(self) -> bool:
        """Whether somebody is angry: by what they say, or in capitals."""
        shouts = self.text.isupper() and len(self.text.split()) >= _SHOUTED
        return self.does("complain") or shouts

    @property
    def settled(self) -> bool:
        """Whether it is known what the message does with the question."""
        return any(move.sure for move in self.moves)

    def may_mean(self, option: str) -> bool:
        """Tell whether an option is likely at all; anything is where no question was asked."""
        return not self.moves or self.confidence_in(option) >= _PLAUSIBLE

    def confidence_in(self, option: str) -> float:
        """Return how probable it is that the message takes an option."""
        return max((m.confidence for m in self.moves if m.option and m.name == option), default=0.0)

    def does(self, *names: str) -> bool:
        """Tell whether the message surely makes one of some moves that all questions share."""
        return _makes(self.moves, names)

    @property
    def wordless(self) -> bool:
        """Whether it is made up of signs alone, as "???" is."""
        return not self.text.strip("?!.… ")

    @property
    def sure(self) -> bool:
        """Whether the message was understood well enough to act on."""
        return self.band == "sure"

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed: its payload is nothing that the user wrote."""
        name, brace, told = self.text[1:].partition("{")
        word = name.replace("_", "").isalnum()
        return self.text.startswith("/") and word and (not brace or told.endswith("}"))

    @property
    def yes_no(self) -> Answer | None:
        """What the message answers to a yes-or-no question of fact, or None."""
        return answered(self)


_LIKELY = 0.45
"""Confidence from which an option is taken beside the question how to go on, or why."""

_SHOUTED = 4
"""Words in capitals that are more than an abbreviation."""

_PLAUSIBLE = 0.1
"""Confidence below which an option is not what a message means, whichever words are in it."""
