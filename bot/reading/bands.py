"""When a message was understood well enough to act on.

The model may waver between two intents that lead to the same place ("merci, au revoir"; "joindre
quelqu'un de ma région"): then it does not matter which of them is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("en", "de", "nl")
"""Languages other than French in which a message gets an answer of its own."""

_ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"thank", "goodbye"}),
    frozenset({"regional_contact", "human_handoff"}),
    frozenset({"login_problem", "password_reset", "account_check", "email_not_recognised"}),
)
"""Intents that are answered alike: by small talk, by a person, by the login walk."""

_ENOUGH = 0.75
_AT_LEAST = 0.3


def band_of(parse_data: Mapping[str, Any]) -> str:
    """Return the band in which a message is acted on: `sure`, `unsure` or `lost`.

    Args:
        parse_data: Rasa's result for the message, with our `band`; a payload has none and is sure.
    """
    band = str(parse_data.get("band") or "sure")
    ranking = parse_data.get("intent_ranking") or []
    if band == "sure" or not ranking or ranking[0]["confidence"] < _AT_LEAST:
        return band
    alike = next((group for group in _ALIKE if ranking[0]["name"] in group), frozenset())
    together = sum(row["confidence"] for row in ranking if row["name"] in alike)
    return "sure" if together >= _ENOUGH else band
