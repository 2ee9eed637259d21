"""Secrets that nothing names, in messages about logging in: what somebody typed, by its looks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from bot.french.redaction.behind import listed
from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.looks import (
    HOLE,
    bare,
    is_address,
    is_known,
    is_reference,
    looks_secret,
    looks_strong,
)
from bot.french.redaction.reading import Reading
from bot.french.redaction.runs import Run
from bot.french.redaction.words import ELSE, FIRMS, GOODS, MATTER, MODELS, REFUSED, TRIES

_LETTERS = r"[^\W\d_]"
_SIGNED = re.compile(
    rf"({_LETTERS}{{2,}})(?:[@$%*#^€£§!&=+]({_LETTERS}{{2,}})\d*[!*.$]?|[€$*#%&£§]\d*)"
)
_DOTTED = re.compile(rf"({_LETTERS}{{4,}})(?:\.{_LETTERS}{{3,}})*[.,]\d{{2,6}}")
_LOW_THEN_FIGURES = re.compile(r"[a-zà-ÿ]{3,}\d{1,6}")
_JOINED = re.compile(rf"{_LETTERS}+(?:[._]{_LETTERS}+){{2,}}")
_COMPOUND = re.compile(rf"({_LETTERS}{{2,}})(?:[._+&-]{_LETTERS}{{2,}})+")
_CAMEL = re.compile(rf"({_LETTERS}[a-zà-ÿ]{{2,}})[A-ZÀ-Ý][a-zà-ÿ]{{2,}}")
_LOGIN = frozenset("utilisateur identifiant login pseudo adresse nom".split())
_COMMANDS = frozenset("ctrl alt maj shift cmd option suppr echap fn".split())
_CAPITAL_THEN_FIGURES = re.compile(r"([A-ZÀ-Ý][a-zà-ÿ]{3,})(?:\d{2,6}|_\d{1,6})")
_STEM = re.compile(rf"({_LETTERS}{{4,}})[-.@&_!]?(\d{{1,6}})")
_DETERMINERS = frozenset(
    "le la les l mon ma mes notre nos votre vos du de des d au aux un une ce cette ces en".split()
)
_THEN = frozenset("puis ensuite ou et and then and/or".split())
_CASED = frozenset("majuscule majuscules minuscule minuscules capitales tabulation".split())
_HESITATES = frozenset("hesite hesitons hesitais entre melange confonds".split())
_TWO = 2
_SIGNS = frozenset("@$%*#^€£§!&=+")
_NAMES = ("motdepasse", "password", "passw0rd")
_SEPARATORS = frozenset("/ | ; - , + : -> →".split())
_INTRODUCED = re.compile(
    r"\b(?:(?:le|la) meme(?: [^\s,;:.!?]+){0,4}|a savoir|c'est-a-dire|d'avant|le nouveau"
    r"|comme avant|genre|par exemple|du style|du type|celui-ci|l'ancien|d'habitude"
    r"|exactement|precisement|le voici|soit|le (?:sien|mien)|la (?:sienne|mienne))"
    r"\s*[,:(]?\s*(?:c'est |c'etait |soit )?"
    r"([^\s,;:()\"«»]{3,60})(?=\s*(?:[,;:)(\n]|[.!?](?:\s|$)|$))"
)


def typed_secrets(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield what looks like a secret in a message about logging in.

    Args:
        reading: The message.
    """
    yield from _introduced(reading)
    yield from _nearly_alike(reading)
    tried = not TRIES.isdisjoint(reading.words)
    slashed = len(reading.runs) > 2 and _is_slashed(reading, 2)
    refused = not REFUSED.isdisjoint(reading.words)
    signs = not _SIGNS.isdisjoint(reading.text)
    if not (reading.logs_in or tried or reading.of_keyboard or slashed or refused or signs):
        return
    for place, run in enumerate(reading.runs):
        if len(run.key) < 4 or HOLE in run.word:
            continue
        stripped = bare(run.word)
        if reading.in_label(run.start, run.end) or is_address(stripped) or _is_shortcut(run.key):
            continue
        if stripped.isalpha():
            found = _plain(reading, place, stripped)
        else:
            found = _shaped(reading, place, run, stripped)
        if found:
            yield run.start, run.end
            yield from listed(reading.text, run.end)


