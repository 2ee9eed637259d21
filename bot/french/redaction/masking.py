"""Puts the mark in place of each secret of a text.

Where a secret is named, what stands right behind the name or behind a link ("est", a colon) is read
as one, plain words and numbers too. Elsewhere in the same text a word counts only by its looks, and
unless the words before say that it is something else: a ticket, a login, a version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, zip_longest

from bot.french.redaction.answers import answered_secrets
from bot.french.redaction.behind import may_number_codes, secrets_behind
from bot.french.redaction.codes import coded_secrets
from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.labels import find_labels
from bot.french.redaction.looks import HOLE, bare, looks_secret
from bot.french.redaction.quoted import quoted_secrets
from bot.french.redaction.reading import Reading
from bot.french.redaction.runs import runs_of
from bot.french.redaction.spelled import spelled_secrets
from bot.french.redaction.structured import structured_secrets
from bot.french.redaction.typed import hesitated, typed_secrets
from bot.french.redaction.wide import sent_codes, used_as, wide_secrets
from bot.french.redaction.words import LIKELY, SAYS

MARK = "[mot de passe masqué]"

_MOST_BEFORE = 200
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_HERE = frozenset({"voici", "voila"})
_BESIDE = frozenset("le la l suivant actuel ci dessous".split()) | _HERE


def redact_passwords(text: str, before: str = "") -> str:
    """Return a text with every password that is typed in it replaced by `MARK`.

    Args:
        text: A message as typed.
        before: What the same person wrote just before: "mon mot de passe est", then the password.
    """
    text = text.replace(MARK, HOLE)
    announced = _announced(before.replace(MARK, HOLE)[-_MOST_BEFORE:])
    head = f"{announced}\n" if announced else ""
    spans = {
        (start - len(head), end - len(head))
        for start, end in _secrets(head + text)
        if start >= len(head)
    }
    typed = {bare(text[start:end]) for start, end in spans}
    text = _without(text, spans)
    # The same password may be typed once more, where nothing announces it.
    for secret in typed:
        if looks_secret(secret):
            text = text.replace(secret, HOLE)
        elif fold_in_place(secret) in LIKELY:
            text = re.sub(rf"\b{re.escape(secret)}\b", HOLE, text)
    return text.replace(HOLE, MARK)


def _announced(before: str) -> str:
    """Return the end of a message that announces a secret and does not give it, or nothing.

    "Mot de passe oublié" announces none: what comes next answers a question of the assistant.
    """
    folded = fold_in_place(before)
    labels = find_labels(folded)
    if not labels:
        return ""
    last = labels[-1]
    tail = folded[last.end :]
    words = set(_WORD.findall(tail))
    ahead = _WORD.findall(folded[: last.start])[-3:]
    linked = words & SAYS or {":", "="} & set(tail) or _HERE.intersection(ahead)
    return before[last.start :].strip() if linked and words <= SAYS | _BESIDE else ""


def secrets_of(text: str, before: str = "") -> list[str]:
    """Return what `redact_passwords` takes out of a text, each once.

    Args:
        text: A message as typed.
        before: What the same person wrote just before.
    """
    found: list[str] = []
    at = 0
    pieces = redact_passwords(text, before).split(MARK)
    for piece, following in pairwise(pieces):
        start = text.index(piece, at) + len(piece)
        at = text.index(following, start) if following else len(text)
        found.append(bare(text[start:at]))
    return [secret for secret in dict.fromkeys(found) if secret]


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    yield from structured_secrets(text)
    folded = fold_in_place(text)
    labels = find_labels(folded)
    numbers = may_number_codes(folded)
    for label, following in zip_longest(labels, labels[1:]):
        end = following.start if following else len(text)
        yield from secrets_behind(text, folded, label, end, numbers=numbers)
    runs = runs_of(text, folded)
    yield from used_as(runs, labels)
    yield from sent_codes(runs)
    yield from spelled_secrets(folded, labels)
    yield from wide_secrets(text, runs, labels)
    reading = Reading(text, folded, runs, labels)
    yield from typed_secrets(reading)
    yield from hesitated(reading)
    yield from quoted_secrets(reading)
    yield from coded_secrets(reading)
    yield from answered_secrets(reading)


def _without(text: str, spans: set[tuple[int, int]]) -> str:
    """Return a text with a hole in place of each span; spans that overlap make one hole."""
    pieces, at = [], 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            pieces.append(text[at:start] + HOLE)
        at = max(at, end)
    return "".join(pieces) + text[at:]
