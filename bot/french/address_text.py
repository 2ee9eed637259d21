"""Puts a text into the plain signs that addresses are read in, and remembers where each stood.

Word processors, phones, web pages and people who dictate write the same address in many signs:
full-width letters, `&#64;`, `%40`, letters with their accent apart, "a commercial", "I comme
Irène". Reading comes after this, so that it knows of one writing only.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from bot.french.address_words import ENDINGS, is_common

_HINT = re.compile(
    r"[@\uff20\ufe6b\u00b2]|arr?ob|robase|\bat\b|_at_|-at-|\bchez\b|commercial|commat|&#"
    r"|&(?:amp;)+#|%40|à ?[\w-]{2,60}\."
    r"|[(\[{<]\s{0,2}a\s{0,2}[)\]}>]",
    re.IGNORECASE,
)
"""What stands for an @ in a text, in one way or another; without it there is no address."""

_AT = r"(?:ar{1,2}ob\w{1,6}|a[ -]robase)"
_SAID = rf"(?:{_AT}|point|tiret|underscore)"
_ATTACHED = r"(?:(?:tout\s)?(?:attach[ée]e?|coll[ée]e?)|en\sun\s(?:seul\s)?mot|sans\sespaces?)"
_DOMAIN = (
    rf"(?:[\w-]{{1,60}}\.){{1,4}}(?:{'|'.join(sorted(ENDINGS))})\b(?!\.?[\w@-])"
    r"(?!\s{0,2}(?:@|ar{1,2}ob|at\b|chez\b|a\scomm|point\b|tiret\b|[(\[{<]\s?(?:@|ar?|at)\b))"
)
"""A whole domain, that is not the beginning of an address."""

_ASIDE = (
    r"(?:sans\s(?:les\s)?accents?|avec\s(?:un\s|l['’])?accent"
    r"|(?:tout\s)?(?:attach[ée]e?|coll[ée]e?)(?:\saussi)?"
    r"|(?:tout\s)?en\s(?:minuscules?|un\s(?:seul\s)?mot)|sans\sespaces?|(?:et\s)?(?:puis|ensuite)"
    r"|suivie?\s(?:de\sl['’]|d['’]|de|du)|tout\scourt(?:\s(?:et\s)?(?:puis|ensuite))?)"
)
_FIGURES = "zéro un deux trois quatre cinq six sept huit neuf".split()
_FIGURE = rf"(?:{'|'.join(_FIGURES)}|\d)"
_WRITTEN = re.compile(
    rf"""
    (?P<escape>&(?:amp;){{0,3}}(?:(?:\#\d{{1,6}}|\#x[0-9a-f]{{1,5}});
        |(?:amp|commat|period|lowbar|hyphen|dash|apos|nbsp|shy|gt|lt|quot|[lr][sd]quo|plus);))
    |(?P<percent>(?<=\w)%(?:40|2e|5f|2d|2b|27)(?=\w))
    |(?P<drop>\\(?=[.@_*+-])|,(?=\s{{1,3}}{_SAID}\b))
    |(?P<row>(?:^|(?<=[\n:,]\ )|(?<=\n))(?![cày]\ )(?:[\w.@-]\ ){{6,200}}[\w.@-](?=[\s,;]|$))
    |(?P<twice>(?<=[\w.\ ])@{{2,4}}(?=[\w.\ ]))
    |(?P<key>(?<=\w\w)²(?={_DOMAIN})|(?<=\w\w\w)(?<!voil)(?<!déj)(?<!del)(?<!cel)à(?={_DOMAIN}))
    |(?P<to>(?:^[\w-]{{1,30}}[._][\w.-]{{1,60}}\ à\ (?={_DOMAIN}\W*$)
        |\b(?:mail|adresse|courriel)\s?(?::|c['’]est|est)\s[\w.-]{{3,60}}\ à\ (?={_DOMAIN})))
    |(?P<one>(?<![\w.@'’-])[^\W\d_]{{2,30}}\s(?!(?:tout|en|sans)\b)[^\W\d_]{{2,30}},?
        \s{_ATTACHED}\s?,?(?=\s{{0,2}}(?:@|{_AT}\b)))
    |(?P<quoted>['‘’"“”«]\s?(?:at|arobase|point|dot|tiret|underscore)\s?['‘’"“”»](?=\s))
    |(?P<figure>(?:(?:\sen\sminuscules?)?,?(?:\s(?:et\s)?(?:puis|ensuite|suivie?\sd['’eu]))?
        \s(?:le|du)\schiffre\s{_FIGURE}|\b{_FIGURE}(?=\sen\schiffres?\b))
        (?:\sen\schiffres?)?(?=,?\s{{0,2}}(?:@|{_SAID}\b)))
    |(?P<again>(?<![\w.@-])(?P<said>[^\W\d_][\w.-]{{1,30}}(?:\ [\w.-]{{1,30}}){{0,4}}),?\sje
        \sr[ée]p[èeé]te\s?:?\s?(?P=said)\s?,?(?=\s))
    |(?P<plus>(?<![\w.@'’-])[^\W\d_]{{2,30}}\splus\s[^\W\d_]{{2,30}},?\savec\s(?:le|un)
        \s(?:signe\s)?plus\s?,?(?=\s{{0,2}}(?:@|{_AT}\b)))
    |(?P<amid>(?<=\w)\s[^\W_]{{2,30}},?\savec\sun\s(?:point|tiret|underscore)
        \s(?:au\smilieu|entre(?:\sles\sdeux)?)\s?,?(?=\s{{0,2}}(?:@|{_AT}\b)))
    |(?P<then>\b{_AT}\s(?:et\s)?(?:puis|ensuite)(?=\s))
    |(?P<accent>[^\W\d_][\u0300-\u036f]+)
    |(?P<glued>(?<=\w)(?:[-_.*]?arr?obase?s?[-_.*]?|[-_*|~]at[-_*|~])(?=\w))
    |(?P<at>\b(?:a\ commercial|à\ commercial|a[ -]robase|(?:le\ )?signe\ (?={_AT})))
    |(?P<letter>\b[^\W\d_]\s{{1,2}}comme\s{{1,2}}[^\W\d_]{{2,20}}(?:\s?,)?(?=\s))
    |(?P<double>(?:(?<=\s[^\W\d_]\s)|(?<=^[^\W\d_]\s))(?:double|deux)\s[^\W\d_]s?(?=\s))
    |(?P<comma>\b{_SAID},(?:\s(?:et\s)?(?:puis|ensuite))?(?=\s))
    |(?P<aside>\s?,?\s{{1,2}}{_ASIDE}\s?,?(?=\s{{0,2}}{_SAID}\b)|(?<=point|tiret),?\s{_ASIDE}(?=\s))
    |(?P<other>[^\x00-\x7f])
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Plain:
    """A text in plain signs.

    Attributes:
        text: The text.
        starts: For each of its signs, where it begins in the text as written.
        ends: For each of its signs, the index after it in the text as written.
    """

    text: str
    starts: list[int]
    ends: list[int]


def may_hold_address(text: str) -> bool:
    """Tell whether anything in a text stands for an @."""
    return _HINT.search(text) is not None


def plain(text: str) -> Plain:
    """Return a text in plain signs.

    Args:
        text: As written.
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0

    def kept(until: int) -> None:
        pieces.append(text[at:until])
        starts.extend(range(at, until))
        ends.extend(range(at + 1, until + 1))

    for match in _WRITTEN.finditer(text):
        by = _meant(match.lastgroup or "", match.group())
        if by == match.group():
            continue
        if match.lastgroup == "aside" and _SIGNED.search(text, at, match.start()):
            by = _UNTOLD if "attach" in match.group() or "coll" in match.group() else by
        kept(match.start())
        pieces.append(by)
        starts.extend([match.start()] * len(by))
        ends.extend([match.end()] * len(by))
        at = match.end()
    kept(len(text))
    return Plain(_with_told_signs("".join(pieces)), starts, ends)


_SIGNED = re.compile(r"\b(?:point|tiret|underscore)\s[^\W_]{1,40},?$", re.IGNORECASE)
_UNTOLD = " … "
"""Stands where a sign is told of and taken back at once: "hugo point lamy tout attaché"."""


def _with_told_signs(text: str) -> str:
    """Put the sign between two words that is told of behind them: "avec un tiret entre x et y"."""
    for told in _TOLD_BETWEEN.finditer(text):
        words = re.compile(rf"\b{told[2]} {told[3]}\b", re.IGNORECASE)
        if found := words.search(text, 0, told.start()):
            place = found.start() + len(told[2])
            text = f"{text[:place]}{_TOLD[told[1].lower()]}{text[place + 1 :]}"
    return text


_TOLD = {"point": ".", "tiret": "-", "underscore": "_"}
_TOLD_BETWEEN = re.compile(
    r"\bavec un (point|tiret|underscore) entre ([^\W_]{2,30}) et ([^\W_]{2,30})\b", re.IGNORECASE
)


def _meant(kind: str, written: str) -> str:
    if kind == "escape":
        return html.unescape(re.sub(r"^&(?:amp;)+(?=[#\w])", "&", written, flags=re.IGNORECASE))
    if kind == "percent":
        return unquote(written)
    if kind == "accent":
        return unicodedata.normalize("NFC", written)
    if kind == "glued":
        return "@"
    if kind in _REPAIRS:
        return _repaired(kind, written)
    if kind == "at":
        return "arobase" if not written.lower().rstrip().endswith("signe") else ""
    if kind == "letter":
        return written[0]
    if kind == "double":
        letter = written.split()[1][0]
        return f"{letter} {letter}"
    if kind == "comma":
        return written.partition(",")[0]
    if kind == "aside":
        return " "
    return "" if kind == "drop" else _folded(written)


_REPAIRS = frozenset(
    ["twice", "key", "to", "row", "one", "amid", "then", "quoted", "figure", "again", "plus"]
)


def _repaired(kind: str, written: str) -> str:
    """Return what was meant by a slip of the keyboard, or by words told about a name."""
    if kind in {"twice", "key"}:
        return "@"
    if kind == "quoted":
        return written[1:-1].strip()
    if kind == "figure":
        told = re.findall(rf"\b{_FIGURE}\b", written.lower())[-1]
        return told if told.isdigit() else str(_FIGURES.index(told))
    if kind == "again":
        return re.split(r",?\sje\s", written, maxsplit=1)[0]
    if kind == "plus":
        first, _, second, *_rest = written.replace(",", " ").split()
        return f"{first}+{second} "
    if kind == "to":
        return f"{written[:-3]} chez "
    if kind == "row":
        return written.replace(" ", "") if written.count("@") == 1 else written
    if kind == "one":
        first, second = written.replace(",", " ").split()[:2]
        if re.fullmatch(_SAID, first, re.IGNORECASE):
            return f"{first} {second}{_UNTOLD}"
        return f"{first}{'' if _begins_name(first) else ' '}{second} "
    if kind == "amid":
        second, *rest = written.replace(",", " ").split()
        return f" {rest[2]} {second} "
    return written.split()[0]


def _begins_name(word: str) -> bool:
    """Tell whether a word may be the first half of a name, with no sign behind it."""
    return not is_common(word)


def _folded(char: str) -> str:
    """Return a sign without what only a typesetter put on it."""
    if unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    if char in "\u00b4\u2032":
        return "'"
    if char in "\u3002\u2024":
        return "."
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char
