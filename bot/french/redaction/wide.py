"""Secrets that stand away from their name, or that nothing names, told by their looks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from bot.french.redaction.behind import listed
from bot.french.redaction.labels import Label
from bot.french.redaction.looks import bare, is_address, is_unmistakable, looks_secret, looks_strong
from bot.french.redaction.runs import Run
from bot.french.redaction.words import (
    BETWEEN,
    ELSE,
    FIRMS,
    GOODS,
    LIKELY,
    MATTER,
    MODELS,
    REFUSED,
    SMALL,
    TRIES,
)

_LOOK_BACK = 5
_NEAR_FIRM = 2
_AS = frozenset("comme as".split())
_OWN = frozenset(
    "mon ma le la my the bien notre votre ton your un mes password ancien nouveau".split()
)
_IS = frozenset("est c'est cest etait is was c'etait".split())
_ASKS = frozenset(
    "quel quelle quels ou comment qui que ce ca c voici voila il elle what where".split()
)
_CODE = re.compile(r"(?:[A-Z]-)?\d{4,8}")
_ARTICLES = frozenset("un une le la l les mon ma mes ce cette des du a the my".split())
_CARRIERS = frozenset("texto textos sms".split())
_CAPITAL_THEN_FIGURES = re.compile(r"[A-Z][a-zà-ÿ]{3,}\d{1,6}[!*.?$]?")
_MATTER_ONLY = frozenset("oublie oubliee perdu perdue".split())
_AND = frozenset("et puis and".split())
_THEN = frozenset("puis ensuite".split())
_SURE = frozenset("azerty azertyuiop qwertyuiop iloveyou letmein changeme".split())


def wide_secrets(text: str, runs: list[Run], labels: list[Label]) -> Iterator[tuple[int, int]]:
    """Yield the words that are secrets by their looks.

    Args:
        text: The text.
        runs: The text's words.
        labels: The names of secrets in the text.
    """
    named = any(label.kind != "weak" for label in labels)
    for place, run in enumerate(runs):
        if len(run.key) < 5:
            continue
        if named and run.key in _SURE and not _is_label(run, labels):
            yield run.start, run.end
        if run.key.isalpha():
            continue
        if not looks_strong(run.word) and not is_unmistakable(run.word):
            continue
        if _is_label(run, labels):
            continue
        led = _led_by(runs, place)
        if led == "else":
            continue
        if (
            named
            or led in {"tries", "address"}
            or is_unmistakable(run.word)
            or (led == "says" and _is_mixed(run.word))
            or _is_refused(runs, place)
        ):
            yield run.start, run.end
            yield from listed(text, run.end)


def used_as(runs: list[Run], labels: list[Label]) -> Iterator[tuple[int, int]]:
    """Yield what is said to be the secret before its name: "soleil comme mot de passe"."""
    starts = [run.start for run in runs]
    for label in labels:
        place = bisect_right(starts, label.start) - 2
        while place >= 0 and runs[place].key in _OWN:
            place -= 1
        if place < 1:
            continue
        link, run = runs[place].key, runs[place - 1]
        if link == "de" and run.key == "sert" and place > 1:
            link, run = "comme", runs[place - 2]
        elif link not in _AS | _IS and run.key in _IS and runs[place + 1].key in _OWN:
            # "c'est 0000 mon mot de passe"
            link, run = "est", runs[place]
        if link not in _AS | _IS:
            continue
        if _CODE.fullmatch(bare(run.word)) or (
            label.kind != "weak"
            and (looks_secret(run.word, number=True) or _is_used(runs, place, run, link))
        ):
            yield run.start, run.end


def sent_codes(runs: list[Run]) -> Iterator[tuple[int, int]]:
    """Yield the codes that came by text message: "771204 par texto"."""
    for place in range(len(runs) - 2):
        carried = runs[place + 1].key == "par" and runs[place + 2].key in _CARRIERS
        if carried and _CODE.fullmatch(bare(runs[place].word)):
            yield runs[place].start, runs[place].end


def _is_used(runs: list[Run], place: int, run: Run, link: str) -> bool:
    """Tell whether a plain word is what somebody uses: "j'utilise soleil comme mot de passe"."""
    if not _is_plain(run) or (place > 1 and runs[place - 2].key in _ARTICLES):
        return False
    if run.key in LIKELY:
        return True
    return place > 1 and _tried(runs, place - 1) if link in _AS else place == 1


def _tried(runs: list[Run], place: int) -> bool:
    return any(run.key in TRIES for run in runs[max(0, place - 3) : place])


def _is_plain(run: Run) -> bool:
    stripped = bare(run.word)
    return stripped.isalpha() and len(stripped) > 3 and run.key not in MATTER | ELSE | _ASKS


def _led_by(runs: list[Run], place: int) -> str:
    """Return what leads to a word: "else", "tries", "says", "address" or nothing."""
    led = "says" if place and runs[place - 1].key in _IS else ""
    skipped = False
    for back in range(1, min(_LOOK_BACK, place) + 1):
        run = runs[place - back]
        if run.word[-1] in ".!?;":
            return led
        key = run.key.rpartition("'")[2] or run.key
        if is_address(bare(run.word)):
            near = back == 1 or (back == 2 and len(runs[place - 1].key) < 3)
            return "address" if near else led
        if (key in ELSE or run.key in ELSE) and run.key not in _MATTER_ONLY:
            return "else"
        if key in FIRMS and back <= _NEAR_FIRM:
            return "else"
        if key in TRIES:
            return "tries"
        if key in _THEN and back == 1:
            continue
        if key not in SMALL and key not in BETWEEN and run.key and not looks_strong(run.word):
            # "avec cmartin et Azerty12"
            if skipped or runs[place - back + 1].key not in _AND:
                return led
            skipped = True
    return led


def _is_label(run: Run, labels: list[Label]) -> bool:
    return any(label.start < run.end and run.start < label.end for label in labels)


def _is_mixed(word: str) -> bool:
    kinds = (str.islower, str.isupper, str.isdigit)
    return len(bare(word)) >= 8 and all(any(map(kind, word)) for kind in kinds)


def _is_refused(runs: list[Run], place: int) -> bool:
    """Tell whether "Marguerite59" is said to be refused."""
    behind = runs[place + 1 : place + 4]
    return (
        _CAPITAL_THEN_FIGURES.fullmatch(runs[place].word.strip(",;")) is not None
        and runs[place].key.rstrip("0123456789") not in MODELS
        and any(run.key in REFUSED for run in behind)
        and not any(run.key in GOODS | FIRMS for run in runs[max(0, place - 4) : place])
    )
