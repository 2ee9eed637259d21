"""What may be said at any step of any walk: stop, start again, it works, a person, an address."""

from __future__ import annotations

import re
from contextlib import suppress

from bot.dialogue.address_taken import for_the_answer, may_take, take_address
from bot.dialogue.agreement import Act, belongs_to, doubts, recalls
from bot.dialogue.asked import ASKED_SOLVED
from bot.dialogue.consent import Consent, consent_to, demand, refuses
from bot.dialogue.definitions import definition
from bot.dialogue.flow import Directive, Go, Open, Pass, Talk, Wait
from bot.dialogue.heard import Heard
from bot.dialogue.openers import OPENERS, person_in_part
from bot.dialogue.phone_asked import asks_phone
from bot.dialogue.tree import PREFIX
from bot.french.fold import fold
from bot.ground.errors import LimitReached

MOST_PROBLEMS = 2
"""Problems open at once; one more is answered in passing, or nobody would find back."""

DONE = "done"
"""The step of a walk that has nothing left to ask once what it opened has ended."""


async def heard_anywhere(talk: Talk) -> Directive | None:
    """Handle what may be said at any step; None leaves the message to the step."""
    heard = talk.heard
    if mail_recalled(talk):
        return Wait()
    if talk.frame.walk == "handover" and talk.frame.step == "ask_line" and not heard.pressed:
        # A free line takes whatever it holds.
        return None
    if heard.sure and heard.intent in {"cancel", "restart"} and _drops_unsent(talk):
        return Go("ask_again")
    if heard.intent == "cancel" and heard.sure:
        talk.stack.clear()
        talk.memory["outcome"] = "given_up"
        talk.say("conductor.cancelled", talk.contact_button())
        return Wait()
    if heard.intent == "restart" and heard.sure:
        first = talk.stack[0].walk
        talk.stack.clear()
        talk.memory.clear()
        talk.say("conductor.restarted")
        return Open(first, then="")
    if directive := _good_news(talk):
        return directive
    if heard.intent == "goodbye" and heard.sure:
        if _unsent(talk):
            return Go("ask_again")
        in_tree, step = talk.frame.walk.startswith(PREFIX), talk.frame.step
        talk.stack.clear()
        # What a tree has told by then stands; a login that was not tried to the end was left.
        left = "reset_sent" if step == "after_reset" else "given_up"
        talk.memory["outcome"] = "informed" if in_tree else left
        talk.say("small_talk.goodbye")
        return Wait()
    if definition(talk):
        # Answered aside; the question stands.
        return Pass()
    if not heard.pressed and "email" not in heard.entities and _WAIT.search(fold(heard.text)):
        talk.say("conductor.wait", any_number=True)
        return Wait()
    return await _other_walk(talk, heard)


def _good_news(talk: Talk) -> Directive | None:
    """Close what is open when a message says so outright; ask where it nearly does."""
    heard, told = talk.heard, fold(talk.heard.text)
    if talk.asked_solved:
        if consent := consent_to(heard, "solved"):
            return _close(talk, consent)
        if heard.yes_no:
            return Go(talk.frame.step)
    works = heard.intent == "solved" and heard.sure and _WORKS.search(told)
    after_all = None if heard.pressed else _AFTER_ALL.search(told)
    if after_all and not doubts(after_all["rest"]):
        return solved(talk)
    offered = _OFFERS.get((talk.frame.walk, talk.frame.step))
    if works and not (offered and belongs_to(heard.text, offered)):
        return solved(talk) if consent_to(heard, "solved") else None
    return None


_OFFERS: dict[tuple[str, str], Act] = {
    ("login", "offer_reset"): "reset", ("login", "offer_new_link"): "reset",
    ("login", "declined"): "reset", ("handover", "preview"): "ticket",
    ("handover", "ask_again"): "ticket",
}  # fmt: skip
"""Steps at which "ça marche" may well mean that it suits."""


_WAIT = re.compile(
    r"^\W*(?:(?:ok|oui|non|alors|euh?|bon)\W+)*"
    r"(?:attend(?:s|ez)?(?: (?:un peu|deux|2|une|voir)\b.*)?"
    r"|(?:une?|deux|2) (?:petite )?(?:minutes?|secondes?|instants?)(?: s'il .*)?"
    r"|(?:attend(?:s|ez)?\W+)?je (?:cherche|recherche|retrouve) (?:mon|ma|mes|le|la) ?"
    r"(?:mail|adresse|numero|identifiant|login|reference|courriel).{0,12})\W*$"
)
"""Asks for a moment: the question stands, and repeating it would press."""


_WORKS = re.compile(
    r"\b(?:ca|cela|tout|elle|il) (?:re)?(?:marche|fonctionne)(?! (?:pas|plus|toujours))"
    r"|\bc'est (?:bon )?(?:regle|resolu|arrange)|\bprobleme (?:regle|resolu)|\bc'est tout bon"
)
"""Says outright that all is well, whatever else "c'est bon" may answer at a step."""

