"""Finds two problems in one message, so that the second is not lost behind the first.

"Je n'arrive pas à me connecter et en plus il me manque un avenant" is two messages in one. It is
cut where people change the subject; the parts count as two problems only where each is clear by
itself and they are of two families: a long message about one problem names causes and consequences
that sound like other topics.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.french.letter_frame import strip_frame
from bot.french.text import MOST_READ
from bot.reading.model import Prediction

FAMILIES: dict[str, str] = {
    **dict.fromkeys(
        ("login_problem", "password_reset", "reset_link_problem", "email_not_recognised",
         "email_unsure", "login_form_frozen", "account_locked", "mail_not_received"), "login"),
    **dict.fromkeys(("shared_email",), "shared"),
    **dict.fromkeys(("account_check", "account_request", "account_pending",
                     "access_eligibility"), "account"),
    **dict.fromkeys(("customer_number",), "customer_number"),
    **dict.fromkeys(("profile_update",), "profile"),
    **dict.fromkeys(("structure_admin", "admin_duties"), "administrator"),
    **dict.fromkeys(("mail_in_spam", "mailinblack", "automatic_mails"), "mail"),
    **dict.fromkeys(("document_access", "document_missing", "market_not_visible",
                     "find_document", "access_rights"), "documents"),
    **dict.fromkeys(("old_platform",), "old_platform"),
    **dict.fromkeys(("training",), "training"),
    **dict.fromkeys(("how_it_works",), "how_it_works"),
    **dict.fromkeys(("public_downloads",), "downloads"),
    **dict.fromkeys(("data_privacy",), "privacy"),
    **dict.fromkeys(("regional_contact", "response_time"), "contact"),
}  # fmt: skip
"""Support intents by family. Two of one family are sides of one problem."""

_ONE_PROBLEM = {
    frozenset(pair)
    for pair in (
        ("login", "account"), ("login", "shared"), ("mail", "shared"), ("account", "administrator"),
        ("account", "contact"), ("login", "mail"), ("login", "contact"),
    )
}  # fmt: skip
"""Families that stand for one problem where only a sentence border parts them: who cannot log in
tells that they registered, who waits for an account asks for the administrator."""

_CONNECTOR = (
    r"et\s+(?:aussi|en\s+plus|puis\s+aussi|d['’]ailleurs|sinon|par\s+ailleurs|pendant\s+(?:que\s+j['’]y"
    r"\s+suis|qu['’]on\s+y\s+est)|autre\s+(?:chose|question|souci|probl[èe]me)|tant\s+qu['’]on\s+y\s+est)"
    r"|en\s+plus(?:\s+(?:de\s+(?:ça|cela)|j|je|il|on|le|la|les))?(?=\s)|par\s+ailleurs|d['’]autre\s+part"
    r"|autre\s+(?:chose|question|souci|probl[èe]me|point)|deuxi[èe]me\s+(?:chose|question|souci|probl[èe]me"
    r"|point)|(?:deuxi[èe]mement|secundo|ensuite|[ée]galement|sinon|en\s+outre|de\s+plus|accessoirement)"
    r"|(?:au|du)\s+passage|j['’](?:ai|aurais)\s+(?:aussi|[ée]galement)|je\s+(?:voudrais|veux|souhaite"
    r"|souhaiterais|voulais)\s+(?:aussi|[ée]galement)|(?:et|puis)\s+(?:aussi|puis)|ps\s*:|p\.s\."
    r"|question\s+(?:suivante|subsidiaire)|rien\s+[àa]\s+voir(?:\s+mais)?|tant\s+que\s+j['’]y\s+suis"
    r"|pendant\s+que\s+j['’]y\s+suis|pis|et\s+(?:os|auss)i|osi"
)
_STRONG = re.compile(
    rf"(?:^|(?<=[\s,;.!?(]))(?={_CONNECTOR})|(?<=[\s\n(])(?=[2-4]\s?[).°/-]\s)"
    r"|(?<=[.?!])\s+(?=(?:et|puis)\s)|\n\s*[-•*–]\s*|(?<=\s)(?=\+\s)",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?<=[.!?;…])\s+|\n+|\s+(?=(?:et|puis|mais|aussi)\s)|,\s+(?=(?:je|j['’]|il|on|o[ùu]|comment|est-ce)\b)",
    re.IGNORECASE,
)
_FINE = re.compile(rf"{_WEAK.pattern}|(?<=[,:])\s+(?=\w+['’\s]\w)", re.IGNORECASE)
"""Where a message is cut into clauses that are read by themselves."""
_LEADING = re.compile(
    rf"^[\s,;.:!?()+*•–-]*(?:\d\s?[).°/-]\s*)?(?:(?:{_CONNECTOR}|et|puis|mais|aussi|alors|donc)\b[\s,:]*)*",
    re.IGNORECASE,
)
# People who announce two problems tell two, wherever the border stands.
_ANNOUNCED = re.compile(
    r"\b(?:deux|2|plusieurs|double)\s+(?:petit\w*\s+)?(?:soucis?|probl[èe]mes?|questions?|choses|pb|pbs"
    r"|points|demandes)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 2
_LEAST_TRUSTED = 0.65
_LEAST_BARE = 0.9
_LEAST_BESIDE = 0.985
_AMONG = 4
_MOST_CLAUSES = 8
_MOST_PARTS = 12
_WORD = re.compile(r"\w+")

Classify = Callable[[Sequence[str]], list[Prediction]]


@dataclass(frozen=True)
class Problem:
    """One of several problems in a message.

    Attributes:
        text: The part of the message that tells it.
        intent: Its intent.
        confidence: That the intent is right.
    """

    text: str
    intent: str
    confidence: float


def split_clauses(text: str) -> list[tuple[bool, list[str]]]:
    """Return the parts of a message that might be problems of their own.

    Args:
        text: A message as typed.

    Returns:
        Ways to cut it, each of two clauses or more, with whether the cut stands where people say
        that they change the subject; none for a message without a place to cut.
    """
    core = strip_frame(text[:MOST_READ])
    strong = _clauses(_STRONG, core)
    weak = [clause for part in _STRONG.split(core) for clause in _clauses(_WEAK, part)]
    cuts = [(True, strong)]
    if len(weak) != len(strong):
        cuts.append((False, weak))
    return [(trusted, cut) for trusted, cut in cuts if 1 < len(cut) <= _MOST_CLAUSES]


def parts_of_message(text: str) -> list[tuple[int, int]]:
    """Return where the clauses of a message begin and end, cut as finely as can be.

    Args:
        text: A message as typed.

    Returns:
        Their places in the text; none where it is but one clause, or too many.
    """
    core = strip_frame(text[:MOST_READ])
    first = max(0, text.find(core))
    core = text[first : first + len(core)]
    borders = sorted(
        (found.start(), found.end()) for cut in (_STRONG, _FINE) for found in cut.finditer(core)
    )
    spans: list[tuple[int, int]] = []
    begin = 0
    for end, after in (*borders, (len(core), len(core))):
        if end < begin:
            continue
        clause = core[begin:end]
        if len(_WORD.findall(clause)) < _FEWEST_WORDS and spans:
            spans[-1] = spans[-1][0], end
        elif clause.strip():
            spans.append((begin, end))
        begin = after
    trimmed = [
        (first + begin + len(core[begin:end]) - len(core[begin:end].lstrip()),
         first + begin + len(core[begin:end].rstrip()))
        for begin, end in spans
    ]  # fmt: skip
    return trimmed if 1 < len(trimmed) <= _MOST_PARTS else []


def bare_clause(clause: str) -> str:
    """Return a clause without what joins it to the one before, such as "et aussi"."""
    return _LEADING.sub("", clause) or clause


def _clauses(border: re.Pattern[str], text: str) -> list[str]:
    clauses: list[str] = []
    for part in border.split(text):
        if len(_WORD.findall(part)) < _FEWEST_WORDS and clauses:
            clauses[-1] += " " + part
        elif part.strip():
            clauses.append(part.strip())
    return clauses


def find_problems(text: str, classify: Classify, whole: Prediction) -> list[Problem]:
    """Return the two problems of a message, or nothing where there is only one.

    Args:
        text: A message as typed.
        classify: Reads texts.
        whole: What the message means as a whole.
    """
    announced = bool(_ANNOUNCED.search(text))
    for trusted, cut in split_clauses(text):
        bare = [bare_clause(clause) for clause in cut]
        found = [
            Problem(clause, reading.intent, reading.confidence)
            for clause, reading in zip(bare, classify(bare), strict=True)
            if reading.intent in FAMILIES
        ]
        for one, other in combinations(found, 2):
            if _two(one, other, whole, trusted or announced):
                return [one, other]
    return []


def _two(one: Problem, other: Problem, whole: Prediction, trusted: bool) -> bool:
    """Tell whether two clauses are two problems.

    Across a mere sentence border both must be clear, and both must be heard in the whole message
    too, which must not be clear by itself: causes and circumstances of one problem are not.
    """
    families = frozenset((FAMILIES[one.intent], FAMILIES[other.intent]))
    least = min(one.confidence, other.confidence)
    if len(families) < 2:
        return False
    heard = {name for name, _ in whole.ranking[:_AMONG]}
    if trusted:
        return least >= _LEAST_TRUSTED and bool(heard & {one.intent, other.intent})
    return (
        families not in _ONE_PROBLEM
        and least >= _LEAST_BARE
        and {one.intent, other.intent} <= heard
        and (whole.band != "sure" or least >= _LEAST_BESIDE)
    )
