"""When a message was understood well enough to act on.

The model may waver between intents that lead to the same place ("merci, au revoir"; "joindre
quelqu'un de ma région"): then it does not matter which of them is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LANGUAGES = ("en", "de", "nl")
"""Languages other than French in which a message gets an answer of its own."""

ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"thank", "goodbye"}),
    frozenset({"regional_contact", "human_handoff"}),
    frozenset({"login_problem", "password_reset", "account_check", "email_not_recognised"}),
    frozenset({"find_document", "document_access", "document_missing", "market_not_visible"}),
)
"""Intents that are answered alike: by small talk, by a person, by the login walk, by the search for
a contract."""


def together(ranking: Sequence[tuple[str, float]]) -> float:
    """Return the confidence in the likeliest intent and those answered like it.

    Args:
        ranking: Intents with their confidence, likeliest first.
    """
    likeliest = ranking[0][0]
    alike = next((group for group in ALIKE if likeliest in group), frozenset({likeliest}))
    return sum(confidence for name, confidence in ranking if name in alike)


def band_of(parse_data: Mapping[str, Any]) -> str:
    """Return the band in which a message is acted on: `sure`, `unsure` or `lost`.

    Args:
        parse_data: Rasa's result for the message, with our `band`; a payload has none and is sure.
    """
    return str(parse_data.get("band") or "sure")
