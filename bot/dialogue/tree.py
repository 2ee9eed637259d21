"""Turns a tree of an article into a walk, so that the one conductor walks any tree."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.content.live import Portal
from bot.content.trees import Tree, TreeAnswer, TreeStep
from bot.dialogue.address_taken import take_address
from bot.dialogue.ahead import answered_ahead, answered_anew
from bot.dialogue.consent import Consent, consent_to
from bot.dialogue.facts import note_detail
from bot.dialogue.flow import Button, Directive, End, Go, Open, Pass, Step, Talk, Wait, Walk
from bot.dialogue.login_answers import asks_again, note_state
from bot.dialogue.tree_answer import chosen_answer
from bot.ground.db import now
from bot.ground.errors import LimitReached

PREFIX = "tree:"

_PAYLOADS = {
    "yes": "/affirm",
    "no": "/deny",
    "dont_know": "/dont_know",
    "not_solved": "/not_solved",
    "solved": "/solved",
}
_MOST_TYPED = 300


def tree_name(intent: str) -> str:
    """Return the name of the walk of an intent's tree."""
    return f"{PREFIX}{intent}"


def tree_walk(portal: Portal, name: str) -> Walk:
    """Build the walk of a tree.

    Args:
        portal: Whose article holds the tree.
        name: As `tree_name` gives it.

    Raises:
        KeyError: If the portal has no such tree any more.
    """
    intent = name.removeprefix(PREFIX)
    tree = portal.articles[intent].tree
    if tree is None:
        raise KeyError(name)
    steps = {step.name: _step(tree, step, intent) for step in tree.steps.values()}
    return Walk(name, tree.first, {**steps, "done": Step(_done)})


async def _done(talk: Talk) -> Directive:
    return End(talk.memory.get("outcome", "informed"))


def _step(tree: Tree, step: TreeStep, intent: str) -> Step:
    async def enter(talk: Talk) -> Directive:
        talk.memory["topic"] = intent
        if step.branches is not None:
            return await _check_address(talk, step.branches)
        if step.input and talk.memory.get(step.input) and not _of_another(talk):
            return Go(step.go)
        if step.input == "address" and talk.memory.get("address_refused"):
            return Go(step.without)
        if not talk.resuming and (known := _known_answer(talk, tree, step, intent)):
            return _taken(talk, step, known, asked=False)
        if step.say:
            talk.say_text(step.say, *_buttons(talk, step))
        if step.answers or step.input:
            return Wait()
        _passed(talk, step)
        return _end(talk, step) if step.end else Go(step.go)

    async def answer(talk: Talk) -> Directive:
        if step.input:
            return _take_input(talk, step)
        chosen = chosen_answer(talk, step.answers)
        if chosen is None and (before := answered_anew(talk, intent, tree.steps.values())):
            # What was misunderstood further up: its answer of now leads on.
            return Go(before.name)
        if chosen is None:
            return Pass()
        consent = consent_to(
            talk.heard,
            "solved",
            named=(chosen.label, *chosen.examples),
            button=True,
            option=chosen.label,
        )
        if _closes(tree, chosen) and consent is None and not _beside_another(talk):
            return _not_closed(talk, step, chosen)
        return _taken(talk, step, chosen, consent)

    return Step(enter, answer)


def _of_another(talk: Talk) -> bool:
    """Tell whether a message turns to somebody else's account, without that one's address."""
    return talk.told_facts.get("for_other") == "yes" and "email" not in talk.heard.entities


def _known_answer(talk: Talk, tree: Tree, step: TreeStep, intent: str) -> TreeAnswer | None:
    """Return the answer that a step need not ask for: a fact told before, or said ahead."""
    if (told := answered_ahead(talk, intent, step)) and not _closes(tree, told):
        return told
    known = talk.facts.get(step.fact) if step.fact else None
    return next((answer for answer in step.answers if known in answer.means), None)


def _taken(
    talk: Talk,
    step: TreeStep,
    answer: TreeAnswer,
    consent: Consent | None = None,
    *,
    asked: bool = True,
) -> Directive:
    """Lead on from the answer to a step, which is kept as a fact and as the way taken."""
    if step.fact and answer.means:
        talk.facts[step.fact] = _told(answer)
    _passed(talk, step, answer, asked=asked)
    talk.frame.data.setdefault("path", []).append(step.name)
    talk.frame.data.setdefault("taken", {})[step.name] = answer.label
    return Go(answer.go, consent)


def _not_closed(talk: Talk, step: TreeStep, chosen: TreeAnswer) -> Directive:
    """Lead on from an answer that would close the problem, where nobody said so outright."""
    if talk.heard.does("how", "ask"):
        # "Trouvé, je fais quoi ensuite ?": told on, and not closed.
        return Go(chosen.go)
    # A yes that says more than yes closes nothing, nor do thanks alone.
    thanks = talk.frame.asked and talk.heard.sure and talk.heard.intent == "thank"
    return _thanked(talk) if thanks else Go(step.name)


def _beside_another(talk: Talk) -> bool:
    """Tell whether something else is open below: then what ends here closes nothing."""
    return any(frame.step != "done" for frame in talk.stack[:-1])


