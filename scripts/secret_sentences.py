"""Reads the messages whose secrets are marked, and varies them, for `fit_secrets.py`."""

from __future__ import annotations

import itertools
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from bot.ground.yaml_text import read_yaml

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = ROOT / "bot" / "french" / "redaction" / "sentences"
TESTED = ROOT / "tests" / "unit"

_MARKS = re.compile("([⟦⟧])")
_BLANK = re.compile(r"\{(\w+)\}")
_FIGURES = re.compile(r"\d+")
_WORD_AND_FIGURES = re.compile(r"([^\W\d_]{3,})([!@#$*&._-]?)(\d{1,8})([!*.$?]?)")
_NUMBER = re.compile(r"[\d ./-]{3,}")
_JOINED = re.compile(r"([^\W\d_]+)([!@#$*&._%€-])([^\W\d_]+)")
_VERSIONS = re.compile(r"indows|ffice|xcel|utlook|IE11|ISO|macOS|hrome|irefox|dge")
_PER_FORM = 20
_PER_ANNOUNCEMENT = 4
_PAIRED = 8

Span = tuple[int, int]


@dataclass(frozen=True)
class Labelled:
    """A message with where its secrets stand, and what was written just before it."""

    text: str
    spans: tuple[Span, ...] = ()
    before: str = ""


def _load(path: Path) -> Any:
    return read_yaml(path)


def _unmarked(marked: str, before: str = "") -> Labelled:
    text, spans, begun = "", [], 0
    for part in _MARKS.split(marked):
        if part == "⟦":
            begun = len(text)
        elif part == "⟧":
            spans.append((begun, len(text)))
        else:
            text += part
    return Labelled(text, tuple(spans), before)


def _found(text: str, secrets: str | list[str]) -> Labelled:
    """Return a message with all places where its secrets stand, as whole words if they can."""
    spans: set[Span] = set()
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        whole = rf"(?<!\w){re.escape(secret)}(?!\w)"
        places = [match.span() for match in re.finditer(whole, text)]
        spans.update(places or [match.span() for match in re.finditer(re.escape(secret), text)])
    return Labelled(text, tuple(sorted(spans)))


def by_hand() -> dict[str, list[Labelled]]:
    """Return all labelled messages by the hand that wrote them."""
    written = [
        _unmarked(row["text"], row["before"]) if isinstance(row, dict) else _unmarked(row)
        for name in ("secrets.yml", "harmless.yml", "helpdesk.yml")
        for row in _load(SENTENCES / name)
    ]
    others = _load(TESTED / "passwords_by_others.yml")
    found = {"sentences": written, "forms": _tested_forms(_load(TESTED / "passwords.yml"))}
    for key, rows in others.items():
        hand = "others" + key.removeprefix("secret").removeprefix("harmless")
        found.setdefault(hand, []).extend(
            Labelled(row) if isinstance(row, str) else _found(row["text"], row["secret"])
            for row in rows
        )
    return found


def _tested_forms(kept: dict[str, Any]) -> list[Labelled]:
    secrets: dict[str, list[str]] = {}
    for text, secret in kept["fixed"]:
        secrets.setdefault(text, []).append(secret)
    for form, secret in itertools.product(kept["forms"], kept["secrets"]):
        secrets[form.format(s=secret)] = [secret]
    found = [_found(text, several) for text, several in secrets.items()]
    found += [Labelled(text) for text in kept["harmless"]]
    for form in kept["harmless_forms"]:
        names = [name for _, name, _, _ in Formatter().parse(form) if name]
        for values in itertools.product(*(kept["blanks"][name] for name in names)):
            found.append(Labelled(form.format(**dict(zip(names, values, strict=True)))))
    return found


