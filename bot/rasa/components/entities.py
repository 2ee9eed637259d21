"""Entities with a form or a short list of names, found by rules.

Places are not extracted here: what counts as one depends on whether a region was asked for, so the
walks look for them themselves.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.french.address_scanner import find_addresses
from bot.french.text import MOST_READ
from bot.rasa.components.component import Extractor

Entity = dict[str, Any]

_NUMBER = r"(?:n\s?[°ºo]\.?|num[ée]ro|num|no\.?|#|r[ée]f(?:[ée]rence)?\.?)"
_CONTRACT = re.compile(
    r"(?<![\d/-])(20[0-3]\d)\s?[-‐–—_/. ]\s?(\d{3})(?![\d/-])"
    rf"|(?:march[ée]|contrat|convention|accord)\w*\s+(?:{_NUMBER}\s?)?(20[0-3]\d)(\d{{3}})(?!\d)",
    re.IGNORECASE,
)
_TICKET = re.compile(r"\bG\s?[-‐–]\s?([0-9A-HJKMNP-TV-Z]{4})\b", re.IGNORECASE)
_CODE = r"(G\s?([0-9A-HJKMNP-TV-Z]{4}))"
# Without its hyphen a reference is read behind such a word, or where it is the whole message.
_NAMED_TICKET = re.compile(
    r"\b(?:suivi|tickets?|demandes?|dossiers?|r[ée]f(?:[ée]rences?)?)\s?(?:n\s?[°ºo]|num[ée]ro)?"
    rf"\s?[:=]?\s?{_CODE}\b",
    re.IGNORECASE,
)
_BARE_TICKET = re.compile(rf"\W{{0,3}}{_CODE}\W{{0,3}}", re.IGNORECASE)
_IS = r"\s*(?:(?:est|c['’]est|:|=|,|le|soit)\s*){0,2}"
_CUSTOMER = re.compile(
    rf"(?:(?:{_NUMBER}|code)\s*(?:de\s+)?clients?|\bclients?\s*{_NUMBER}){_IS}"
    r"([A-Z]{0,3}[-\s]?\d[\d .-]{2,12}\d)\b",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b(?:login|identifiant|user(?:name)?|nom\s+d['’]utilisateur|pseudo)"
    r"(?:[\s:=,]|actuel|est|c['’]est|qui\s+est){0,12}"
    r"(?:[«\"“']\s*([\w.@-]{3,40})\s*[»\"”']|((?=[\w.-]{0,40}[\d._])[\w][\w.-]{1,38}\w)(?!\s?@))",
    re.IGNORECASE,
)
_MAILINBLACK = re.compile(
    r"\bmail\w?[\s_-]?(?:in|inn|un)[\s_-]?bl?a[ck]{1,2}k?s?\b|\bMIB\b", re.IGNORECASE
)
_BROWSERS = {
    "chrome": r"(?:google\s+)?ch?rome", "firefox": r"(?:mozilla\s+)?(?:fire\s?fox|mozilla)",
    "edge": r"(?:microsoft\s+|ms\s+)?edge", "safari": r"safari", "opera": r"op[ée]ra(?:\s+gx)?",
    "internet explorer": r"(?:internet\s+explorer|ie\s?(?:8|9|1[01]))", "brave": r"brave\s+browser",
    "samsung internet": r"samsung\s+internet",
}  # fmt: skip
_DOCUMENTS = {
    "bordereau de prix": r"bpu|b\.p\.u\.|dpgf|bordereaux?\s+(?:de(?:s)?\s+)?prix(?:\s+unitaires?)?",
    "convention": r"conventions?(?:\s+d['’]adh[ée]sion)?", "avenant": r"avenants?",
    "cahier des charges": r"cctp|ccap|ccp|cahiers?\s+des\s+(?:clauses|charges)",
    "acte d’engagement": r"actes?\s+d['’]engagement|atri\s?1",
    "annexe": r"annexes?(?:\s+financi[èe]res?)?",
    "tarif": r"tarifs?|(?:listes?|grilles?)\s+(?:de\s+prix|tarifaires?)|catalogues?",
    "notice": r"notices?|modes?\s+d['’]emploi", "fiche technique": r"fiches?\s+techniques?",
    "fiche contrat": r"fiches?\s+(?:contrat|march[ée])", "attestation": r"attestations?",
    "bon de commande": r"bons?\s+de\s+commande", "devis": r"devis", "facture": r"factures?",
}  # fmt: skip
_NAMED = [
    (kind, value, re.compile(rf"\b(?:{pattern})(?!\w)", re.IGNORECASE))
    for kind, names in (("browser", _BROWSERS), ("document_kind", _DOCUMENTS))
    for value, pattern in names.items()
]


def find_entities(text: str) -> list[Entity]:
    """Return the entities of a text in Rasa's shape, in their order.

    Args:
        text: A message as typed.
    """
    read = text[:MOST_READ]
    addresses = find_addresses(read)
    found: list[Entity] = [
        {"entity": "email", "start": one.start, "end": one.end, "value": one.value}
        for one in addresses
        if one.whole
    ]
    # What stands in an address is a part of it, even where it cannot be read to its end.
    taken = {place for one in addresses for place in range(one.start, one.end)}
    found += [
        entity for entity in (*_references(read), *_names(read)) if entity["start"] not in taken
    ]
    return sorted(found, key=lambda entity: int(entity["start"]))


def _references(text: str) -> list[Entity]:
    found = [
        _entity("contract_number", match, "-".join(part for part in match.groups() if part))
        for match in _CONTRACT.finditer(text)
    ]
    found += [
        _entity("ticket_reference", match, f"G-{match.group(1).upper()}")
        for match in _TICKET.finditer(text)
    ]
    bare = _BARE_TICKET.fullmatch(text)
    found += [
        _entity("ticket_reference", match, f"G-{match.group(2).upper()}", 1)
        for match in (*_NAMED_TICKET.finditer(text), *((bare,) if bare else ()))
        if any(char.isdigit() for char in match.group(2)) or _is_capital(match)
    ]
    found += [
        _entity("customer_number", match, re.sub(r"[\s.-]", "", match.group(1)).upper(), 1)
        for match in _CUSTOMER.finditer(text)
    ]
    for match in _LOGIN.finditer(text):
        group = 1 if match.group(1) else 2
        if not match.group(group).isdigit() and "@" not in match.group(group):
            found.append(_entity("login", match, match.group(group), group))
    return found


def _is_capital(match: re.Match[str]) -> bool:
    """Tell whether letters stand out as a code, as in "ticket GKHMA" but not in "demande garde"."""
    return match.group(1).isupper() and not match.string.isupper()


def _names(text: str) -> list[Entity]:
    found = [_entity("mailinblack", match, "mailinblack") for match in _MAILINBLACK.finditer(text)]
    for kind, value, pattern in _NAMED:
        found += [_entity(kind, match, value) for match in pattern.finditer(text)]
    return found


def _entity(name: str, match: re.Match[str], value: str, group: int = 0) -> Entity:
    return {"entity": name, "start": match.start(group), "end": match.end(group), "value": value}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FormEntityExtractor(Extractor):
    """Rasa graph component around `find_entities`."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found to each message that has a text."""
        for message in messages:
            found = self.add_extractor_name(find_entities(message.get(TEXT) or ""))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