def _thanked(talk: Talk) -> Directive:
    talk.say("small_talk.thank")
    return End("informed")


def _closes(tree: Tree, answer: TreeAnswer) -> bool:
    target = tree.steps.get(answer.go)
    return target is not None and target.end == "solved"


def closing_answers(talk: Talk) -> tuple[str, ...]:
    """Return the labels of the answers to the current step of a tree that close the problem."""
    article = talk.portal.articles.get(talk.frame.walk.removeprefix(PREFIX))
    tree = article.tree if article else None
    step = tree.steps.get(talk.frame.step) if tree else None
    if tree is None or step is None or not talk.frame.walk.startswith(PREFIX):
        return ()
    return tuple(answer.label for answer in step.answers if _closes(tree, answer))


def _told(answer: TreeAnswer) -> str:
    """Return what an answer tells as a fact: yes or no where it means that, as facts.yml does."""
    return next((value for value in ("yes", "no") if value in answer.means), answer.means[0])


def _buttons(talk: Talk, step: TreeStep) -> list[Button]:
    if step.input:
        known = step.input == "address"
        return [
            talk.button("no_address", "/deny") if known else talk.button("no_input", "/dont_know")
        ]
    return [Button(answer.label, _payload(talk, step, answer)) for answer in step.answers]


def _payload(talk: Talk, step: TreeStep, answer: TreeAnswer) -> str:
    """Return an own payload for each answer: two answers may mean the same outside the tree."""
    number = step.answers.index(answer)
    same = [other for other in step.answers if set(other.means[:1]) & set(answer.means[:1])]
    if answer.means and answer.means[0] in _PAYLOADS and len(same) == 1:
        return _PAYLOADS[answer.means[0]]
    # Named with its tree: a button from further up may be pressed in another one.
    choice = json.dumps({"choice": f"{talk.frame.walk}/{step.name}:{number}"})
    return f"/inform_reference{choice}"


def _take_input(talk: Talk, step: TreeStep) -> Directive:
    """Take what the user typed, or lead on without it when they cannot or will not."""
    heard = talk.heard
    if step.input == "address" and take_address(talk):
        _passed(talk, step)
        return Go(step.go)
    if step.input == "address" and asks_again(talk):
        return Wait()
    refuses = heard.intent in {"deny", "dont_know"} or heard.yes_no == "no"
    if refuses and not heard.entities:
        if step.input == "address":
            talk.memory["address_refused"] = True
        _passed(talk, step)
        return Go(step.without)
    if heard.intent == "solved" and heard.sure:
        return Pass()
    if heard.yes_no == "yes" or heard.intent in {"not_solved", "solved"}:
        # Neither is what was asked for: the question comes again.
        return Go(step.name)
    if step.input == "address":
        return Pass()
    if step.input == "contract" and "contract_number" in heard.entities:
        talk.memory["contract"] = heard.entities["contract_number"]
    elif heard.pressed or (heard.sure and heard.intent in _QUESTIONS_OF_THEIR_OWN):
        return Pass()
    else:
        note_detail(talk, step.input, heard.text[:_MOST_TYPED])
    _passed(talk, step)
    return Go(step.go)


_QUESTIONS_OF_THEIR_OWN = {
    "bot_challenge", "data_privacy", "capabilities", "complaint", "greet", "thank", "goodbye",
    "regional_contact", "human_handoff", "response_time", "login_problem", "password_reset",
    "mail_not_received", "mailinblack", "training", "old_platform",
}  # fmt: skip


async def _check_address(talk: Talk, branches: Mapping[str, str]) -> Directive:
    """Lead where the state of the address leads; one without a branch of its own is unknown."""
    fallback = branches["unknown"]
    address = talk.memory.get("address")
    if not address:
        return Go(branches.get("none", fallback))
    try:
        accounts = await talk.find_accounts(address)
    except LimitReached as reached:
        talk.say_checks_limit(reached)
        return Open("region", then="done")
    note_state(talk, accounts)
    states = {account.status for account in accounts}
    today = any(account.activated_today(now()) for account in accounts)
    if today and "today" in branches and "active" in states:
        return Go(branches["today"])
    for status, branch in (("active", "known"), ("pending", "pending"), ("disabled", "disabled")):
        if status in states:
            return Go(branches.get(branch, branches.get("known", fallback)))
    return Go(fallback)


def _passed(
    talk: Talk, step: TreeStep, chosen: TreeAnswer | None = None, *, asked: bool = True
) -> None:
    """Note for a later hand-over what was done; who does not know has done nothing.

    What a step advises was not done where its question was never put.
    """
    if step.tried and asked and talk.heard.intent != "dont_know":
        talk.note_done(step.tried)
    if chosen is not None and chosen.tried:
        talk.note_done(chosen.tried, step.fact, _told(chosen) if chosen.means else "")


def _end(talk: Talk, step: TreeStep) -> Directive:
    if step.end == "hand_over":
        return Open("handover", then="done")
    if step.end == "contact":
        return Open("region", then="done")
    if step.end == "login":
        return Open("login", then="done")
    return End(step.end, talk.consent)