class Variants:
    """Other secrets, names and numbers to put into labelled messages, always the same for each."""

    def __init__(self) -> None:
        pools = _load(SENTENCES / "variants.yml")
        self._pools: dict[str, list[str]] = {
            name: pool.split() if isinstance(pool, str) else pool
            for name, pool in pools.items()
            if name != "replaced"
        }
        self._replaced: dict[str, str] = {
            word: pool for pool, words in pools["replaced"].items() for word in words.split()
        }
        self._names = re.compile(rf"\b(?:{'|'.join(map(re.escape, self._replaced))})\b")

    def of(self, message: Labelled, count: int) -> Iterator[Labelled]:
        """Yield variants of a message that differ from it.

        Args:
            message: The message.
            count: The most variants.
        """
        chance = random.Random(zlib.crc32(message.text.encode()))
        for _ in range(count):
            vary = self._secret if message.spans else self._plain
            varied = vary(message, chance)
            if varied.text != message.text:
                yield varied

    def filled(self) -> Iterator[Labelled]:
        """Yield the forms of messages without a secret, filled."""
        chance = random.Random(5)
        for form in _load(SENTENCES / "forms.yml"):
            for _ in range(_PER_FORM):
                yield Labelled(_BLANK.sub(lambda blank: chance.choice(self._pools[blank[1]]), form))

    def after(self, messages: list[Labelled]) -> Iterator[Labelled]:
        """Yield short messages without a secret behind what others say of their passwords."""
        chance = random.Random(11)
        befores = [one.text for one in messages if not one.spans and "passe" in one.text]
        short = [one.text for one in messages if not one.spans and len(one.text.split()) < 4]
        for text in short[::_PAIRED]:
            yield Labelled(text, (), chance.choice(befores))

    def _secret(self, message: Labelled, chance: random.Random) -> Labelled:
        text, spans, at = "", [], 0
        put: dict[str, str] = {}
        for start, end in message.spans:
            secret = message.text[start:end]
            if secret not in put:
                put[secret] = self._other(secret, chance)
            text += message.text[at:start]
            spans.append((len(text), len(text) + len(put[secret])))
            text += put[secret]
            at = end
        return Labelled(text + message.text[at:], tuple(spans), message.before)

    def _other(self, secret: str, chance: random.Random) -> str:
        """Return another secret of the same make, or the same where there is none."""
        pools = self._pools
        if secret.isalpha() and len(secret) > 3:
            named = secret.istitle() and chance.random() < 0.4
            word = chance.choice(pools["names"] if named else pools["words"])
            return word if named else _cased(word, secret)
        if made := _WORD_AND_FIGURES.fullmatch(secret):
            word = _cased(chance.choice(pools["words"]), made[1])
            return word + made[2] + _other_figures(made[3], chance) + made[4]
        if _NUMBER.fullmatch(secret):
            return _other_figures(secret, chance)
        if " " in secret:
            words = all(map(str.isalpha, secret.split()))
            return chance.choice(pools["passphrases"]) if words else secret
        if joined := _JOINED.fullmatch(secret):
            first, second = (chance.choice(pools["words"]) for _ in range(2))
            return _cased(first, joined[1]) + joined[2] + _cased(second, joined[3])
        if len(secret) > 5 and any(map(str.isdigit, secret)) and any(map(str.isalpha, secret)):
            kept = re.fullmatch(r"[\w-]+", secret) and chance.random() < 0.5
            return _other_figures(secret, chance) if kept else chance.choice(pools["strong"])
        return secret

    def _plain(self, message: Labelled, chance: random.Random) -> Labelled:
        text = self._names.sub(
            lambda name: chance.choice(self._pools[self._replaced[name.group()]]), message.text
        )
        if chance.random() < 0.7 and not _VERSIONS.search(text):
            text = _FIGURES.sub(lambda number: _other_number(number.group(), chance), text)
        return Labelled(text, (), message.before)


def _cased(word: str, like: str) -> str:
    return word.upper() if like.isupper() else word.capitalize() if like[0].isupper() else word


def _other_figures(text: str, chance: random.Random) -> str:
    return "".join(str(chance.randrange(10)) if sign.isdigit() else sign for sign in text)


def _other_number(number: str, chance: random.Random) -> str:
    """Return another number of as many figures; years and what begins with 0 stay."""
    if len(number) == 1 or number.startswith(("19", "20", "0")):
        return number
    return number[0] + _other_figures(number[1:], chance)
