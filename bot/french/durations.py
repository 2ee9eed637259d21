"""How long something has gone on, and by when it is needed: "depuis 3 jours", "pour demain"."""

from __future__ import annotations

import re

from bot.french.fold import without_accents

_COUNT = r"(?:\d{1,3}|une?|deux|trois|quatre|cinq|six|sept|huit|dix|quinze|quelques|plusieurs)"
_UNIT = r"(?:minutes?|min|heures?|h|jours?|j|semaines?)"
_DAY = (
    r"(?:hier|avant-hier|ce matin|midi|demain|ce soir|cet apres-midi|aujourd'hui|lundi|mardi"
    r"|mercredi|jeudi|vendredi|samedi|dimanche|la semaine derniere|le \d{1,2}(?:er)?(?:/\d{1,2})?)"
)
_DURATION = re.compile(
    rf"\b(?:depuis|ca fait|cela fait|voila) (?:bientot |deja |plus de |environ )?"
    rf"(?:{_COUNT} ?{_UNIT}|{_DAY})\b|\b{_COUNT} {_UNIT} que\b"
)
_DEADLINE = re.compile(
    rf"\b(?:pour|avant|d'ici|des|jusqu'a|jusqu'au) (?:{_DAY}|\d{{1,2}} ?h(?:eures?)?(?: ?\d\d)?)\b"
)


def tells_time(text: str) -> bool:
    """Tell whether a text says since when something goes on, or by when it is needed."""
    plain = without_accents(text)
    return bool(_DURATION.search(plain) or _DEADLINE.search(plain))
