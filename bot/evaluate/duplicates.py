"""Near-duplicates: messages that differ by so little that one of them adds nothing.

A message of one or two words, such as "oui" or "bonjour", is written alike by everybody: training
has to hold it, and tests that leave it out would not be what users write. Such messages count as
duplicates only within the training data, where they are the same to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.evaluate.data import Example, MessageSet
from bot.french.text import fold, normalise

_LIKE = 0.8
_SAME = 90.0
_IDENTICAL = 100.0
_BLOCK = 512
_SHORT = 2
_MARKS = re.compile(r"[^\w@.+-]+")


@dataclass(frozen=True)
class Pair:
    """Two messages that are nearly the same.

    Attributes:
        one: A training or test message.
        other: A training message.
        likeness: Of their normal forms, 0 to 100.
    """

    one: Example
    other: Example
    likeness: float


def near_duplicates(
    examples: Sequence[Example], others: Sequence[Example] | None = None
) -> Iterator[Pair]:
    """Yield pairs that are nearly the same, in their normal form and as typed.

    Candidates share most of their character trigrams; edit distance decides. Two addresses or
    numbers have one normal form, so that what was typed is compared too.

    Args:
        examples: Messages.
        others: What to compare them with; without it, each later one with the earlier ones.
    """
    within = others is None
    against = examples if others is None else others
    forms = [normalise(example.text) for example in examples]
    other_forms = forms if within else [normalise(example.text) for example in against]
    counter = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), dtype=np.float32)
    counter.fit([*forms, *other_forms])
    known = counter.transform(other_forms).T.tocsr()
    for start in range(0, len(forms), _BLOCK):
        cosines = (counter.transform(forms[start : start + _BLOCK]) @ known).tocoo()
        for row, column, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True):
            at = start + int(row)
            if cosine < _LIKE or (within and column >= at):
                continue
            one, other = examples[at], against[column]
            likeness = min(
                fuzz.ratio(forms[at], other_forms[column]),
                fuzz.ratio(_bare(one.text), _bare(other.text)),
            )
            if len(forms[at].split()) <= _SHORT and (not within or likeness < _IDENTICAL):
                continue
            if likeness >= _SAME:
                yield Pair(one, other, likeness)


def _bare(text: str) -> str:
    return " ".join(_MARKS.sub(" ", fold(text)).split())


def report(training: Sequence[Example], tests: Sequence[MessageSet]) -> Iterator[str]:
    """Yield lines that name all near-duplicates."""
    for title, pairs in (
        ("within the training data", near_duplicates(training)),
        *((f"between {tests_.name} and the training data",
           near_duplicates(tests_.examples, training)) for tests_ in tests),
    ):  # fmt: skip
        found = sorted(pairs, key=lambda pair: -pair.likeness)
        clashing = sum(pair.one.intent != pair.other.intent for pair in found)
        yield f"== {title}: {len(found)} near-duplicates, {clashing} with different intents"
        for pair in found:
            mark = "≠" if pair.one.intent != pair.other.intent else "="
            yield (f"  {pair.likeness:3.0f} {mark} [{pair.one.intent}] {pair.one.text[:90]}"
                   f" | [{pair.other.intent}] {pair.other.text[:90]}")  # fmt: skip
