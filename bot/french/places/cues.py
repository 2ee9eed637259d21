"""Words around a name that make it a place, or that forbid it. All are folded."""

from __future__ import annotations

from bot.french.places.tables import table


def _words(name: str) -> frozenset[str]:
    return frozenset(table("cues")[name].split())


ARTICLES = _words("articles")
PREPOSITIONS = _words("prepositions")
CONNECTORS = ARTICLES | PREPOSITIONS | _words("connectors")
HOSPITAL = _words("hospital")
ADMINISTRATIVE = _words("administrative")
DEPARTEMENT_WORDS = _words("departement_words")
LOCATIVE = _words("locative")
PERSON_VERBS = _words("person_verbs")
ODONYMS = _words("odonyms")
CIVILITIES = _words("civilities")
REPLIES = _words("replies")
NAMING = _words("naming")
FILLERS = CONNECTORS | _words("fillers")
MONTHS = _words("months")
COUNTED = _words("counted")
UNITS = COUNTED | _words("units")
GREETINGS = _words("greetings")
