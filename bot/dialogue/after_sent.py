"""What comes after a request was sent: its reference, whom it went to, taking it back.

It is told in this conversation to whoever sent it, whatever else is open meanwhile.
"""

from __future__ import annotations

from bot.content.live import Region
from bot.desk.thread import entries_of
from bot.desk.ticket_mails import TicketMail, mail_of
from bot.desk.ticket_tables import CANCELLABLE, Ticket, TicketEntry
from bot.desk.tickets import ticket_by_reference
from bot.dialogue.acts import withdraw_request
from bot.dialogue.asked import SENT
from bot.dialogue.consent import consent_to, refuses
from bot.dialogue.flow import Button, Directive, End, Go, Open, Pass, Step, Talk, Wait, Walk
from bot.dialogue.heard import Heard, Part
from bot.ground.clock import PARIS, paris_time, same_day
from bot.ground.db import now
from bot.ground.markdown import plain_text
from bot.reading.replies.moves import Move

_STEPS = {
    "adds": "add",
    "answer": "tell_answer",
    "cancels": "ask_cancel",
    "reference": "tell_reference",
    "same": "tell_same",
    "state": "tell_state",
    "went": "tell_went",
    "what": "tell_what",
}
"""The step that does each of what people want of a request that was sent."""

_LIKELY = 0.6
"""Confidence from which such a question is answered where nothing else is surely meant."""


def comes_after(talk: Talk) -> str | None:
    """Return the step for what a message asks of the request that was sent, or None."""
    heard, own = talk.heard, talk.memory.get("last_ticket")
    if not own or heard.pressed or "email" in heard.entities:
        return None
    named = heard.entities.get("ticket_reference", "").upper()
    if named not in {"", own["reference"]}:
        return None
    option = _taken(heard)
    if option == "adds" and any(frame.walk == "handover" for frame in talk.stack):
        # What is being prepared is added to instead.
        return None
    solved = heard.does("solved") or heard.surely == "solved"
    alone = not talk.stack or [frame.walk for frame in talk.stack] == ["sent"]
    if solved and heard.asked == SENT and alone and option != "cancels":
        return "ask_settled"
    return _STEPS[option] if option else None


def _taken(heard: Heard) -> str | None:
    """Return what a message wants of the request that was sent, by itself or in a clause."""
    surely = {name for part in heard.parts if (name := _taken_in(part, heard))}
    # "On a réglé ça avec un collègue, annulez la demande": what leads up to it is another clause.
    return next((name for name in _ACTS if name in surely), _taken_whole(heard))


_ACTS = ("cancels", "adds")
"""What is wanted of a request, for which another clause may give the reason."""


def _taken_in(part: Part, heard: Heard) -> str | None:
    """Return what a clause surely wants of the request, unless it rather answers what is open."""
    moves = part.moves if heard.asked == SENT else part.after_sent
    first = next(iter(moves), None)
    if first is None or not (first.option and first.sure):
        return None
    answered = max((move.confidence for move in part.moves if move.option), default=0.0)
    return first.name if heard.asked == SENT or first.confidence > answered else None


def _taken_whole(heard: Heard) -> str | None:
    answered = max((move.confidence for move in heard.moves if move.option), default=0.0)
    if heard.asked != SENT and heard.after_sent and heard.after_sent[0].confidence <= answered:
        # It answers what is open.
        return None
    for move in heard.moves if heard.asked == SENT else heard.after_sent:
        if move.option and move.name in _STEPS:
            return move.name if _is_meant(heard, move) else None
        if move.option:
            return None
    return None


def _is_meant(heard: Heard, move: Move) -> bool:
    again = move.name == "reference" and heard.does("repeat")
    if move.sure or again:
        return True
    alone = heard.asked == SENT and move.confidence >= _LIKELY
    return alone and (not heard.surely or heard.surely in _NEAR)


_NEAR = frozenset({"response_time", "cancel", "inform_reference", "out_of_scope", "bot_challenge"})
"""What such questions resemble by themselves."""


async def _start(talk: Talk) -> Directive:
    return Go(comes_after(talk) or "tell_state")


async def _ticket(talk: Talk) -> tuple[Ticket | None, TicketMail | None]:
    reference = str(talk.memory["last_ticket"]["reference"])
    ticket = await ticket_by_reference(talk.database, reference)
    if ticket is None:
        return None, None
    async with talk.database.read() as session:
        return ticket, await mail_of(session, ticket.id)


async def _entries(talk: Talk, ticket: Ticket) -> list[TicketEntry]:
    async with talk.database.read() as session:
        return await entries_of(session, ticket.id, ("handover",))


def _region(talk: Talk, ticket: Ticket) -> Region | None:
    return talk.portal.region(ticket.region)


async def _tell_reference(talk: Talk) -> Directive:
    talk.say("sent.reference", reference=talk.memory["last_ticket"]["reference"], any_number=True)
    return End("")


