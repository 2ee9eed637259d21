"""The doors behind which a walk acts: a reset mail and a request leave here and nowhere else.

Each takes the yes to its own act (`consent_to` alone makes one), so that no way through the walks
can lead past the question.
"""

from __future__ import annotations

from bot.content.live import Region
from bot.desk.accounts import Account
from bot.desk.region_mails import places_of
from bot.desk.ticket_tables import CANCELLABLE
from bot.desk.tickets import HandOver, hand_over, ticket_by_reference, unused_reference, withdraw
from bot.dialogue.address_taken import answers_to
from bot.dialogue.consent import Consent, demand
from bot.dialogue.flow import Talk
from bot.dialogue.request import request_text, subject, tried
from bot.ground.db import unit_of_work
from bot.ground.limits import (
    HANDOVERS_PER_CONVERSATION,
    HANDOVERS_PER_MAILBOX,
    HANDOVERS_PER_NETWORK,
    spend,
)
from bot.ground.markdown import plain_text, quote
from bot.ground.settings import current_settings
from bot.record.transcript import Line, read_lines

_MOST_LINES = 60
_TOLD = (
    "contract", "customer_number", "document", "detail", "in_passing", "phone", "account_state",
    "old_address", "new_address", "facts",
)  # fmt: skip
"""What a ticket keeps of the memory."""


async def send_reset(talk: Talk, consent: Consent, account: Account) -> int:
    """Have a reset mail sent.

    Args:
        talk: The turn.
        consent: The yes to it.
        account: Whose.

    Returns:
        How many have been sent for the account in this conversation.

    Raises:
        LimitReached: If the account has had its share of reset mails this hour.
        NotAgreed: If the yes is one to something else.
    """
    demand(consent, "reset")
    await talk.accounts.request_reset(account, request_key=f"{talk.request_key}:reset")
    talk.note_tried("reset")
    before = talk.memory.get("resets_sent", {})
    sent: int = before.get(str(account.id), 0) + 1
    talk.memory["last_sent"], talk.memory["last_reset"] = "reset", account.id
    talk.memory["resets_sent"] = before | {str(account.id): sent}
    return sent


async def send_request(talk: Talk, consent: Consent, region: Region, own: str | None) -> str:
    """Write a request and its mail, together with the turn.

    Args:
        talk: The turn; an address to answer to is known.
        consent: The yes to sending what was shown.
        region: Whom it goes to.
        own: The reference of what was sent in this conversation before, which it adds to, or None.

    Returns:
        Its reference.

    Raises:
        LimitReached: If too many were sent lately; then nothing is.
        NotAgreed: If the yes is one to something else.
    """
    demand(consent, "ticket")
    reference = own or await unused_reference(talk.database)
    lines = await read_lines(talk.database, talk.conversation_id)
    case = HandOver(
        topic=subject(talk),
        contact=answers_to(talk) or talk.memory["address"],
        text=request_text(talk, quote),
        transcript="\n".join(map(_quoted_line, lines[-_MOST_LINES:])),
        details={key: talk.memory[key] for key in _TOLD if talk.memory.get(key)}
        | ({"tried": tried(talk)} if tried(talk) else {}),
    )
    uses = [
        (HANDOVERS_PER_CONVERSATION, talk.conversation_id),
        (HANDOVERS_PER_MAILBOX, f"{talk.portal.id}/{region.id}"),
    ]
    if talk.network:
        uses.append((HANDOVERS_PER_NETWORK, talk.network))
    async with unit_of_work(talk.database) as unit:
        await spend(talk.database, unit, *uses, portal=talk.portal.id)
        await hand_over(
            unit,
            portal=talk.portal,
            region=region,
            conversation_id=talk.conversation_id,
            reference=reference,
            places=_places(talk, reference, region),
            request_key=f"{talk.request_key}:handover",
            case=case,
        )
    talk.memory["last_sent"] = "ticket"
    talk.memory["last_ticket"] = {"reference": reference, "address": case.contact}
    return reference


async def withdraw_request(talk: Talk, consent: Consent, reference: str) -> str | None:
    """Take a request of this conversation back, with the turn.

    Args:
        talk: The turn.
        consent: The yes to taking it back.
        reference: The request's.

    Returns:
        The mailbox that is told so, or None where the request is answered or closed.

    Raises:
        NotAgreed: If the yes is one to something else.
    """
    demand(consent, "withdrawal")
    ticket = await ticket_by_reference(talk.database, reference)
    region = talk.portal.region(ticket.region) if ticket else None
    if ticket is None or region is None or ticket.state not in CANCELLABLE:
        return None
    async with unit_of_work(talk.database) as unit:
        await withdraw(
            unit,
            portal=talk.portal,
            region=region,
            reference=reference,
            places=_places(talk, reference, region),
            request_key=f"{talk.request_key}:withdrawal",
        )
    return region.mailbox


def _places(talk: Talk, reference: str, region: Region) -> dict[str, str]:
    """Return where whoever answers marks the ticket, with an account or without."""
    return places_of(talk.portal.id, reference, region.mailbox, current_settings())


def _quoted_line(line: Line) -> str:
    """Return a line of the conversation for the mail: nothing that was said is markup in it.

    The assistant's lines repeat what the person typed, so theirs are quoted alike.
    """
    if line.who == "user":
        return f"- **Utilisateur** : {_indented(quote(line.text))}"
    return f"- **Assistant** : {_indented(quote(plain_text(line.text)))}"


def _indented(text: str) -> str:
    """Return a text whose further lines belong to an item of a list."""
    return text.replace("\n", "\n  ")
