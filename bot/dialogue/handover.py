"""The hand-over: a ticket to the region with everything already written down.

The user sees exactly what will be sent, may add a line, and must agree.
"""

from __future__ import annotations

import re
from contextlib import suppress

from bot.desk.tickets import reference_of
from bot.dialogue.acts import send_request
from bot.dialogue.address_taken import answers_to, says_dead, take_address
from bot.dialogue.asked import SENT
from bot.dialogue.flow import Directive, End, Go, Open, Pass, Step, Talk, Wait, Walk
from bot.dialogue.handover_fields import corrects_region, line_clauses
from bot.dialogue.handover_preview import (
    PREVIEW_STEPS,
    announces,
    call_instead,
    note_beside_address,
)
from bot.dialogue.heard import Part
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.login_answers import asks_again
from bot.dialogue.openers import person_in_part, takes_offer_up, wants_person
from bot.dialogue.phone_asked import asks_phone
from bot.dialogue.precision import note_precision
from bot.dialogue.request import forget_request
from bot.french.fold import fold
from bot.ground.addresses import wire_address
from bot.ground.clock import paris_time_from
from bot.ground.errors import LimitReached


async def _start(talk: Talk) -> Directive:
    heard = talk.heard
    if takes_offer_up(heard) or (not heard.option and person_in_part(heard)):
        # "Je ne le connais pas. Transmettez, avec le numéro 40112": the rest is told besides.
        take_address(talk)
        other = [part for part in heard.parts if _is_for_us(part)]
        note_precision(talk, without=[*other, *line_clauses(talk)])
    if talk.frame.data.pop("adds", False) and not note_precision(talk):
        # After a request was sent, and only announced: it is asked for.
        talk.frame.data["asks_line"] = True
    if heard.asked == SENT and heard.does("correct"):
        talk.frame.data["asks_contact"] = says_dead(heard.text)
    address = talk.memory.get("address")
    if talk.region is None and address:
        with suppress(LimitReached):
            # A known account tells whose contact answers.
            await talk.find_accounts(address)
    if talk.region is None:
        return Open("region", then="have_region", data={"silent": True})
    return Go("have_region")


def _is_for_us(part: Part) -> bool:
    """Tell whether a clause wants a person, names an address, or hardly says anything."""
    few = len(part.text.split()) < _FEWEST_WORDS
    return few or wants_person(part) or "@" in part.text


_FEWEST_WORDS = 4


async def _have_region(talk: Talk) -> Directive:
    """Go on once the region is known; without one there is nobody to hand over to."""
    if talk.region is None:
        return End("refused")
    if answers_to(talk) is None or talk.frame.data.pop("asks_contact", False):
        return Go("ask_contact")
    return Go("ask_line" if talk.frame.data.pop("asks_line", False) else "preview")


async def _ask_contact(talk: Talk) -> Directive:
    """Ask where to reply; tell what is wrong with an address to which no mail can be sent."""
    if asks_again(talk):
        # Told with the wish, but not so that it can be taken.
        return Wait()
    address = talk.memory.get("reply_to") or talk.memory.get("address", "")
    wants_person = talk.heard.intent in WAYS_TO_A_PERSON
    if talk.region and wants_person and talk.memory.get("contact_told") != talk.region.id:
        talk.say_contact(talk.region)
    unusable = address and wire_address(address) is None
    key = "handover.unusable_contact" if unusable else "handover.ask_contact"
    talk.say(key, talk.button("no_address", "/deny"), address=address)
    return Wait()


async def _take_contact(talk: Talk) -> Directive:
    heard = talk.heard
    if answers_to(talk) and heard.yes_no == "yes":
        return Go("preview")
    if take_address(talk):
        if note_beside_address(talk):
            talk.say("handover.noted")
        return Go("preview")
    if asks_again(talk):
        return Wait()
    if "email" in heard.entities:
        return Go("ask_contact")
    if heard.option == "no_request":
        return Go("declined")
    if corrects_region(talk) and talk.region:
        talk.say_contact(talk.region)
        return Go("ask_contact")
    if heard.option == "phone" or asks_phone(talk):
        return _by_phone(talk)
    if _note_line(talk):
        return Go("ask_contact")
    none = heard.intent in {"deny", "dont_know"} or _NO_ADDRESS.search(fold(heard.text))
    if heard.yes_no == "no" or none:
        return Go("without_contact")
    return Pass()


def _by_phone(talk: Talk) -> Directive:
    """Note a number to call back; give one to call, or say that there is none."""
    if "phone" in talk.told_lines:
        talk.say("handover.phone_noted", phone=talk.memory["phone"])
        return Wait()
    told = talk.frame.data.get("told_no_phone")
    talk.frame.data["told_no_phone"] = True
    if talk.region and (talk.region.phone or told):
        return call_instead(talk)
    talk.say("handover.only_mail", region=talk.region)
    return Wait()


def _note_line(talk: Talk) -> bool:
    """Take what is told with the question for an address still open, such as that it is urgent.

    Returns:
        Whether the message tells something for the request and answers nothing.
    """
    tells = talk.heard.option is None and not talk.heard.pressed and announces(talk)
    if tells and note_precision(talk):
        talk.say("handover.noted")
        return True
    return False


_NO_ADDRESS = re.compile(
    r"\b(?:pas|aucune?) (?:de |d'|mon |ma |mes |l')?(?:e-?mails?|mails?|adresses?|courriels?)\b"
    r"|\b(?:ai|veux|donne|donnerai) pas\b"
)


async def _without_contact(talk: Talk) -> Directive:
    """Nobody could answer: give the region's own contact instead."""
    talk.say("handover.without_contact")
    if talk.region:
        talk.say_contact(talk.region)
    return End("contact_given")


async def _send(talk: Talk) -> Directive:
    """Write ticket and mail with the turn, upon the yes that led here."""
    if talk.region is None:
        return Go("start")
    if answers_to(talk) is None:
        return Go("ask_contact")
    if talk.consent is None:
        return Go("ask_again")
    own = await reference_of(talk.database, talk.conversation_id)
    try:
        reference = await send_request(talk, talk.consent, talk.region, own)
    except LimitReached as reached:
        # Nothing was sent: give the region's own contact instead.
        talk.say(f"limits.handovers.{reached.scope}", until=paris_time_from(reached.until))
        talk.say_contact(talk.region)
        return End("contact_given")
    talk.say("handover.added" if own else "handover.sent", reference=reference, region=talk.region)
    forget_request(talk)
    return End("handed_over")


async def _declined(talk: Talk) -> Directive:
    talk.say("handover.declined")
    if talk.region:
        talk.say_contact(talk.region, talk.button("hand_over", "/human_handoff"))
    return End("refused")


HANDOVER = Walk(
    "handover",
    "start",
    {
        "start": Step(_start),
        "have_region": Step(_have_region),
        "ask_contact": Step(_ask_contact, _take_contact),
        "without_contact": Step(_without_contact),
        **PREVIEW_STEPS,
        "send": Step(_send),
        "declined": Step(_declined),
    },
)