def _shaped(reading: Reading, place: int, run: Run, stripped: str) -> bool:
    """Tell whether a word with figures or signs is what somebody typed."""
    strong = looks_strong(run.word)
    signed = is_signed(run.word)
    if not strong and not signed:
        return _is_pair(reading, place, stripped) or _is_joined(reading, place, stripped)
    if _is_slashed(reading, place):
        return True
    if _LOGIN_SHAPE.fullmatch(stripped) and reading.led(place, _LOGINS, 2):
        return False
    if reading.led(place, FIRMS, 2):
        return False
    if reading.is_of_else(place, 4) or reading.keys[place].strip("0123456789-") in MODELS:
        return False
    if reading.of_goods(place) and not (signed and reading.named):
        return False
    if signed and any(map(str.isdigit, stripped)) and not _DOTTED.fullmatch(stripped):
        return True
    if reading.keys[place].startswith(_NAMES):
        return True
    if _LOW_THEN_FIGURES.fullmatch(stripped):
        return reading.of_keyboard and reading.led(place, _AT, 2)
    if reading.logs_in or reading.of_keyboard or reading.led(place, TRIES, 6):
        return True
    # "Citron#Vert ne fonctionne plus", but "le Zebra40 ne fonctionne plus".
    shaped = signed or _CAPITAL_THEN_FIGURES.fullmatch(stripped) is not None
    named = place > 0 and reading.keys[place - 1] in _DETERMINERS
    return shaped and not named and reading.says(place, REFUSED)


def _is_shortcut(key: str) -> bool:
    """Tell whether keys are pressed together: "Ctrl+F5"."""
    return key.partition("+")[0] in _COMMANDS


_LOGIN_SHAPE = re.compile(r"[a-z]{1,30}(?:[._-][a-z]{1,30})?\d{0,4}")
_LOGINS = frozenset("login identifiant utilisateur user".split())
_AT = frozenset("a au mot de en sur tape mets avec".split())


def is_signed(word: str) -> bool:
    """Tell whether words are joined or ended by a sign: "Soulier%Verni", "Moteur€"."""
    edged = word.strip(".,;:!?…()[]{}<>'’\"")
    found = _SIGNED.fullmatch(edged) or _DOTTED.fullmatch(edged)
    if found is None or len(edged) < 5 or is_known(edged):
        return False
    return fold_in_place(found[1]) not in MATTER | ELSE and not found[1].isupper()


def _is_slashed(reading: Reading, place: int) -> bool:
    """Tell whether a login stands before: "dupont / Lamelle-2"."""
    if place < 2 or reading.runs[place - 1].word not in _SEPARATORS - {"-", ",", "+"}:
        return False
    login = reading.runs[place - 2].word
    return login.islower() and login.isalnum() and reading.keys[place - 2] not in MATTER | ELSE


def _is_pair(reading: Reading, place: int, stripped: str) -> bool:
    """Tell whether words that are joined stand behind an address, as its secret."""
    joined = _COMPOUND.fullmatch(stripped)
    if joined is None or not reading.logs_in or place < 2 or is_known(stripped):
        return False
    before = reading.runs[place - 2]
    return (
        (reading.keys[place - 1] in _THEN or reading.runs[place - 1].word in _SEPARATORS)
        and is_address(bare(before.word))
        and reading.named
    )


def _is_joined(reading: Reading, place: int, stripped: str) -> bool:
    """Tell whether a row of words without spaces is what somebody typed: "vacances.a.la.mer"."""
    return (
        _JOINED.fullmatch(stripped) is not None
        and stripped.count("_") + stripped.count(".") >= 3
        and not is_known(stripped)
        and reading.led(place, TRIES, 4)
        and not reading.of_goods(place)
        and not reading.is_of_else(place)
    )


