"""Which answer of a tree's question a message takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.content.trees import TreeAnswer
from bot.dialogue.flow import Talk
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
        if last := _named_last(heard.text, answers):
            return last
        return next((answer for answer in answers if answer.label == heard.option), None)
    if heard.settled:
        # It does something else with the question, which an answer may stand for.
        told = {heard.intent} & {"dont_know", "not_solved", "solved"}
        return next((answer for answer in answers if told & set(answer.means)), None)
    answers = [answer for answer in answers if heard.may_mean(answer.label)]
    folded = fold(heard.text)
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


def _named_last(text: str, answers: Sequence[TreeAnswer]) -> TreeAnswer | None:
    """Return the one answer that what follows the last "mais" gives in the words of an example.

    "Le bouton marche mais maintenant c'est rouge": what comes last leads on.
    """
    _, objects, rest = fold(text).rpartition(" mais ")
    said = set(_words(rest))
    named = [
        answer
        for answer in answers
        if objects and any(said >= set(_words(fold(each))) for each in answer.examples)
    ]
    return named[0] if len(named) == 1 else None


def _words(folded: str) -> list[str]:
    return re.findall(r"\w+", folded)


_NO_FIRST = re.compile(r"\W*(?:non|nan|nope)\b")


def _told_otherwise(talk: Talk, answers: Sequence[TreeAnswer]) -> TreeAnswer | None:
    """Return the answer for what the message tells beside a yes or no, such as who has left.

    "Oui je le connais, mais il est parti" says yes, and what leads elsewhere.
    """
    told = {value for value in talk.told_facts.values() if value not in {"yes", "no"}}
    return next((answer for answer in answers if told & set(answer.means)), None)
