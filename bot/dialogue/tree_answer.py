"""Which answer of a tree's question a message takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.content.trees import TreeAnswer
from bot.dialogue.flow import Talk
from bot.dialogue.heard import Heard
from bot.french.fold import fold


def chosen_answer(talk: Talk, answers: Iterable[TreeAnswer]) -> TreeAnswer | None:
    """Return the answer of the current step that the message takes, or None."""
    heard = talk.heard
    answers = list(answers)
    if choice := heard.entities.get("choice"):
        step, _, number = choice.rpartition(":")
        here = f"{talk.frame.walk}/{talk.frame.step}"
        if step == here and number.isdecimal() and int(number) < len(answers):
            return answers[int(number)]
        return None
    if otherwise := _told_otherwise(talk, answers):
        return otherwise
    if heard.option:
        if named := _named_beside(heard, answers):
            return named
        return next((answer for answer in answers if answer.label == heard.option), None)
    if heard.settled:
        # It does something else with the question, which an answer may stand for.
        told = {heard.intent} & {"dont_know", "not_solved", "solved"}
        return next((answer for answer in answers if told & set(answer.means)), None)
    answers = [answer for answer in answers if heard.may_mean(answer.label)]
    folded = fold(heard.text)
    if named := chosen_by_words(heard, answers):
        return named
    # A guess at a topic is no answer; what begins like one was taken as one before.
    meant = [{heard.intent if heard.sure else "", heard.yes_no or ""}]
    if heard.intent == "deny" and talk.learned_fact and not _NO_FIRST.match(folded):
        # "Je n'ai jamais commandé" tells something else than no to this question.
        meant = []
    if heard.intent == "solved":
        # "Je l'ai trouvé" answers "L'avez-vous trouvé ?" too.
        meant.append({"yes"})
    for meanings in meant:
        for answer in answers:
            if meanings & set(answer.means):
                return answer
    return None


def _named_beside(heard: Heard, answers: Sequence[TreeAnswer]) -> TreeAnswer | None:
    """Return the answer that words name where the model wavers between it and the one it takes."""
    _, objects, rest = fold(heard.text).rpartition(" mais ")
    if objects and (named := chosen_by_words(replace(heard, text=rest), answers)):
        # "Le bouton marche mais maintenant c'est rouge": what comes last leads on.
        return named
    if heard.option is None or heard.confidence_in(heard.option) >= _CERTAIN:
        return None
    others = [each for each in answers if each.label != heard.option]
    wavers = [each for each in others if heard.confidence_in(each.label) >= _WAVERS]
    return chosen_by_words(heard, wavers)


_CERTAIN, _WAVERS = 0.9, 0.3

_NO_FIRST = re.compile(r"\W*(?:non|nan|nope)\b")


def chosen_by_words(heard: Heard, answers: Iterable[TreeAnswer]) -> TreeAnswer | None:
    """Return the answer of a step that the message names by one of its words, or None."""
    if heard.pressed:
        return None
    folded = fold(heard.text)
    for answer in answers:
        if any(_says(folded, fold(word)) for word in answer.words):
            return answer
    return None


def _says(folded: str, words: str) -> bool:
    """Tell whether a text holds some words, whole and not denied right after."""
    pattern = rf"(?<!\w){re.escape(words)}(?!\w)(?!\s+(?:pas|plus|rien|jamais)\b)"
    return re.search(pattern, folded) is not None


def _told_otherwise(talk: Talk, answers: Sequence[TreeAnswer]) -> TreeAnswer | None:
    """Return the answer for what the message tells beside a yes or no, such as who has left.

    "Oui je le connais, mais il est parti" says yes, and what leads elsewhere.
    """
    told = {value for value in talk.told_facts.values() if value not in {"yes", "no"}}
    return next((answer for answer in answers if told & set(answer.means)), None)
