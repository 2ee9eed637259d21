"""What every reply must be: it says something, and tells what to do next."""

from __future__ import annotations

import re

# A question, a link, or an imperative: a verb in -ez that has no "vous" before it.
_INVITES = re.compile(
    r"\?|\]\(|il me (?:faut|manque)|\b(?:dites|faites)\b"
    r"|(?<!vous )(?<!vous ne )(?<!vous m’)\b(?!chez|assez|avez|aurez)\w+ez\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"au revoir|bonne journée|reste disponible|autre question|je suis là|si besoin|en reste là"
    r"|je vous en prie|vous aurez une réponse|vous pourrez|\*\*G-\w{4}\*\*",
    re.IGNORECASE,
)


def lacks(texts: list[str], buttons: int, *, waiting: bool) -> str | None:
    """Return what a turn's replies lack to lead on, or None."""
    if not texts:
        return "says nothing"
    if not all(text.strip() for text in texts):
        return "has an empty reply"
    said = "\n".join(texts)
    if not (buttons or _INVITES.search(said) or (not waiting and _CLOSES.search(said))):
        return "does not tell what to do next"
    return None
