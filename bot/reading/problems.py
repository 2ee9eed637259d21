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

from bot.french.clauses import bare_clause, split_clauses
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

# People who announce two problems tell two, wherever the border stands.
_ANNOUNCED = re.compile(
    r"\b(?:deux|2|plusieurs|double)\s+(?:petit\w*\s+)?(?:soucis?|probl[èe]mes?|questions?|choses|pb|pbs"
    r"|points|demandes)\b",
    re.IGNORECASE,
)
_LEAST_TRUSTED = 0.65
_LEAST_BARE = 0.9
_LEAST_BESIDE = 0.985
_AMONG = 4

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


def apart(one: str, other: str) -> bool:
    """Tell whether two intents stand for problems of their own, not for sides of one.

    One that is in no family is none.
    """
    families = {FAMILIES.get(one, ""), FAMILIES.get(other, "")}
    return "" not in families and len(families) > 1 and frozenset(families) not in _ONE_PROBLEM


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