async def _tell_went(talk: Talk) -> Directive:
    """Tell to whom it went, and when; a mail that has not left is told as such."""
    ticket, mail = await _ticket(talk)
    if ticket is None or mail is None or mail.fate in {"waiting", "refused"}:
        return Go("tell_state")
    talk.say(
        "sent.went",
        reference=ticket.reference,
        region=_region(talk, ticket),
        mailbox=mail.recipient,
        sent_at=_when(mail),
        any_number=True,
    )
    return End("")


def _when(mail: TicketMail) -> str:
    if mail.sent_at is None:
        return ""
    day = "" if same_day(mail.sent_at, now()) else f"le {mail.sent_at.astimezone(PARIS):%d/%m} "
    return f"{day}à {paris_time(mail.sent_at)}"


async def _tell_same(talk: Talk) -> Directive:
    ticket, _ = await _ticket(talk)
    if ticket is None:
        return Go("tell_reference")
    entries = await _entries(talk, ticket)
    waiting = any(frame.walk == "handover" for frame in talk.stack)
    talk.say(
        "sent.same",
        reference=ticket.reference,
        count=len(entries),
        waiting=waiting,
        any_number=True,
    )
    return End("")


async def _tell_answer(talk: Talk) -> Directive:
    ticket, _ = await _ticket(talk)
    contact = ticket.contact if ticket else talk.memory["last_ticket"]["address"]
    region = _region(talk, ticket) if ticket else talk.region
    talk.say("sent.answer", contact=contact, region=region, any_number=True)
    return End("")


async def _tell_what(talk: Talk) -> Directive:
    """Show what was sent, word for word."""
    ticket, _ = await _ticket(talk)
    if ticket is None:
        return Go("tell_reference")
    entries = await _entries(talk, ticket)
    text = "\n\n".join(plain_text(entry.text) for entry in entries)
    talk.say("sent.what", text=text, any_number=True)
    return End("")


async def _add(talk: Talk) -> Directive:
    """Prepare what is to be added, which is shown and agreed to like a request."""
    return Open("handover", then="done", data={"adds": True})


async def _tell_state(talk: Talk) -> Directive:
    return Open("ticket", then="done")


async def _ask_settled(talk: Talk) -> Directive:
    """Be glad, and ask whether the request is still wanted."""
    ticket, _ = await _ticket(talk)
    if ticket is None or ticket.state not in CANCELLABLE:
        talk.say("small_talk.solved")
        return End("")
    talk.say("sent.ask_settled", *_choices(talk), reference=ticket.reference)
    return Wait()


async def _ask_cancel(talk: Talk) -> Directive:
    """Ask whether to take the request back; what was answered or closed cannot be."""
    ticket, mail = await _ticket(talk)
    if ticket is None or mail is None:
        return Go("tell_state")
    if ticket.state not in CANCELLABLE:
        talk.say(f"sent.no_cancel.{ticket.state}", reference=ticket.reference)
        return End("")
    mailbox = mail.recipient or getattr(_region(talk, ticket), "mailbox", "")
    talk.say("sent.ask_cancel", *_choices(talk), reference=ticket.reference, mailbox=mailbox)
    return Wait()


def _choices(talk: Talk) -> tuple[Button, ...]:
    return talk.button("cancel_request", "/affirm"), talk.button("keep_request", "/deny")


async def _take_cancel(talk: Talk) -> Directive:
    heard = talk.heard
    if consent := consent_to(heard, "withdrawal"):
        return Go("cancel", consent)
    if refuses(heard, "withdrawal") or heard.yes_no == "no":
        reference = talk.memory["last_ticket"]["reference"]
        talk.say("sent.kept", reference=reference)
        return End("")
    return Go("ask_cancel") if heard.yes_no == "yes" else Pass()


async def _cancel(talk: Talk) -> Directive:
    """Close the request and tell the mailbox, upon the yes that led here."""
    ticket, _ = await _ticket(talk)
    if ticket is None or talk.consent is None:
        return Go("ask_cancel")
    mailbox = await withdraw_request(talk, talk.consent, ticket.reference)
    if mailbox is None:
        # Answered or closed while it was being asked.
        return Go("ask_cancel")
    talk.say("sent.cancelled", reference=ticket.reference, mailbox=mailbox)
    return End("given_up")


async def _done(talk: Talk) -> Directive:
    return End("")


AFTER_SENT = Walk(
    "sent",
    "start",
    {
        "start": Step(_start),
        "add": Step(_add),
        "tell_answer": Step(_tell_answer),
        "tell_reference": Step(_tell_reference),
        "tell_same": Step(_tell_same),
        "tell_state": Step(_tell_state),
        "tell_went": Step(_tell_went),
        "tell_what": Step(_tell_what),
        "ask_cancel": Step(_ask_cancel, _take_cancel),
        "ask_settled": Step(_ask_settled, _take_cancel),
        "cancel": Step(_cancel),
        "done": Step(_done),
    },
)
