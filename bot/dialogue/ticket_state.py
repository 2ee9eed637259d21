"""Tells where a hand-over stands, to whoever knows its reference and the address used for it."""

from __future__ import annotations

from bot.desk.ticket_news import news_of, told_moment
from bot.desk.ticket_tables import CANCELLABLE
from bot.desk.tickets import is_contact_of, ticket_by_reference
from bot.dialogue.flow import Directive, End, Go, Open, Pass, Step, Talk, Wait, Walk
from bot.dialogue.login_answers import asks_again, asks_which
from bot.ground.addresses import mask_address
from bot.ground.clock import paris_time_from
from bot.ground.db import unit_of_work
from bot.ground.errors import LimitReached
from bot.ground.limits import TICKET_LOOKUPS, TICKET_LOOKUPS_PER_NETWORK, spend


async def _start(talk: Talk) -> Directive:
    own = talk.memory.get("last_ticket")
    named = talk.heard.entities.get("ticket_reference", "").upper()
    if own and named in {"", own["reference"]}:
        # What was sent in this very conversation is told to whoever sent it.
        talk.frame.data.update(own)
        return Go("tell")
    talk.frame.data["reference"] = talk.heard.entities.get("ticket_reference", "")
    wants = {
        talk.heard.surely,
        *talk.heard.ranking[:1],
        *(part.intent for part in talk.heard.parts),
    }
    talk.frame.data["cancels"] = "cancel" in wants or talk.heard.does("cancel")
    known = "email" in talk.heard.entities and not talk.heard.choices
    return Go("tell" if known else "ask_address")


async def _ask_address(talk: Talk) -> Directive:
    if asks_which(talk):
        return Wait()
    talk.say("ticket.ask_address", reference=talk.frame.data["reference"])
    return Wait()


async def _take_address(talk: Talk) -> Directive:
    heard = talk.heard
    if reference := heard.entities.get("ticket_reference"):
        talk.frame.data["reference"] = reference
    if asks_again(talk):
        return Wait()
    if "email" in heard.entities:
        return Go("tell")
    if heard.yes_no == "no" or heard.intent in {"deny", "dont_know"}:
        return Open("region", then="done")
    return Go("ask_address") if reference else Pass()


async def _tell(talk: Talk) -> Directive:
    """Tell the state, or that nothing is found: the same for a wrong reference or address."""
    reference = talk.frame.data["reference"]
    address = talk.heard.entities.get("email") or talk.frame.data["address"]
    uses = [(TICKET_LOOKUPS, talk.conversation_id)]
    if talk.network:
        uses.append((TICKET_LOOKUPS_PER_NETWORK, talk.network))
    try:
        async with unit_of_work(talk.database) as unit:
            await spend(talk.database, unit, *uses, portal=talk.portal.id)
    except LimitReached as reached:
        talk.say(f"limits.tickets.{reached.scope}", until=paris_time_from(reached.until))
        return Open("region", then="done")
    ticket = await ticket_by_reference(talk.database, reference.upper())
    if ticket is None or ticket.portal != talk.portal.id:
        return Go("not_found")
    if not await is_contact_of(talk.database, ticket, address):
        return Go("not_found")
    async with talk.database.read() as session:
        news = await news_of(session, ticket)
    kept, answer = news.mail.told, news.answer
    talk.say(
        f"ticket.{news.told}",
        reference=reference,
        mailbox=news.mail.recipient,
        since=told_moment(kept.since) if kept else "",
        next_try=told_moment(kept.next_try) if kept and not kept.tried_soon else "",
        sent_at=told_moment(kept.sent_at) if kept else "",
        answer_to=mask_address(answer.recipient) if answer else "",
        answer_sent_at=told_moment(answer.sent_at) if answer else "",
        again=ticket.answered_at is not None,
    )
    region = talk.portal.region(ticket.region)
    if talk.frame.data.get("cancels") and ticket.state in CANCELLABLE and region is not None:
        # Who knows reference and address may be somebody else than who sent it.
        talk.say("ticket.no_cancel")
        talk.say_contact(region)
    if news.told in ("refused", "answer_refused") and region is not None:
        talk.say_contact(region)
    return End("informed")


async def _not_found(talk: Talk) -> Directive:
    reference = talk.frame.data["reference"]
    talk.say("ticket.not_found", talk.contact_button(), reference=reference)
    return Wait()


async def _take_another(talk: Talk) -> Directive:
    """Take a corrected reference or address; anything else leaves the ticket alone."""
    heard = talk.heard
    if {"ticket_reference", "email"} & set(heard.entities) or heard.unread:
        return await _take_address(talk)
    if heard.sure and heard.intent == "thank":
        talk.say("small_talk.thank")
        return End("informed")
    if heard.yes_no == "no" or heard.intent in {"deny", "dont_know"}:
        return Open("region", then="done")
    return Pass()


async def _done(talk: Talk) -> Directive:
    return End("contact_given")


TICKET_STATE = Walk(
    "ticket",
    "start",
    {
        "start": Step(_start),
        "ask_address": Step(_ask_address, _take_address),
        "tell": Step(_tell),
        "not_found": Step(_not_found, _take_another),
        "done": Step(_done),
    },
)
