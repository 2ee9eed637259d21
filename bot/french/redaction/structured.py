"""Secrets in links, headers and configuration, which tell by their own grammar what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = (
    r"(?:password|passwd|passwort|pass|pwd|pw|mdp|motdepasse|mot_de_passe|token|access_token|auth"
    r"|api_?key|apikey|secret|client_secret|code|pin|otp|jeton|cle|session|sessionid|sid|cookie|csrf)"
)
_GRAMMARS = (
    # https://user:secret@host
    re.compile(r"[a-z][a-z0-9+]{1,10}://[^\s/:@]{1,100}:([^\s/@]{1,100})@", re.IGNORECASE),
    # ?password=secret&…
    re.compile(rf"(?<![^\W_]){_NAMES}=([^\s&#\"'<>;]{{3,400}})", re.IGNORECASE),
    # curl -u user:secret
    re.compile(r"(?<!\S)(?:-u|--user)[ =]['\"]?[^\s:'\"]{1,100}:([^\s'\"]{3,200})"),
    # Authorization: Bearer secret
    re.compile(r"\b(?:bearer|basic)\s+([\w+/=.~-]{8,2000})", re.IGNORECASE),
)


# Keys that services give out, which begin with their own name: "ghp_…", "eyJ…".
_KEY = re.compile(
    r"(?<![\w-])(?:eyJ[\w-]{8,}|(?:sk|pk|ghp|gho|xox[bap]|glpat|rk)[_-]\w{8,}|AKIA\w{12,})[\w.-]*"
)
_CARD = re.compile(r"(?<![\w-])(?<!\d )\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?![\w-]| \d)")


def structured_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the grammar of a link or of a header holds a secret."""
    for card in _CARD.finditer(text):
        if card[1] or _is_card(card.group()):
            yield card.span()
    for key in _KEY.finditer(text):
        yield key.span()
    for grammar in _GRAMMARS:
        for match in grammar.finditer(text):
            if any(map(str.isdigit, match[1])) or grammar is not _GRAMMARS[-1]:
                yield match.span(1)


def _is_card(number: str) -> bool:
    """Tell whether the last figure of a number is the check that payment cards carry (Luhn)."""
    total = 0
    for place, figure in enumerate(reversed([int(c) for c in number if c.isdigit()])):
        doubled = figure * 2 if place % 2 else figure
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