def _plain(reading: Reading, place: int, stripped: str) -> bool:
    """Tell whether a plain word is what somebody typed: "tapé MARSEILLE", "puis NantesNantes"."""
    key = reading.keys[place]
    if key in MATTER or key in ELSE or is_known(stripped):
        return False
    if _is_cased(reading, place):
        return True
    before = reading.keys[place - 1] if place else ""
    then = before in {"puis", "ensuite"}
    if stripped.isupper() and len(stripped) > 4:
        shouted = reading.text.isupper()
        near = then or reading.led(place, TRIES, 2)
        return near and not shouted and (reading.named or reading.says(place, _CASED))
    if _CAMEL.fullmatch(stripped) and then and place > 1:
        login = bare(reading.runs[place - 2].word)
        return login.islower() and not login.isalpha()
    return False


def _is_cased(reading: Reading, place: int) -> bool:
    """Tell whether a word is said to be typed in capitals: "tapé marseille en minuscule"."""
    behind = reading.keys[place + 1 : place + 3]
    return (
        len(behind) == 2
        and behind[0] == "en"
        and behind[1] in _CASED
        and reading.led(place, TRIES | {"puis", "ensuite"}, 2)
        and reading.logs_in
    )


def _introduced(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield what is announced as the secret: "toujours le même, Equinoxe, "."""
    starts = [run.start for run in reading.runs]
    for found in _INTRODUCED.finditer(reading.folded):
        start, end = found.span(1)
        stripped = bare(reading.text[start:end])
        key = found[1].strip(".!?'")
        if key in MATTER or key in ELSE or is_known(stripped) or is_reference(stripped):
            continue
        if reading.in_label(start, end) or is_address(stripped) or not stripped:
            continue
        if not reading.named:
            place = bisect_left(starts, start)
            if not _LOGIN.isdisjoint(reading.words):
                continue
            if looks_strong(stripped) and not reading.of_goods(min(place, len(reading.runs) - 1)):
                yield start, end
            continue
        if (
            looks_secret(stripped)
            or (stripped[0].isupper() and len(stripped) > 3)
            or (_COMPOUND.fullmatch(stripped))
        ):
            yield start, end


def _nearly_alike(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield two words that differ in their figures only: "Muguet05 et maintenant Muguet06"."""
    if not any(map(str.isdigit, reading.text)):
        return
    by_stem: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for place, run in enumerate(reading.runs):
        found = _STEM.fullmatch(bare(run.word)) if run.key[-1:].isdigit() else None
        if found is None or not found[1][0].isupper() or found[1].isupper():
            continue
        stem = fold_in_place(found[1])
        if stem in MATTER or stem in ELSE or stem in GOODS or stem in MODELS:
            continue
        if not is_known(found.group()) and not reading.is_of_else(place, 1):
            by_stem[stem][found[2]].append(run)
    for runs in by_stem.values():
        if len(runs) == _TWO:
            yield from ((run.start, run.end) for one in runs.values() for run in one)


def hesitated(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield the words between which somebody hesitates: "entre rouge-gorge et Rouge-Gorge"."""
    if not reading.logs_in:
        return
    for place in range(len(reading.runs) - 1):
        if reading.keys[place] != "entre" or not reading.led(place, _HESITATES, 2):
            continue
        for at in range(place + 1, min(len(reading.runs), place + 9)):
            run, key = reading.runs[at], reading.keys[at]
            if key in _THEN:
                continue
            if key in MATTER or key in ELSE or len(key) < 4 or is_known(bare(run.word)):
                break
            yield run.start, run.end
            following = reading.keys[at + 1] if at + 1 < len(reading.runs) else ""
            if run.word[-1] != "," and following not in _THEN:
                break