_AFTER_ALL = re.compile(
    r"^(?!.*(?:\?|\b(?:pas|plus|rien|toujours|jamais|pour moi|envo[iy]\w*|transmet\w*)\b))"
    r".*\b(?:en fait|finalement)\b(?P<rest>"
    r".{0,20}\b(?:c'est (?:bon|ok|regle|resolu)|(?:on a|j'ai|je l'ai|on l'a) (?:re)?trouve)\b"
    r"(?!.*\bmais\b).*)"
)
"""Says that it was found after all, even beside the address that was just asked for."""


def _drops_unsent(talk: Talk) -> bool:
    """Tell whether a request that was shown would be dropped by more than a plain no."""
    waiting = (talk.frame.walk, talk.frame.step) in PREVIEWS
    return waiting and not talk.heard.pressed and not refuses(talk.heard, "ticket")


PREVIEWS = frozenset({("handover", "preview"), ("handover", "ask_again")})
"""Steps at which a request stands that was shown and not sent."""


def _unsent(talk: Talk) -> bool:
    """Tell whether somebody leaves with a request that was shown and not sent, the first time."""
    told = talk.frame.data.get("told_unsent")
    if (talk.frame.walk, talk.frame.step) not in PREVIEWS or told:
        return False
    talk.frame.data["told_unsent"] = True
    return True


def mail_recalled(talk: Talk) -> bool:
    """Say that a reset mail cannot be called back, where the message wants that.

    Returns:
        Whether it does.
    """
    if not talk.memory.get("resets_sent") or talk.heard.pressed or not recalls(talk.heard.text):
        return False
    if talk.stack and talk.frame.walk != "login":
        return False
    talk.say("login.cannot_recall")
    return True


def close_as_solved(talk: Talk, consent: Consent) -> None:
    """Close all that is open, and with a login the problem kept for later that it solved too.

    Args:
        talk: The turn.
        consent: The yes to closing.

    Raises:
        NotAgreed: If it is a yes to something else.
    """
    demand(consent, "solved")
    login = any(frame.walk == "login" for frame in talk.stack)
    if login and OPENERS.get(talk.memory.get("next_problem", "")) == "login":
        del talk.memory["next_problem"]
    talk.stack.clear()
    talk.memory["outcome"] = "solved"


def solved(talk: Talk) -> Directive:
    """End all that is open as solved upon a plain yes to that; ask where it hardly is one."""
    if consent := consent_to(talk.heard, "solved"):
        return _close(talk, consent)
    ask_whether_solved(talk)
    return Wait()


def ask_whether_solved(talk: Talk) -> None:
    """Ask, beside what is open, whether it works now; the next message may answer that."""
    talk.memory[ASKED_SOLVED] = True
    yes, no = talk.button("solved", "/solved"), talk.button("not_solved", "/not_solved")
    talk.say("conductor.is_it_solved", yes, no)


def _close(talk: Talk, consent: Consent) -> Directive:
    close_as_solved(talk, consent)
    talk.say("conductor.solved")
    return Wait()


async def _other_walk(talk: Talk, heard: Heard) -> Directive | None:
    """Turn to a person, a ticket or another address when the message asks for that."""
    current = talk.frame.walk
    if "ticket_reference" in heard.entities and all(f.walk != "ticket" for f in talk.stack):
        return above(talk, "ticket")
    outside = current not in {"handover", "region"}
    wants_answer = heard.purpose == "answer" and "email" in heard.entities and may_take(talk)
    if outside and wants_answer and for_the_answer(talk):
        # "Répondez-moi plutôt sur a@…": where to answer, and no account to look up.
        talk.stack.clear()
        return Open("handover", then="")
    told_to = "email" in heard.entities and person_in_part(heard)
    if outside and ((heard.sure and heard.intent == "human_handoff") or told_to):
        talk.stack.clear()
        return Open("region" if asks_phone(talk) else "handover", then="")
    asks_for_contact = heard.sure and heard.intent == "regional_contact"
    if asks_for_contact and current not in {"region", "handover"} and not _answers_step(talk):
        talk.stack.clear()
        return Open("region", then="")
    if "email" in heard.entities and current == "region" and may_take(talk):
        login = next((n for n, frame in enumerate(talk.stack) if frame.walk == "login"), None)
        take_address(talk)
        if login is None:
            # Within a hand-over it is where to answer; the question for the region stands.
            if all(frame.walk != "handover" for frame in talk.stack):
                return above(talk, "login")
            with suppress(LimitReached):
                # A known account tells the region that is being asked for.
                await talk.find_accounts(talk.memory["address"])
            return Go(talk.frame.step)
        del talk.stack[login + 1 :]
        return Go("check")
    return None


def _answers_step(talk: Talk) -> bool:
    """Tell whether the message takes an answer of the current step of a tree."""
    return talk.frame.walk.startswith(PREFIX) and talk.heard.option is not None


def above(talk: Talk, walk: str) -> Directive:
    """Open a walk above those that have something left to ask; the latest two of these stay."""
    talk.stack[:] = [frame for frame in talk.stack if frame.step != DONE][-MOST_PROBLEMS:]
    return Open(walk, then=talk.frame.step)
