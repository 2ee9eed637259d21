"""The hand-over: a ticket to the region with everything already written down.

The user sees exactly what will be sent, may add a line, and must agree.
"""

from __future__ import annotations

import re
from contextlib import suppress

from bot.desk.tickets import reference_of
from bot.dialogue.acts import send_request
from bot.dialogue.address_owner import answers_to, take_address
from bot.dialogue.facts import add_detail
from bot.dialogue.flow import Directive, End, Go, Open, Pass, Step, Talk, Wait, Walk
from bot.dialogue.handover_preview import MOST_TYPED, PREVIEW_STEPS
from bot.dialogue.interpretation import WAYS_TO_A_PERSON
from bot.dialogue.login_answers import asks_again
from bot.french.fold import fold
from bot.ground.addresses import wire_address
from bot.ground.clock import paris_time_from
from bot.ground.errors import LimitReached


async def _start(talk: Talk) -> Directive:
    if talk.heard.option == "adds":
        # Told after a request was sent: it goes to whoever has that.
        add_detail(talk, talk.heard.text[:MOST_TYPED])
    address = talk.memory.get("address")
    if talk.region is None and address:
        with suppress(LimitReached):
            # A known account tells whose contact answers.
            await talk.find_accounts(address)
    if talk.region is None:
        return Open("region", then="have_region", data={"silent": True})
    return Go("have_region")


async def _have_region(talk: Talk) -> Directive:
    """Go on once the region is known; without one there is nobody to hand over to."""
    if talk.region is None:
        return End("refused")
    return Go("preview" if answers_to(talk) else "ask_contact")


async def _ask_contact(talk: Talk) -> Directive:
    """Ask where to reply; tell what is wrong with an address to which no mail can be sent."""
    address = talk.memory.get("address", "")
    wants_person = talk.heard.intent in WAYS_TO_A_PERSON
    if talk.region and wants_person and talk.memory.get("contact_told") != talk.region.id:
        talk.say_contact(talk.region)
    unusable = address and wire_address(address) is None
    key = "handover.unusable_contact" if unusable else "handover.ask_contact"
    talk.say(key, talk.button("no_address", "/deny"), address=address)
    return Wait()


async def _take_contact(talk: Talk) -> Directive:
    heard = talk.heard
    if take_address(talk):
        return Go("preview")
    if asks_again(talk):
        return Wait()
    if "email" in heard.entities:
        return Go("ask_contact")
    if heard.option == "phone":
        talk.say("handover.only_mail")
        return Wait()
    none = heard.intent in {"deny", "dont_know"} or _NO_ADDRESS.search(fold(heard.text))
    if heard.yes_no == "no" or none:
        return Go("without_contact")
    return Pass()


_NO_ADDRESS = re.compile(
    r"\b(?:pas|aucune?) (?:de |d'|mon |ma |mes |l')?(?:e-?mails?|mails?|adresses?|courriels?)\b"
    r"|\b(?:ai|veux|donne|donnerai) pas\b"
)


async def _without_contact(talk: Talk) -> Directive:
    """Nobody could answer: give the region's own contact instead."""
    talk.say("handover.without_contact")
    if talk.region:
        talk.say_contact(talk.region)
    return End("handed_over")


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
        return End("handed_over")
    talk.say("handover.added" if own else "handover.sent", reference=reference, region=talk.region)
    for name in ("contract", "document", "detail", "tried"):
        # They belong to what was handed over, not to the next question.
        talk.memory.pop(name, None)
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
