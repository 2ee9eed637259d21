"""Reads what a model cannot know from the words alone: a message by its place in the conversation.

Taken alone, "parfait", "bon si finalement, envoyez-le" or "pareil" hardly tell what they mean;
after a question they do. A short message that begins like an answer is one, whatever else it
resembles. What was not surely understood is read for the few things that are said alike everywhere:
that it is enough, that a person is wanted, which of the topics just offered is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.agreement import bare_answer, place_named, still_fails
from bot.dialogue.consent import is_meant
from bot.dialogue.heard import Heard
from bot.french.fold import fold

WAYS_TO_A_PERSON = frozenset({"human_handoff", "regional_contact"})
"""Intents that lead to somebody: offered alone after an answer, and taken up by a plain wish."""

_MOST_WORDS = 10
_SURELY_SHORT = 6
_START = r"^\W*(?:(?:ah|bon|euh|ben|bah|eh|alors|enfin|mais|et)\W+)*"

_BARE = frozenset({"affirm", "deny"})

# "Transmettez-leur", but not who passes it on to a colleague themselves: "je transmets à la DSI".
_PASS_ON = (
    r"^(?!.*\b(?:pas|(?:je|on|vais|va) (?:l'|(?:le|la|les|vais|va) )*transmet\w*)\b)"
    r".*\btransmet(?:s|tez|tre)?\b"
)

_LONGEST = {"solved": 16, "goodbye": 12}
"""Words up to which a message is read as an answer whatever it resembles: good news is wordy."""

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
            r"\b(?:toujours|encore) (?:rien|pas|pareil|bloque|gris|rouge|refuse|inconnue?"
            r"|invalide|la meme|le meme)"
            r"|\b(?:pareil|idem|meme chose)\W*$"
            r"|\bca (?:ne )?(?:change|donne|marche) (?:rien|pas)"
            r"|^\W*(?:(?:non|mais|et|ah)\W+)*je (?:ne )?(?:l'|le |la |les )(?:trouve|vois|ai) pas"
            r"\W*$"
        ),
    ),
    (
        "solved",
        re.compile(
            r"^(?!oui\W+c'?est (?:bon|ok)\W*$)"
            r"(?!.*(?:\?|\b(?:pas|plus|rien|toujours)\b|envoye|transmet)).*"
            r"(?:\b(?:ca|tout|cela|il|elle) (?:a |re|est )?(?:re)?(?:marche|fonctionne|passe)\b"
            r"|\b(?:c'est|tout est|est) (?:tout )?(?:bon|ok|regle|resolu)\b"
            r"|\bviens de (?:le |la |l'|les )?(?:re)?trouver\b"
            r"|\bje l'ai (?:enfin |bien )?(?:re)?trouve\b"
            r"|\bil (?:est|etait) (?:bien |bel et bien )?dans (?:les |mes |le |la )?"
            r"(?:spams?|indesirables?|courriers?|dossier|corbeille))"
        ),
    ),
    (
        "dont_know",
        re.compile(
            _START + r"(?:(?:(?:je |j'en |on )?(?:ne )?(?:sais|sait)|(?:je|j'en|on) c'est)"
            r" (?:pas|rien|plus)\b"
            r"|aucune idee|pas (?:la moindre )?idee|j'?en sais rien)"
            r"|^\W*(?:hein|quoi|pardon|euh+)\W*$"
        ),
    ),
    ("human_handoff", re.compile(_PASS_ON)),
    (
        "goodbye",
        re.compile(
            r"\bje (?:regarde(?:rai)?|verrai|reviens|r?essaie(?:rai)?)(?: (?:ca|ici|alors))?"
            r" (?:demain|plus tard|ce soir|lundi|tout a l'heure)\b"
            r"|^\W*(?:ok|d'accord|bon|bien|alors)\b.{0,8}\bj'?attends?\b"
            r"(?!.*\b(?:depuis|toujours)\b)"
            r"|^\W*(?:bon |ok |allez )*"
            r"(?:a (?:demain|plus|bientot|la prochaine)|bonne (?:journee|soiree))"
            r"|^(?!.*\?).*\b(?:bye|ciao|tchao|au revoir"
            r"|bonne (?:journee|soiree|continuation))\b\W*$"
        ),
    ),
    (
        "affirm",
        re.compile(
            _START + r"(?:oui+|ok|okay|d'?accord|volontiers|bien sur|yes|exact|tout a fait"
            r"|absolument|c'?est fait|c'est (?:parfait|bon pour moi|ca|exact|envoye)|parfait"
            r"|top|super|nickel|impec|genial|je veux bien|avec plaisir|allez|r?envoye|vas[- ]y"
            r"|carrement|si\b|s'il (?:vous|te) plait)"
            r"(?!\w)(?!\W+mais\b)|"
            + _START
            + r"(?:r?envoye[rz]?|r?envoi[es]?|(?:c'est )?parti|go|banco|(?:bien )?recu"
            r"|je l'ai (?:bien )?recu)\b"
            r"|^(?!.*(?:\?|\b(?:pas|rien|mais|comment|ou)\b)).*"
            r"\b(?:r?envoyez|(?:pouvez|peux) (?:l'|la |le |y )?(?:r?envoyer|aller))\b"
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
        small_talk: Intents that are no topic of their own here. A message that was surely
            understood as a topic is an answer only when it is very short.
    """
    if heard.pressed or heard.text.startswith("/") or "email" in heard.entities:
        return heard
    words = len(heard.text.split())
    topic = heard.sure and heard.intent not in small_talk
    most = _SURELY_SHORT if topic else _MOST_WORDS
    if words <= most and still_fails(heard.text):
        return replace(heard, intent="not_solved", band="sure")
    folded, bare = fold(heard.text), bare_answer(heard.text)
    for intent, pattern in _ANSWERS:
        if intent in _BARE and bare:
            return replace(heard, intent="affirm" if bare == "yes" else "deny", band="sure")
        if words > max(most, _LONGEST.get(intent, most)):
            continue
        most_bare = _SURELY_SHORT + 2 * (intent == "affirm")
        wordy = words > most_bare and heard.intent not in small_talk
        if intent in _BARE and (topic or wordy):
            # "Non, c'est votre site qui refuse mon adresse" says more than no; "oui mailinblack"
            # tells what it is, and yes or no comes with it.
            continue
        answered = replace(heard, intent=intent, band="sure")
        if pattern.search(folded) and is_meant(answered):
            return answered
    return heard


