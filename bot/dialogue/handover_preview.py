"""The hand-over once a request is shown: it is agreed to, added to, corrected or declined."""

from __future__ import annotations

import json
import re
import zlib

from bot.dialogue.acts import request_text
from bot.dialogue.address_owner import answers_to, take_address
from bot.dialogue.consent import consent_to, doubts, refuses, sends
from bot.dialogue.facts import add_detail
from bot.dialogue.flow import Button, Directive, Go, Open, Pass, Step, Talk, Wait
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.login_answers import asks_again, asks_which
from bot.dialogue.openers import opener
from bot.french.fold import fold
from bot.ground.addresses import normalise_address

MOST_TYPED = 500
_MOST_SAME = 2
"""Times that the same request is shown once more."""
_MOST_ANNOUNCING = 4


def _choices(talk: Talk) -> tuple[Button, ...]:
    return (
        talk.button("send", "/affirm"),
        talk.button("add_line", '/inform_reference{"choice": "add"}'),
        talk.button("dont_send", "/deny"),
    )


async def _preview(talk: Talk) -> Directive:
    if answers_to(talk) is None:
        return Go("ask_contact")
    text = request_text(talk)
    shown, data = zlib.crc32(text.encode()), talk.frame.data
    if not talk.resuming:
        data["same"] = data.get("same", 0) + 1 if data.get("shown") == shown else 0
    data["shown"] = shown
    if data.get("same", 0) > _MOST_SAME:
        # Neither agreed to nor changed: whoever does not decide is given the contact itself.
        return Go("declined")
    talk.say("handover.preview", *_choices(talk), text=text, region=talk.region)
    return Wait()


async def _ask_again(talk: Talk) -> Directive:
    """Ask in few words, after something that was neither a yes nor a remark."""
    talk.say("handover.ask_again", *_choices(talk), region=talk.region)
    return Wait()


async def _which_reply(talk: Talk) -> Directive:
    """Ask whom to answer where another address was mentioned without a word of whose it is."""
    both = (talk.memory["address"], talk.frame.data["other"])
    buttons = (
        Button(address, "/inform_email" + json.dumps({"email": address})) for address in both
    )
    talk.say("handover.which_reply", *buttons, address=both[0], other=both[1])
    return Wait()


async def _take_which(talk: Talk) -> Directive:
    if take_address(talk):
        return Go("preview")
    return Pass() if talk.heard.yes_no is None else Go("which_reply")


def _mentions_address(talk: Talk) -> Directive | None:
    """Take an address for the answer where it is theirs; another stays in the text."""
    heard = talk.heard
    if "email" not in heard.entities:
        return None
    taken = take_address(talk)
    says_more = heard.whose != "alone" or not taken
    if says_more and not (taken and heard.whose == "own") and not heard.pressed:
        add_detail(talk, heard.text[:MOST_TYPED])
        talk.say("handover.noted")
    if asks_which(talk):
        return Wait()
    if heard.whose == "unclear" and not taken:
        talk.frame.data["other"] = normalise_address(heard.entities["email"])
        return Go("which_reply")
    return Go("preview")


async def _take_agreement(talk: Talk) -> Directive:
    heard = talk.heard
    if consent := consent_to(heard, "ticket"):
        return Go("send", consent)
    if heard.entities.get("choice") != "add" and (mentioned := _mentions_address(talk)):
        return mentioned
    if heard.option == "changes" or heard.does("correct"):
        _correct_topic(talk)
        return _changed(talk)
    wants_to_add = not heard.pressed and _WANTS_TO_ADD.search(fold(heard.text))
    if wants_to_add and len(heard.text.split()) > _MOST_ANNOUNCING:
        # "J'ajoute que c'est urgent" is the line itself.
        add_detail(talk, _said_to_add(heard.text)[:MOST_TYPED])
        talk.say("handover.noted")
        return Go("preview")
    if heard.entities.get("choice") == "add" or wants_to_add:
        return Go("ask_line")
    if asks_again(talk):
        return Wait()
    if "contract_number" in heard.entities:
        # Another number corrects the one that is shown; it was noted already.
        return Go("preview")
    folded = "" if heard.pressed else fold(heard.text)
    if _OTHER_ADDRESS.search(folded) or answers_to(talk) is None:
        return Go("ask_contact")
    if heard.option == "dont_send" and (other := _wants_instead(talk)):
        talk.stack.clear()
        return Open(other, then="")
    if refuses(heard, "ticket") or heard.option == "dont_send":
        return Go("declined")
    if _asks(folded):
        # What will be sent answers it, as far as the assistant can.
        return Pass() if heard.sure and heard.intent in talk.portal.articles else Go("preview")
    if not heard.pressed and _objects_to_sending(folded):
        return Go("ask_again")
    declines = heard.surely == "deny"
    if declines or heard.yes_no == "yes" or heard.intent in {"human_handoff", "thank", "solved"}:
        # Neither a yes nor a plain no: a request is neither sent nor dropped upon it.
        return Go("ask_again")
    remark = heard.intent in _REMARKS or heard.yes_no == "no" or not heard.sure
    if not heard.pressed and remark:
        # What is neither agreement nor a question is meant for whoever answers.
        add_detail(talk, heard.text[:MOST_TYPED])
        talk.say("handover.noted")
        return Go("preview")
    return Pass()


