"""Reads what stands behind the name of a secret, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.judged import ends_clause, is_meant, is_quoted_secret
from bot.french.redaction.labels import Label, find_labels
from bot.french.redaction.looks import EDGE, HOLE, bare, is_known, is_reference, looks_secret
from bot.french.redaction.words import BETWEEN, ELSE, MATTER, SAYS

_SIGN = re.compile(r"[\"'”»)*`]{0,3}\s*(?:[:=]{1,3}>?|[-=]+>|→|\|)\s*")
_PAUSE = re.compile(r"\s*[\"'’«“„(,/–—*`\[{<-]*\s*")
_RUN = re.compile(r"[^\s\"”»]+")
_AND = re.compile(
    r"\s*(?:[,;/|+]|->|→|\b(?:ou|et|puis|ni|or|and|then|a|vers|en|pour|par|aussi|apres)\b){1,3}\s*",
    re.I,
)
QUOTED = re.compile(
    r"(?:«\s*(?P<a>[^»\n]{3,80}?)\s*»|[“„]\s*(?P<b>[^”“\n]{3,80}?)\s*[”“]"
    r"|\"\s*(?P<c>[^\"\n]{3,80}?)\s*\"|`(?P<d>[^`\n]{3,80}?)`"
    r"|(?<![^\W_])['‘](?P<e>[^\"”»’'`\n]{3,80}?)['’](?![^\W_]))"
)
_NUMBER = re.compile(r"\d{1,4}(?: \d{1,4}){1,3}(?![\w/-]|\.\w)|\d{3,12}(?![\w/-]|\.\w)")
_JOINED = re.compile(r"\d{1,6}(?:[-.]\d{1,6}){1,7}(?![\w/])")
_MOST_DIGITS = 9
_PHONE = re.compile(r"0\d(?:[ .]?\d\d){4}")
_REACH = 10
"""Words behind the name that are looked at."""

_MOST_LISTED = 20
_LINKED = re.compile(r"\s*(?::|=|est\b|c'est\b)")
_DATED = re.compile(r"(?:19|20)\d\d-\d+(?:-\d+)?|\d\d?[.-]\d\d?[.-](?:19|20)\d\d")
_UNITS = re.compile(
    r"\s*(?:caracteres?|chiffres?|lettres?|jours?|mois|ans?|heures?|minutes?|fois|signes?|lignes?"
    r"|personnes?|comptes?|tentatives?|essais?|agents?|postes?|salaries|euros?|eur|mm|cm|pour cent"
    r"|articles?|produits?|cartons?|pieces?|unites?|clients?|semaines?|secondes?|signes?|km|m|kg)\b"
)
_CLAUSE = re.compile(r"[^\n.,;:!?()«»\"]{3,90}")
_CHOSEN = frozenset("motdepasse password passw0rd mdp pass".split())
_DESCRIBED = re.compile(r"[^.,;:!?\n]{4,80}[,:]\s*([^\W\d_]{4,40})[.!?)]{0,3}\s*$")
_ARTICLES = frozenset("le la mon ma un une celui".split())
_CODES = ("code", "crypto", "cle", "pin")
_PHRASES = ("phrase", "passphrase", "pass phrase")
_MOST_OF_A_PHRASE = 8
_LINKS = frozenset("cé sé ct cè cétait cetai".split())
_APPS = frozenset(
    "windows outlook mail office excel pc ordinateur application logiciel poste site".split()
)
_GENITIVE = frozenset("du de des la l le d".split())
_NOT_A_CODE = frozenset(
    "erreur erreurs error postal client clients commande http bug failed failure"
    " authentication".split()
)


def may_number_codes(folded: str) -> bool:
    """Tell whether a number behind "code" may be a secret: not where errors or places are told."""
    return _NOT_A_CODE.isdisjoint(re.findall(r"\w+", folded))


def secrets_behind(
    text: str, folded: str, label: Label, end: int, *, numbers: bool
) -> Iterator[tuple[int, int]]:
    """Yield where secrets stand behind the name of one.

    Args:
        text: The text.
        folded: The same, folded.
        label: The name.
        end: Where the next name begins, from which that one is read.
        numbers: What `may_number_codes` tells of the text.
    """
    if label.kind == "pair":
        yield from _second_of_pair(text, folded, label.end)
    at = label.end
    weak = label.kind == "weak"
    of_code = not weak and folded.startswith(_CODES, label.start)
    expected, sign, linked = True, False, False
    direct = owned = False
    before = ""
    for place in range(_REACH):
        if at >= end or (direct and not text[at:end].strip()):
            if direct and end < len(text):
                yield from _name_as_secret(text, folded, end)
            return
        if found := _SIGN.match(text, at):
            expected = sign = linked = direct = True
            at = found.end()
        paused = _PAUSE.match(text, at)
        assert paused is not None
        quoted = QUOTED.match(text, _opening(text, at)) if expected else None
        plain = not weak and (sign or linked or not place)
        if quoted and is_quoted_secret(quoted[quoted.lastgroup or 0], plain=plain):
            yield quoted.span(quoted.lastgroup or 0)
            return
        if direct and folded.startswith(_PHRASES, label.start):
            yield from _phrase(text, paused.end())
            return
        at = paused.end()
        run = _RUN.match(text, at)
        if run is None or HOLE in run.group():
            return
        word, stripped = run.group(), bare(run.group())
        key = fold_in_place(stripped)
        described = direct and not weak and key in _ARTICLES
        told = _DESCRIBED.match(text, run.start()) if described else None
        if told and fold_in_place(told[1]) not in MATTER | ELSE:
            yield told.span(1)
            return
        if expected and (
            span := _number(
                text, run, weak=weak, linked=linked, numbers=numbers, place=0 if of_code else place
            )
        ):
            yield span
            yield from listed(text, span[1])
            return
        if (
            expected
            and key not in BETWEEN
            and not (owned and is_reference(stripped))
            and is_meant(
                text,
                run,
                label,
                sign=sign and label.kind == "secret",
                linked=linked,
                direct=direct,
                first=place == 0,
            )
        ):
            yield run.span()
            yield from listed(text, run.end())
            return
        if key in SAYS or key.replace("'", "") in SAYS or stripped in _LINKS:
            expected = linked = direct = True
            at = run.end()
            continue
        if key in _GENITIVE:
            expected = expected and of_code
        elif key in ELSE or (word[-1] in ".,;!?…" and key not in BETWEEN):
            # "le mot de passe du service : …", but "mot de passe, login : …"
            of_app = not place and key in _APPS
            if not (before in _GENITIVE or of_app) or weak or not _LINKED.match(folded, run.end()):
                return
            owned, expected = True, False
        elif key not in BETWEEN:
            if linked or weak:
                return
            expected = False
        sign = sign and key in BETWEEN
        direct = False
        before = key.partition("'")[0] if "'" in key else key
        at = run.end()
        if word[-1] in ":=" and len(word) > 1:
            at -= 1


def _opening(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t(,":
        at += 1
    return at


def _number(
    text: str, run: re.Match[str], *, weak: bool, linked: bool, numbers: bool, place: int
) -> tuple[int, int] | None:
    """Return where a number stands that is a code: "482913", "482 913"."""
    found = _NUMBER.match(text, run.start())
    if found is None and not weak and (linked or not place):
        found = _JOINED.match(text, run.start())
        if found is not None and _DATED.fullmatch(found.group()):
            return None
    if found is None or _PHONE.match(text, run.start()):
        return None
    digits = sum(map(str.isdigit, found.group()))
    if is_unit(fold_in_place(text[found.end() : found.end() + 14]), 0):
        return None
    if digits < 4 and not (digits == 3 and not weak and (linked or not place)):
        return None
    if weak and (digits > _MOST_DIGITS or not numbers):
        return None
    behind = text[found.end() : found.end() + 2].strip()[:1]
    return None if behind and behind in "€%" else found.span()


def is_unit(folded: str, at: int) -> bool:
    """Tell whether a number is followed by what it counts."""
    return _UNITS.match(folded, at, at + 24) is not None


def _phrase(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield a passphrase that is typed without quotes, up to the end of its clause."""
    found = _CLAUSE.match(text, at)
    if found is None:
        return
    words = [fold_in_place(bare(word)) for word in found.group().split()]
    if (
        1 < len(words) <= _MOST_OF_A_PHRASE
        and MATTER.isdisjoint(words[:1])
        and not (any(word.endswith(("ee", "es")) and word in MATTER for word in words))
    ):
        yield found.span()