_CLOSING = re.compile(
    r"\b(?:merci|parfait|nickel|super|top|impec\w*|genial|cool|tres bien|entendu|note)\b"
    r"|^\W*(?:ok|d'accord|bon|bien|alors)\b.{0,20}\b(?:j'?attends?|on verra|je l'appelle"
    r"|je (?:regarde|verrai|reviens|vais (?:voir|regarder|essayer|faire|appeler)))\b"
    r"|\bje (?:regarde(?:rai)?|verrai|reviens|essaie(?:rai)?) (?:ca )?"
    r"(?:demain|plus tard|ce soir|lundi)\b"
)
_LEAVES = re.compile(
    r"^(?!.*\?).*\b(?:bye|ciao|tchao|pas grave|tant pis|au revoir"
    r"|bonne (?:journee|soiree|continuation))\b"
)
_NOT_CLOSING = re.compile(
    r"\?|\b(?:pas|rien|toujours|mais|jamais|sauf|aucun|comment|pourquoi|quand|ou est|qui|quels?"
    r"|quelles?|probleme|erreur|bloque|impossible|voudrais|veux|peux|besoin)\b"
)
_MOST_CLOSING = 9
_WORKS_NOW = re.compile(
    r"^(?!.*(?:\?|\b(?:pas|plus|rien|jamais|toujours|mais|si|comment|quand|quoi|ou)\b)).*"
    r"\b(?:ca|cela|tout) (?:re)?(?:marche|fonctionne)\b"
)

