"""Answers to secret questions, phrases of several words, and secrets told piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.labels import Label
from bot.french.redaction.looks import bare, is_known, looks_secret
from bot.french.redaction.reading import Reading
from bot.french.redaction.words import ELSE, MATTER, TRIES

_ASKED = frozenset("secrete secretes question".split())
_ANSWERED = re.compile(
    r"\b(?:j'ai |je |on |ai |avais |avait )?(?:bien )?(?:repondu|reponds|repond|repondais)"
    r"(?: par| que c'est| toujours| avec| simplement| comme d'habitude)?"
    r"[ :,]*(?:« ?|\"|')?([^\s,;:.!?»\"]{3,40}(?:-[^\s,;:.!?»\"]+)*)"
)
_NO_ANSWER = frozenset(
    "a au aux la le les des correctement exactement juste pareil deja mais et car donc sans"
    " plusieurs trois deux bien mal faux que qui comme quoi cela encore jamais rien toujours non"
    " oui vrai vite trop ici par avec votre vos mon ma mes cette ces une dessus".split()
)
_SIGNED = re.compile(r"\s*[\"'”»)*]{0,2}\s*[:=]+>?\s*")
_CLAUSE = re.compile(r"([^\n.,;:!?()«»\"—–|/=]{5,90}?)\s*(?=[.,;:!?\n—–|]|$| - )")
_NO_PHRASE = frozenset(
    "est sont ai as a ont ne n pas peut peux dois doit veux veut j il elle on nous vous ils merci"
    " etait fait faire faut suis avez avons sera comment pourquoi svp stp voici fonctionne marche"
    " marchent passe reste me m se s y c ca cela impossible to is not my please".split()
)
_LITTLE = frozenset(
    "le la les de du des un une et a au aux en sur dans pour par avec ou mon ma mes ce cette l d"
    " qui que sans tout".split()
)
_COLOURS = frozenset("rouge vert bleu gras".split())
_MANY = {"trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}
_MOTS = re.compile(r"\b(?:trois|quatre|cinq|six|sept|huit|[3-8]) mots?\b[^.!?\n:;]{0,60}[:(«\"]\s*")
_WORD = re.compile(r"[^\W\d_]+")
_FOLLOWED = re.compile(
    r"(?<!\S)([^\s,;()\"«»]{3,40}) (?:suivie?|plus|puis) (?:de |d'|du |par )+"
    r"(?:[^\s,.;]+ ){0,4}?(\d{2,8})\b"
)


def answered_secrets(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield answers to secret questions, phrases behind a colon, and secrets told in two pieces.

    Args:
        reading: The message.
    """
    folded = reading.folded
    if "question" in reading.words and not _ASKED.isdisjoint(reading.words - {"question"}):
        for found in _ANSWERED.finditer(folded):
            word = found[1].strip("'")
            if word not in _NO_ANSWER | MATTER and not reading.in_label(*found.span(1)):
                yield found.span(1)
    for label in reading.labels:
        yield from _phrase(reading, label)
    if reading.logs_in or not TRIES.isdisjoint(reading.words):
        yield from _words_in_a_row(folded)
    for found in _FOLLOWED.finditer(folded):
        first = reading.text[found.start(1) : found.end(1)]
        if (looks_secret(first) or _has_sign_and_figure(first)) and not is_known(bare(first)):
            yield found.span(1)
            yield found.span(2)


def _has_sign_and_figure(word: str) -> bool:
    return any(map(str.isdigit, word)) and any(sign in "@$%*#^€&!" for sign in word[1:])


def _phrase(reading: Reading, label: Label) -> Iterator[tuple[int, int]]:
    """Yield several words behind a colon: "Mot de passe : Les sanglots longs 3 —"."""
    sign = _SIGNED.match(reading.folded, label.end) if label.kind == "secret" else None
    clause = _CLAUSE.match(reading.folded, sign.end()) if sign else None
    if clause is None or reading.folded.startswith(("code", "cle", "clef", "jeton"), label.start):
        return
    words = clause[1].split()
    if not 3 <= len(words) <= 9:
        return
    keys = [word.rpartition("'")[2] for word in words] + [
        word.partition("'")[0] for word in words if "'" in word
    ]
    dashed = reading.folded[clause.end(1) : clause.end(1) + 3].strip()[:1] in {"—", "–", "-"}
    content = [key for key in keys if key not in _LITTLE]
    if not content or not words[0][0].isalpha():
        return
    if any(key in _NO_PHRASE or key in ELSE for key in content):
        return
    if any(key in MATTER and key not in _COLOURS for key in content[: 1 if dashed else None]):
        return
    if any(key.endswith(("ee", "es", "er", "ir", "ez")) for key in content) and not dashed:
        return
    figured = keys[-1].isdigit() and keys[0] not in {"pour", "depuis"}
    if dashed or (figured and len(words) < 8) or len(content) == len(keys):
        yield clause.span(1)


def _words_in_a_row(folded: str) -> Iterator[tuple[int, int]]:
    """Yield as many words as somebody says that there are: "quatre mots … : cheval pile …"."""
    for found in _MOTS.finditer(folded):
        first = found.group().split()[0]
        count = int(first) if first.isdigit() else _MANY[first]
        words = list(_take(folded, found.end(), count))
        if len(words) == count:
            yield words[0].start(), words[-1].end()


def _take(folded: str, at: int, count: int) -> Iterator[re.Match[str]]:
    for _ in range(count):
        word = _WORD.match(folded, at)
        if word is None or fold_in_place(word.group()) in _NO_PHRASE:
            return
        yield word
        at = word.end()
        while at < len(folded) and folded[at] in " -,+":
            at += 1
