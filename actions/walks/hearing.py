"""Reads a message as the answer to the question that was just asked.

Taken alone, "parfait", "bon si finalement, envoyez-le" or "pareil" hardly tell what they mean;
after a question they do. A short message that begins like an answer is one, whatever else it
resembles.
"""

from __future__ import annotations

import re
from dataclasses import replace

from actions.walks.base import Heard
from actions.walks.facts import fold

_MOST_WORDS = 10
_SURELY_SHORT = 6
_START = r"^\W*(?:(?:ah|bon|euh|ben|bah|eh|alors|enfin|mais|et)\W+)*"

_BARE = frozenset({"affirm", "deny"})

_ANSWERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "cancel",
        re.compile(
            _START
            + r"(?:arrete[zr]?|on arrete|stop\b|ca suffit|j'abandonne|laissez? (?:tomber|beton))"
        ),
    ),
    (
        "not_solved",
        re.compile(
            r"\b(?:toujours|encore|tjrs|tjs) (?:rien|pas|pareil|bloque|gris|refuse|la meme|le meme)"
            r"|\b(?:pareil|idem|meme chose)\W*$"
            r"|\b(?:ca|sa) (?:ne )?(?:change|donne|marche) (?:rien|pas)"
        ),
    ),
    (
        "solved",
        re.compile(
            r"^(?!oui\W+c'?est (?:bon|ok)\W*$)"
            r"(?!.*(?:\b(?:pas|plus|rien|toujours)\b|envoye|transmet)).*"
            r"(?:\b(?:ca|sa|tout|cela|il|elle) (?:a |re|est )?(?:re)?(?:marche|fonctionne|passe)\b"
            r"|\b(?:c'est|c|tout est|est) (?:bon|ok|regle|resolu)\b)"
        ),
    ),
    (
        "dont_know",
        re.compile(
            _START + r"(?:(?:je |j'en |g |on )?(?:ne )?(?:sais|sait|c) (?:pas|rien|plus)\b"
            r"|aucune idee|pas (?:la moindre )?idee|jsp\b|chais pas|j'?en sais rien)"
        ),
    ),
    (
        "affirm",
        re.compile(
            _START
            + r"(?:oui+|ouais?|ui|ok|okay|d'?accord|volontiers|bien sur|yes|exact|tout a fait"
            r"|absolument|c'est (?:parfait|bon pour moi|ca|exact)|parfait|top|super|nickel|impec"
            r"|genial|je veux bien|avec plaisir|allez|r?envoye|vas[- ]y|carrement|si\b|svp|stp)"
            r"(?!\w)(?!\W+mais\b)|"
            + _START
            + r"(?:r?envoye[rz]?|(?:bien )?recu|je l'ai (?:bien )?recu)\b"
        ),
    ),
    (
        "deny",
        re.compile(
            _START + r"(?:non+|nan|nope|pas (?:la peine|vraiment|encore|maintenant|du tout)"
            r"|surtout pas|jamais|aucune? envie)(?!\w)(?!\W+mais\b)"
            r"|\b(?:prefere|veux|souhaite|tiens) (?:vraiment |a )?(?:ne )?pas\b"
        ),
    ),
)


def as_answer(heard: Heard, *, small_talk: frozenset[str]) -> Heard:
    """Return the message with what it answers, where it begins like an answer.

    Args:
        heard: The message as it was understood alone.
        small_talk: Intents without a topic of their own. A message that was surely understood as a
            topic is an answer only when it is very short.
    """
    if heard.pressed or heard.text.startswith("/") or "email" in heard.entities:
        return heard
    words = len(heard.text.split())
    if words > (_SURELY_SHORT if heard.sure and heard.intent not in small_talk else _MOST_WORDS):
        return heard
    folded = fold(heard.text)
    for intent, pattern in _ANSWERS:
        if intent in _BARE and words > _SURELY_SHORT and heard.intent not in small_talk:
            # "Non, c'est votre site qui refuse mon adresse" says more than no.
            continue
        if pattern.search(folded):
            return replace(heard, intent=intent, band="sure")
    return heard
