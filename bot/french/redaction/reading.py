"""A message as the readers of secrets see it: its words, its sentences, and what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from bot.french.redaction.labels import Label
from bot.french.redaction.runs import Run
from bot.french.redaction.words import ELSE, GOODS, KEYBOARD, LOGS_IN

_WORD = re.compile(r"[^\W_]+")


_BARRED = frozenset("bloque bloquee refuse suspendu".split())


@dataclass(frozen=True)
class Reading:
    """A message with its words and the names of secrets in it."""

    text: str
    folded: str
    runs: list[Run]
    labels: list[Label]

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of the message, folded."""
        return frozenset(_WORD.findall(self.folded))

    @cached_property
    def keys(self) -> list[str]:
        """The words in order, without what is elided before them: "d'utiliser"."""
        return [run.key.rpartition("'")[2] or run.key for run in self.runs]

    @cached_property
    def named(self) -> bool:
        """Whether a secret is named that is more than "code" or "pass"."""
        return any(label.kind != "weak" for label in self.labels)

    @cached_property
    def logs_in(self) -> bool:
        """Whether the message is about logging in."""
        if self.named or not LOGS_IN.isdisjoint(self.words):
            return True
        return "compte" in self.words and not _BARRED.isdisjoint(self.words)

    @cached_property
    def of_keyboard(self) -> bool:
        """Whether the message is about how something is typed."""
        return not KEYBOARD.isdisjoint(self.words)

    @cached_property
    def sentences(self) -> tuple[list[int], list[frozenset[str]]]:
        """The number of the sentence that each word is in, and the words of each sentence."""
        numbers: list[int] = []
        words: list[set[str]] = [set()]
        for place, run in enumerate(self.runs):
            if place:
                before = self.runs[place - 1]
                if before.word[-1] in ".!?" or "\n" in self.text[before.end : run.start]:
                    words.append(set())
            numbers.append(len(words) - 1)
            words[-1].add(self.keys[place])
        return numbers, [frozenset(one) for one in words]

    def of_goods(self, place: int) -> bool:
        """Tell whether the sentence of a word is about goods, orders or their papers."""
        numbers, words = self.sentences
        return not GOODS.isdisjoint(words[numbers[place]])

    def says(self, place: int, words: frozenset[str]) -> bool:
        """Tell whether the sentence of a word has one of some words."""
        numbers, by_sentence = self.sentences
        return not words.isdisjoint(by_sentence[numbers[place]])

    def led(self, place: int, words: frozenset[str], reach: int) -> bool:
        """Tell whether one of some words stands shortly before a place, in the same sentence."""
        numbers, _ = self.sentences
        return any(
            numbers[back] == numbers[place] and self.keys[back] in words
            for back in range(max(0, place - reach), place)
        )

    def is_of_else(self, place: int, reach: int = 3) -> bool:
        """Tell whether the words before a place say that it is something else: "commande …"."""
        return self.led(place, ELSE - _CARRY, reach)

    def in_label(self, start: int, end: int) -> bool:
        """Tell whether a span is part of the name of a secret."""
        return any(label.start < end and start < label.end for label in self.labels)


_CARRY = frozenset(
    "mail mails e-mail email courriel compte comptes id identifiant identifiants oublie oubliee"
    " perdu perdue adresse adresses nom prenom telephone application appli de du d' site"
    " login log".split()
)