def _wants_instead(talk: Talk) -> str | None:
    """Return the walk of what is wanted in place of a request, as in "non, un mot de passe svp"."""
    if talk.heard.surely in {"", "deny", "affirm", "cancel", "human_handoff", "regional_contact"}:
        return None
    walk = opener(talk, talk.heard.surely)
    return walk if walk not in {None, "handover", "region", "ticket"} else None


def _said_to_add(text: str) -> str:
    """Return what is to be added, without the order to do so before a colon."""
    order, colon, rest = text.partition(":")
    announces = len(order.split()) <= _MOST_ANNOUNCING and _WANTS_TO_ADD.search(fold(order))
    return rest.strip() if colon and announces and rest.strip() else text


def _correct_topic(talk: Talk) -> None:
    """Take another topic that a correction names for the subject."""
    named = talk.heard.surely or next(iter(talk.heard.ranking), "")
    if named in talk.portal.articles and named not in WAYS_TO_A_PERSON:
        talk.memory["topic"] = named


def _changed(talk: Talk) -> Directive:
    """Take what is to be added or put right; ask for it where the message only announces it."""
    heard = talk.heard
    if _OTHER_ADDRESS.search(fold(heard.text)):
        return Go("ask_contact")
    if len(heard.text.split()) <= _MOST_ANNOUNCING and not talk.learned:
        return Go("ask_line")
    add_detail(talk, _said_to_add(heard.text)[:MOST_TYPED])
    talk.say("handover.noted")
    return Go("preview")


_WANTS_TO_ADD = re.compile(
    r"ajout|precise[rz]|une precision|completer|modifier|\bdites[- ](?:leur|lui)|\bnotez\b"
)
_OTHER_ADDRESS = re.compile(
    r"\b(?:change[rz]?|corrige[rz]?|modifie[rz]?|pas) (?:l'|mon |la bonne |cette |d')?"
    r"(?:adresse|mail|e-?mail)\b"
)


def _objects_to_sending(folded: str) -> bool:
    """Tell whether a message speaks against sending, or of sending something else."""
    words = set(re.findall(r"\w+", folded))
    return sends(folded) or (doubts(folded) and bool(words & _OF_SENDING))


_OF_SENDING = frozenset(
    "oui accord dit telephoner appeler prefere attendez attends avant envoyer plutot".split()
)


def _asks(folded: str) -> bool:
    words = re.findall(r"\w+", folded)
    return "?" in folded or "quoi" in words or bool(_ASKING & set(words[:_FIRST]))


_ASKING = frozenset("ou qui quand comment combien quel quelle pourquoi".split())
_FIRST = 3
_REMARKS = {"out_of_scope", "inform_reference", "inform_region", "not_solved", "complaint"}


async def _ask_line(talk: Talk) -> Directive:
    talk.say("handover.ask_line")
    return Wait()


async def _take_line(talk: Talk) -> Directive:
    heard = talk.heard
    if mentioned := _mentions_address(talk):
        return mentioned
    if heard.yes_no == "yes" and not heard.pressed:
        return Go("ask_line")
    thanks = heard.sure and heard.intent in {"thank", "goodbye"}
    if heard.yes_no is None and not heard.pressed and not thanks:
        add_detail(talk, heard.text[:MOST_TYPED])
    return Go("preview")


PREVIEW_STEPS: dict[str, Step] = {
    "preview": Step(_preview, _take_agreement),
    "ask_again": Step(_ask_again, _take_agreement),
    "which_reply": Step(_which_reply, _take_which),
    "ask_line": Step(_ask_line, _take_line),
}
"""The steps at a request that was shown; they lead to `send`, `declined` and `ask_contact`."""