def _name_as_secret(text: str, folded: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield "password" itself, where it is what somebody chose: "mdp : password"."""
    run = _RUN.match(text, at)
    if run and folded[at : run.end()].strip(EDGE) in _CHOSEN and ends_clause(text, run.end()):
        yield run.span()


def listed(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the further passwords of a list: "Rouge11, Bleu22 ou Vert33"."""
    # A comma sticks to the word before it.
    at -= text[at - 1] in ",;"
    for _ in range(_MOST_LISTED):
        link = _AND.match(text, at)
        run = _RUN.match(text, link.end()) if link else None
        if (
            run is None
            or not looks_secret(run.group(), number=True)
            or is_reference(bare(run.group()))
        ):
            return
        yield run.span()
        at = run.end() - (text[run.end() - 1] in ",;")


_PAIR = re.compile(
    r"\s*(?:\([^)\n]{0,20}\)\s*)?(?::|=|sont|c'est|est|->|→|-)\s*"
    r"([^\s\"«»,;|]{2,100}?)(?:\s*[,;/|+]\s*|\s+(?:et|puis|-|and)\s+|[ \t]+|\n)([^\s,;|\"]{3,100})"
)


def _second_of_pair(text: str, folded: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the secret of "identifiants : x / y"."""
    found = _PAIR.match(folded, at)
    if found is None:
        return
    first, second = bare(found[1]), bare(found[2])
    if first in MATTER or second in MATTER or second in ELSE or first in ELSE or is_known(second):
        return
    if second.endswith(("ee", "es", "er")) or find_labels(first) or find_labels(second):
        return
    plain = text[found.end(1) : found.start(2)].strip() in {"/", "|", "+", ";"}
    if plain or looks_secret(text[found.start(2) : found.end(2)], number=True):
        yield found.span(2)
