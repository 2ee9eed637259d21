"""The hand-over once a request is shown: it is agreed to, added to, corrected or declined."""

from __future__ import annotations

import json
import re
import zlib

from bot.content.live import current_content
from bot.dialogue.address_taken import answers_to, take_address
from bot.dialogue.agreement import doubts, sends, tokens
from bot.dialogue.consent import consent_to, refuses
from bot.dialogue.facts import add_detail
from bot.dialogue.flow import Button, Directive, End, Go, Open, Pass, Step, Talk, Wait
from bot.dialogue.global_commands import PREVIEWS
from bot.dialogue.handover_fields import (
    FIELD_STEPS,
    correct_subject,
    corrects_region,
    corrects_subject,
    line_clauses,
)
from bot.dialogue.handover_removal import REMOVAL_STEPS, removes, takes_out
from bot.dialogue.heard import Part
from bot.dialogue.login_answers import asks_again, asks_which
from bot.dialogue.openers import opener
from bot.dialogue.phone_asked import asks_phone
from bot.dialogue.precision import MOST_TYPED, note_precision, precision_in
from bot.dialogue.request import request_text
from bot.french.announcements import told_in
from bot.french.fold import fold
from bot.ground.addresses import normalise_address

_MOST_SAME = 2
"""Times that the same request is shown once more."""


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
    both = (str(answers_to(talk)), talk.frame.data["other"])
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
        return Wait() if asks_again(talk) else None
    taken = take_address(talk)
    noted = note_beside_address(talk) if taken else not heard.pressed and note_precision(talk)
    if noted:
        talk.say("handover.noted")
    if asks_which(talk):
        return Wait()
    if heard.whose == "unclear" and not taken:
        talk.frame.data["other"] = normalise_address(heard.entities["email"])
        return Go("which_reply")
    return Go("preview")


def note_beside_address(talk: Talk) -> bool:
    """Add what a message tells beside the address that was taken for the answer.

    Returns:
        Whether it tells anything.
    """
    heard = talk.heard
    clauses = heard.pieces
    naming = [part for part in clauses if "@" in part.text]
    if heard.pressed or not naming:
        # Said in words ("marc arobase…"): where it begins and ends is not known.
        return False
    return note_precision(talk, without=[*naming, *line_clauses(talk)])


async def _take_agreement(talk: Talk) -> Directive:
    heard = talk.heard
    if consent := consent_to(heard, "ticket"):
        return Go("send", consent)
    if heard.entities.get("choice") == "add":
        return Go("ask_line")
    if asks_phone(talk) and not (removes(heard) or announces(talk)):
        return call_instead(talk)
    if mentioned := _mentions_address(talk):
        return mentioned
    folded = "" if heard.pressed else fold(heard.text)
    if answers_to(talk) is None:
        return Go("ask_contact")
    if corrects_subject(talk):
        return correct_subject(talk)
    if _OTHER_ADDRESS.search(folded):
        return Go("ask_contact")
    if changed := takes_out(talk) or _changed(talk):
        return changed
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
    if not heard.pressed and remark and note_precision(talk):
        # What is neither agreement nor a question is meant for whoever answers.
        talk.say("handover.noted")
        return Go("preview")
    return Pass()


def call_instead(talk: Talk) -> Directive:
    """Tell how the region is called, to whoever would rather call than write."""
    if talk.region is None:
        return Open("region", then="have_region")
    if (talk.frame.walk, talk.frame.step) in PREVIEWS or talk.frame.step == "called":
        return Go("called")
    talk.say_contact(talk.region, talk.button("hand_over", "/human_handoff"))
    return End("contact_given")


async def _called(talk: Talk) -> Directive:
    """Tell how the region is called; what was shown can still be sent, or left."""
    if talk.region:
        talk.say_contact(talk.region, *_choices(talk))
    return Wait()


async def _take_called(talk: Talk) -> Directive:
    heard = talk.heard
    named = heard.pressed or sends(heard.text)
    if not named and (heard.yes_no or heard.intent in {"thank", "goodbye"}):
        # "Merci, j'appelle": that is for the number, and sends nothing.
        talk.say("small_talk.goodbye" if heard.intent == "goodbye" else "small_talk.thank")
        return End("contact_given")
    return await _take_agreement(talk)


def _changed(talk: Talk) -> Directive | None:
    """Take what is to be added or put right; ask for it where the message only announces it."""
    heard = talk.heard
    if heard.pressed:
        return None
    moved = corrects_region(talk)
    put_right = moved or bool(talk.told_lines)
    adds = heard.option == "changes" or heard.does("correct") or announces(talk)
    if not (put_right or adds):
        return None
    if note_precision(talk, without=line_clauses(talk, moved=moved)):
        talk.say("handover.noted")
    elif put_right:
        talk.say("handover.corrected")
    elif adds and not _asks(fold(heard.text)):
        return Go("ask_line")
    else:
        return None
    return Go("preview")


def announces(talk: Talk) -> bool:
    """Tell whether a message announces that something is to be told."""
    phrases = current_content().wording.requests
    clauses = talk.heard.pieces
    found = [(part, told_in(part.text, phrases)) for part in clauses]
    # "Je n'ai pas dit oui" is made up of such words too, and announces nothing.
    return any(told.announced and (told.text or not _denies(part)) for part, told in found)


def _denies(part: Part) -> bool:
    return "pas" in tokens(part.text)


def _wants_instead(talk: Talk) -> str | None:
    """Return the walk of what is wanted in place of a request, as in "non, un mot de passe svp"."""
    if talk.heard.surely in {"", "deny", "affirm", "cancel", "human_handoff", "regional_contact"}:
        return None
    walk = opener(talk, talk.heard.surely)
    return walk if walk not in {None, "handover", "region", "ticket"} else None


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
        several_lines = len(heard.text.splitlines()) > 1
        told = "" if several_lines else precision_in(talk)
        add_detail(talk, told or heard.text[:MOST_TYPED])
    return Go("preview")


PREVIEW_STEPS: dict[str, Step] = {
    "preview": Step(_preview, _take_agreement),
    "ask_again": Step(_ask_again, _take_agreement),
    "called": Step(_called, _take_called),
    "which_reply": Step(_which_reply, _take_which),
    "ask_line": Step(_ask_line, _take_line),
    **FIELD_STEPS,
    **REMOVAL_STEPS,
}
"""The steps at a request that was shown; they lead to `send`, `declined` and `ask_contact`."""
