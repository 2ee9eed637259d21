"""Whether somebody asks for a telephone number, or wants to call: that is answered first."""

from __future__ import annotations

from bot.content.live import current_content
from bot.content.replies import WALKS
from bot.dialogue.agreement import tokens
from bot.dialogue.flow import Talk
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.french.phones import find_phone
from bot.french.wording import asks

_LIKELY = 0.5
_NOT_A_PHONE = frozenset({"client", "clients", "marche", "contrat", "dossier", "siret", "facture"})


def asks_phone(talk: Talk) -> bool:
    """Tell whether the message asks for a number to call, or says that its writer would call.

    Who gives a number wants to be called, and a customer's number is none.
    """
    heard = talk.heard
    if heard.pressed or not _names_phone(heard.text):
        return False
    if find_phone(heard.text) and not asks(heard.text):
        return False
    if heard.option == "phone" or heard.does("person"):
        return True
    likely = {heard.intent if heard.sure else "", *heard.ranking[:1]}
    clauses = {part.intent for part in heard.parts if part.confidence >= _LIKELY}
    here = heard.asked.startswith((f"{WALKS}/region", f"{WALKS}/handover"))
    return here or bool(WAYS_TO_A_PERSON & (likely | clauses))


def _names_phone(text: str) -> bool:
    words, phrases = tokens(text), current_content().wording.requests["phone"]
    longest = max(map(len, phrases), default=1)
    return any(
        words[start : start + length] in phrases
        and not _NOT_A_PHONE & set(words[start + length : start + length + 2])
        and words[start - 1 : start] not in {("mon",), ("notre",)}
        for start in range(len(words))
        for length in range(1, longest + 1)
    )


def has_phones(talk: Talk) -> bool:
    """Tell whether any region of the portal has a telephone number."""
    return any(region.phone for region in talk.portal.regions)