_SOMEONE = (
    r"(?:quelqu'?un|une (?:vraie )?personne|un (?:vrai |etre )?humain|un conseiller"
    r"|un agent|un technicien|un interlocuteur)"
)
_PERSON = re.compile(
    rf"\bparle[rz]? (?:a|avec) {_SOMEONE}"
    rf"|\b(?:donnez?|passez?|trouvez?)[- ]moi {_SOMEONE}"
    rf"|{_PASS_ON}"
)
_MOST_ASKING = 18

OF_DOCUMENTS = frozenset(
    {"document_missing", "find_document", "document_access", "market_not_visible"}
)
"""Intents that all begin alike, whichever of them is meant."""
_DOCUMENT_LOST = re.compile(
    r"\b(?:introuvables?|disparus?|cherche|manqu\w+"
    r"|(?:trouve|vois|voit|apparai[st]|apparaissent|accede|ouvre)\w* (?:pas|plus|rien))\b"
)


def as_said_anywhere(heard: Heard) -> Heard:
    """Read a message that was not surely understood as thanks or a wish for a person, if it is."""
    if heard.intent == "inform_reference" and _DOCUMENT_LOST.search(fold(heard.text)):
        # A contract number with what is wrong with it is a problem, not a mere reference.
        return replace(heard, intent="find_document", band="sure")
    if heard.intent in OF_DOCUMENTS and _document_meant(heard):
        return replace(heard, band="sure")
    folded, words = fold(heard.text), len(heard.text.split())
    if words <= _MOST_WORDS and not heard.pressed and _WORKS_NOW.search(folded):
        return replace(heard, intent="solved", band="sure")
    if heard.sure or heard.pressed or heard.entities:
        return heard
    if bare := bare_answer(heard.text):
        return replace(heard, intent="affirm" if bare == "yes" else "deny", band="sure")
    if words <= _MOST_WORDS and _LEAVES.search(folded):
        return replace(heard, intent="goodbye", band="sure")
    if words <= _MOST_ASKING and _PERSON.search(folded):
        return replace(heard, intent="human_handoff", band="sure")
    if words <= _MOST_CLOSING and _CLOSING.search(folded) and not _NOT_CLOSING.search(folded):
        return replace(heard, intent="thank", band="sure")
    return heard


def _document_meant(heard: Heard) -> bool:
    """Tell whether one of the documents' topics is meant; all begin alike, whichever it is."""
    likeliest = OF_DOCUMENTS.intersection(heard.ranking[:2])
    return "contract_number" in heard.entities or (heard.band == "unsure" and len(likeliest) > 1)


def as_choice(heard: Heard, offered: Sequence[tuple[str, str]]) -> Heard:
    """Return a message that names one of the topics just offered as that topic.

    Args:
        heard: The message as it was understood alone.
        offered: Intent and title of each topic, in the order in which they were offered.
    """
    if heard.pressed or not offered or heard.entities:
        return heard
    folded = fold(heard.text).strip(" .!")
    if (place := place_named(heard.text, len(offered))) is not None:
        return replace(heard, intent=offered[place][0], band="sure")
    named = [intent for intent, title in offered if folded and fold(title) in folded]
    if not named and len(folded) >= _SHORTEST_NAME:
        named = [intent for intent, title in offered if folded in fold(title)]
    if len(named) == 1:
        return replace(heard, intent=named[0], band="sure")
    if len(offered) == 1 and _wants(heard, offered[0][0]):
        return replace(heard, intent=offered[0][0], band="sure")
    return heard


def _wants(heard: Heard, intent: str) -> bool:
    """Tell whether a message takes up the only thing offered.

    After a contact, "ok" only takes note; "oui", "je veux bien" take up the offer of a hand-over.
    """
    if intent in WAYS_TO_A_PERSON:
        return bool(_TAKES_UP.search(fold(heard.text)))
    return heard.yes_no == "yes"


_TAKES_UP = re.compile(
    r"^\W*(?:ok |bon |alors |d'accord )*(?:oui+|volontiers|je veux bien|avec plaisir"
    r"|allez[- ]y|vas[- ]y|carrement|bonne idee|envoye[rz])\b"
    r"(?!.*\b(?:mais|pas|parfait|super|nickel|c'est bon)\b)"
)


_SHORTEST_NAME = 4
