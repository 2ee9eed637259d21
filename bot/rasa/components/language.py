"""Tells a message in English, German or Dutch from one in French.

A library says which language a text looks like; by itself it takes "ok merci" or "mdp" for anything
at all. So it is only believed where the message also holds everyday words of that language, and no
more than a few of French: whoever copies an English error message into a French sentence writes
French.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.french.text import fold, name_forms, shorten
from bot.rasa.components.component import Extractor
from bot.reading.bands import LANGUAGES
from bot.reading.model import OUT_OF_SCOPE

_CANDIDATES = ("fr", *LANGUAGES, "es", "it")
_LEAST_LIKELY = 0.6
_FEWEST_WORDS = 2
_FEW_WORDS = 3
_MOST_FRENCH = 0.34
_WORD = re.compile(r"[^\W\d_]+")
# What somebody quotes is a message on their screen.
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")

# "Can't" holds no French "t'"; in French the single letter stands before the apostrophe.
_CONTRACTION = re.compile(r"(?<=[a-z])'(?:t|s|m|re|ve|ll|d)\b(?!')")

# Everyday words, folded; those that two of the languages share or that French uses are left out.
_EVERYDAY = {
    "en": frozenset(
        """about after again all also always any anyone are because been before but can cannot
        couldn could did didn do does doesn don each else even every find for from get getting
        give good got had has have haven hasn here how i if in into is isn it its just know let
        like logged made make me my need never new nobody not now of off only open or our
        out own please reach received send sent should since some somebody someone still talk
        tell than thank that the their them then there these they thing this to today too
        try trying tried until up us use used want was we were what when where which while who why
        will with without won would wrong yet you your speak
        english screen says keeps working work works morning afternoon evening locked forgot
        forgotten""".split()
    ),
    "de": frozenset(
        """aber alle als am auch auf aus bei beim bin bis bist bitte brauche danke dann das dass
        dem den der deutsch dich die dies diese diesen dieser dieses dir doch ein eine einem
        einen einer eines er erhalten es etwas euch fur funktioniert gegen geht gesperrt gibt guten
        hab habe haben hat hatte heute hilfe hier hilft ich ihr ihre ihren ihnen im immer ist
        jemand kann kannst kein keine keinen kennwort komme konnen konnten konto leider liebe
        man mehr mein meine meinem meinen meiner mich mir mit mochte moglich muss nach nein
        neue neuen neues nicht nichts noch nochmal nur oder ohne passwort schon sehr seit sich sie
        sind so soll sprechen tag uber um und uns unser unsere unsere vergessen vielen vom von vor
        wann warum was wer werden wie wieder will wir wird wo wollen wurde zu zugang zum zur zuruck
        anmelden einloggen rechnung bestellung kundennummer benutzername""".split()
    ),
    "nl": frozenset(
        """aan al alle als ben bij dag dan dank dat deze die dit doen door een er ga gaat geen
        gebruik gebruiker goed goede goedemorgen goedemiddag graag had heb hebben hebt heeft het
        hier hij hoe hulp hun iemand iets ik in is ja je jullie kan kom krijg krijgen kun kunnen
        kunt maar meer met mij mijn moet naar nee niemand niet niets nieuw nieuwe nog nu of om
        omdat onder ons onze ook op over sinds te toch toegang uit uw van vergeten via voor vraag
        waar waarom wachtwoord wanneer wat we wel werkt werken wie wij wil willen wordt worden zich
        zijn zo zonder inloggen aanmelden alstublieft alsjeblieft bedankt klantnummer
        bestelling factuur ontvangen geblokkeerd nederlands spreekt spreek u verwijder
        gegevens""".split()
    ),
}
_FRENCH = frozenset(
    """ai aide au aucun aucune autre aux avec avez avoir bjr bonjour bonsoir c ca car ce cela ces
    cest cet cette chez comme comment connecter connexion compte cordialement d dans depuis
    des deja dire dois donc du elle elles encore est et etais ete etre eu faire fait faut g
    il ils j jai jamais je jsp l la le les leur lien lors lorsque mais marche marches mdp
    merci mes moi mon mot n ne ni non nos notre nous oui ou pa par pas passe pb peut peux
    plus pour pourquoi qu quand que quel quelle qui quoi recu rien s sa sais salut sans se
    ses si site slt sont souci suis sur svp t ta te tes tjr toi ton toujours tous tout toute
    tres tu un une vers voila vos votre vous y adresse demande mis mise impossible probleme
    dit cherche trouve aller veux voudrais message document erreur""".split()
)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """Return the library's identifier, restricted to the languages that people write to us."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_CANDIDATES))
    return identifier


def foreign_language(text: str) -> str | None:
    """Return the language of a message, one of `LANGUAGES`, or None where it may be French.

    Args:
        text: A message as typed.
    """
    read = _QUOTED.sub(" ", shorten(text))
    named = _WORD.findall(name_forms(_CONTRACTION.sub("", fold(read))).replace("'", " "))
    words = [word for word in named if not word.startswith("zz")]
    if len(words) < _FEWEST_WORDS:
        return None
    french = sum(word in _FRENCH for word in words)
    everyday = {name: sum(word in known for word in words) for name, known in _EVERYDAY.items()}
    most = max(everyday.values())
    if most < _FEWEST_WORDS or french > _MOST_FRENCH * most:
        return None
    language, probability = _identifier().classify(read)
    if language in LANGUAGES and everyday[language] >= _FEWEST_WORDS:
        return str(language) if probability >= _LEAST_LIKELY or french == 0 else None
    # Of a few words the library may name the neighbour; without a French one they still tell.
    first = max(everyday, key=lambda name: everyday[name])
    return first if french == 0 and everyday[first] > _FEWEST_WORDS else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(Extractor):
    """Rasa graph component around `foreign_language`.

    Adds an entity `language` to a message that is not French, which is then out of scope, whatever
    its words look like in French; but a few words that were surely understood, such as "thank you",
    are taken as meant.
    """

    def process(self, messages: list[Message]) -> list[Message]:
        """Mark each message that is in another language."""
        for message in messages:
            text = message.get(TEXT)
            language = foreign_language(text) if text else None
            if language is None or _understood(message, text):
                continue
            ranking = list(message.get(INTENT_RANKING_KEY) or ())
            others = [row for row in ranking if row[INTENT_NAME_KEY] != OUT_OF_SCOPE]
            first = {INTENT_NAME_KEY: OUT_OF_SCOPE, "confidence": 1.0}
            rest = [{**row, "confidence": 0.0} for row in others]
            message.set(INTENT, first, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [first, *rest], add_to_output=True)
            message.set("band", "sure", add_to_output=True)
            message.set("problems", [], add_to_output=True)
            entity = {"entity": "language", "value": language, "start": 0, "end": len(text)}
            entities = [*(message.get(ENTITIES) or ()), *self.add_extractor_name([entity])]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages


def _understood(message: Message, text: str) -> bool:
    intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
    known = message.get("band") == "sure" and intent not in (None, OUT_OF_SCOPE)
    return known and len(text.split()) <= _FEW_WORDS
