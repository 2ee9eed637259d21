"""Tells what a person wrote now from what their mail program quoted, and from their signature.

The library knows how mail programs announce a quote in several languages. It is asked line by line,
of lines cut short, since some of its patterns take far more than linear time on long ones; and it
learns here what the programs used in France write.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby

from mailparser_reply.parser import EmailMessage

from bot.desk.incoming import french_programs
from bot.desk.incoming.message import Segment, SegmentKind

_MOST_LINES = 3000
_MOST_LOOKED_AT = 300
_MOST_SIGNATURE_LINES = 25
_LONGEST_GREETING = 90
_MOST_WRAPS = 3
_FIELDS_LOOKED_AT = 5

_MAY_ANNOUNCE = re.compile(
    r"(?:> ?)*(?:\*?[^\W\d_][^:]{0,20}:|(?:Le|On|Am|Op) |-{2,}|Message du|D[ée]but|Begin)",
    re.IGNORECASE,
)
_WRAPS = re.compile(r"(?:> ?)*(?:Le|On|Am|Op) \S", re.IGNORECASE)
_FIELD = re.compile(r"(?:> ?)*\*?[^\W\d_][\w '’-]{0,20}:")
_RULE = re.compile(r"[-_=]{5,}")
_DISCLAIMER = re.compile(r"(?:ce|this|afin|pensez|avant|avertissement|confidential)", re.IGNORECASE)
_POSTSCRIPT = re.compile(r"P\.?[ -]?S\b", re.IGNORECASE)
_SPACES = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "\u200b": None})


def fold(text: str) -> tuple[Segment, ...]:
    """Return the runs of a mail's text, in their order; together they are all of its lines.

    A mail that is only passed on, with nothing above it, is new as a whole.

    Args:
        text: The mail as plain text, its lines ended as on Unix.
    """
    lines = text.split("\n")
    kinds = _kinds(lines)
    if "new" not in {kind for kind, line in zip(kinds, lines, strict=True) if line.strip()}:
        answers = any(line.startswith(">") for line in lines)
        kinds = kinds if answers else ["new" if kind == "quote" else kind for kind in kinds]
    pairs = groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0])
    return tuple(Segment(kind, "\n".join(line for _, line in run)) for kind, run in pairs)


def _kinds(lines: list[str]) -> list[SegmentKind]:
    seen = [_prepared(line) for line in lines[:_MOST_LINES]]
    kinds: list[SegmentKind] = []
    while (at := len(kinds)) < len(seen):
        if length := _announcement(seen, at):
            _take_rule_above(seen, kinds)
            kinds += ["quote"] * length
            following = next(filter(None, seen[len(kinds) :]), "")
            if not following.startswith(">"):
                # What follows is quoted to its end: nothing marks where it would.
                break
        elif not seen[at] and kinds:
            kinds.append(kinds[-1])
        else:
            kinds.append("quote" if seen[at].startswith(">") else "new")
    quoted = len(kinds) < len(seen) or len(lines) > len(seen)
    kinds += ["quote" if quoted else "new"] * (len(lines) - len(kinds))
    _sign(seen, kinds)
    return kinds


def _prepared(line: str) -> str:
    return line.translate(_SPACES).strip()[:_MOST_LOOKED_AT]


def _take_rule_above(seen: list[str], kinds: list[SegmentKind]) -> None:
    """Count a line drawn above an announcement to the quote."""
    at = len(kinds) - 1
    while at >= 0 and not seen[at]:
        at -= 1
    if at >= 0 and _RULE.fullmatch(seen[at]):
        kinds[at:] = ["quote"] * (len(kinds) - at)


def _announcement(seen: list[str], at: int) -> int:
    """Return how many lines, from one on, announce a quote."""
    if not _MAY_ANNOUNCE.match(seen[at]):
        return 0
    announces = _patterns().HEADER_REGEX.match
    if _WRAPS.match(seen[at]):
        for count in range(1, _MOST_WRAPS + 1):
            if announces(" ".join(seen[at : at + count])):
                return count
        return 0
    block = list(filter(None, seen[at : at + 2 * _FIELDS_LOOKED_AT]))[:_FIELDS_LOOKED_AT]
    return _fields(seen, at) if announces("\n".join(block)) else 0


def _fields(seen: list[str], at: int) -> int:
    """Return how many lines an announcement by fields takes, the first one in any case."""
    count = 1
    while at + count < len(seen) and _FIELD.match(seen[at + count]):
        count += 1
    return count


def _sign(seen: list[str], kinds: list[SegmentKind]) -> None:
    """Mark the signature at the end of each run of new lines."""
    at = 0
    for kind, run in groupby(list(kinds[: len(seen)])):
        end = at + len(list(run))
        if kind == "new":
            _sign_run(seen[at:end], kinds, at)
        at = end


def _sign_run(run: list[str], kinds: list[SegmentKind], start: int) -> None:
    filled = [number for number, line in enumerate(run) if line]
    for place, number in enumerate(filled):
        if len(filled) - place > _MOST_SIGNATURE_LINES or not _signs(run[number], first=not place):
            continue
        for line in range(number, len(run)):
            if _POSTSCRIPT.match(run[line]):
                return
            kinds[start + line] = "signature"
        return


def _signs(line: str, *, first: bool) -> bool:
    """Tell whether a signature begins with a line; a mail's first line is hardly ever one."""
    if len(line) > _LONGEST_GREETING and not _DISCLAIMER.match(line):
        return False
    before = "" if first else "x\n\n"
    return bool(_patterns().SIGNATURE_REGEX.search(f"{before}{line}\n"))


@lru_cache(maxsize=1)
def _patterns() -> EmailMessage:
    french_programs.register()
    languages = [french_programs.NAME, "fr", "en", "de", "nl"]
    return EmailMessage("", languages=languages, keep_hyphen_lists=True)
