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
    """Note what the message tells: numbers, a document, and the facts of facts.yml."""
    heard = talk.heard
    if heard.text.startswith("/"):
        return
    if number := heard.entities.get("contract_number"):
        talk.memory["contract"] = number
    if customer := heard.entities.get("customer_number"):
        talk.memory["customer_number"] = customer
    if phone := find_phone(heard.text):
        talk.memory["phone"] = phone
    # Without anything written out, places are those of the text itself.
    plain = without_accents(heard.text)
    folded = spell_out(plain)
    if talk.portal.feature("documents"):
        _note_document(talk, plain)
    named = set()
    for name, pattern in talk.portal.facts.items():
        for value, expression in pattern.items():
            if expression.search(folded):
                talk.facts[name] = value
                named.add(name)
                break

    for name, value in heard.told.items():
        for known, meant in _STAND_FOR.get((name, value), ((name, value),)):
            if known in talk.portal.facts and known not in named:
                talk.facts[known] = meant


def _note_document(talk: Talk, plain: str) -> None:
    """Note the document that a message names, and not one that it says is not meant."""
    named = [found for found in _DOCUMENT.finditer(plain) if not is_denied(plain, found.start())]
    if not named:
        return
    # "L'avenant n'y est pas" says no more than "l'avenant n° 2" before it, and what is told of a
    # document in a request that is shown ("l'annexe de la convention") names none in its place.
    known = fold(str(talk.memory.get("document", "")))
    shown = any(frame.walk == "handover" for frame in talk.stack)
    if known and shown and any(known in found[0] for found in named):
        return
    document = talk.heard.text[named[0].start() : named[0].end()]
    if fold(document) not in known:
        talk.memory["document"] = document


def is_denied(text: str, start: int) -> bool:
    """Tell whether the words right before a place in a text say that what follows is not meant."""
    before = text[:start].replace("'", " ").split()[-_NEAR:]
    return "pas" in before or before[-1:] == ["non"]


_NEAR = 3

_STAND_FOR = {
    ("administrator", "silent"): (("administrator_answers", "no"),),
    ("administrator", "gone"): (("administrator_listed", "admin_duties"),),
    # Who has a customer number has ordered, as a trade partner.
    ("number_in_hand", "yes"): (
        ("number_in_hand", "yes"),
        ("has_ordered", "yes"),
        ("trade_partner", "yes"),
    ),
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
