"""What a conversation has been told: facts that need not be asked for, found in any message.

Which words tell a fact stands in `faq/common/facts.yml`, so that it is content like the questions
that it spares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.french.fold import fold, without_accents
from bot.french.phones import find_phone
from bot.french.spelling import spell_out

if TYPE_CHECKING:
    from bot.dialogue.flow import Talk


def remember_facts(talk: Talk) -> None:
    """Note what the message tells: a contract number, and the facts of facts.yml."""
    heard = talk.heard
    if heard.text.startswith("/"):
        return
    if number := heard.entities.get("contract_number"):
        talk.memory["contract"] = number
    if phone := find_phone(heard.text):
        talk.memory["phone"] = phone
    # Without anything written out, places are those of the text itself.
    plain = without_accents(heard.text)
    folded = spell_out(plain)
    if talk.portal.feature("documents") and (named := _DOCUMENT.search(plain)):
        document = heard.text[named.start() : named.end()]
        # "L'avenant n'y est pas" says no more than "l'avenant n° 2" before it.
        if fold(document) not in fold(str(talk.memory.get("document", ""))):
            talk.memory["document"] = document
    for name, pattern in talk.portal.facts.items():
        for value, expression in pattern.items():
            if expression.search(folded):
                talk.facts[name] = value
                break

    for name, value in heard.told.items():
        known, meant = _STAND_FOR.get((name, value), (name, value))
        if known in talk.portal.facts:
            talk.facts[known] = meant


_STAND_FOR = {
    ("administrator", "silent"): ("administrator_answers", "no"),
    ("administrator", "gone"): ("administrator_listed", "admin_duties"),
}
"""What some facts come to in the words of the trees' questions."""

_DOCUMENT = re.compile(
    r"\b(?:conventions?|avenants?(?: (?:n ?[o°]? ?)?\d+)?|bordereaux? des? prix(?: unitaires)?"
    r"|bpu|cctp|ccap|acte d'engagement|notices?|certificat administratif|annexes?(?: \d+)?"
    r"|grille (?:de prix|tarifaire)|reglement de consultation)\b"
)
"""Kinds of contract documents as people name them."""


def note_detail(talk: Talk, name: str, text: str) -> None:
    """Keep what the user typed in answer to a question."""
    talk.memory[name] = " ".join(text.split())


def add_detail(talk: Talk, text: str) -> None:
    """Add what the user wants told to a person, its lines kept, unless it is there already."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    told, added = str(talk.memory.get("detail", "")), "\n".join(line for line in lines if line)
    if added not in told:
        between = "\n" if "\n" in told + added else " ; "
        talk.memory["detail"] = f"{told}{between}{added}" if told else added
