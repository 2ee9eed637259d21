"""The login walk where no mail came: what is said of it is what the outbox tells."""

from __future__ import annotations

from bot.desk.accounts import Account
from bot.desk.mail_fates import MailFate, refused_lately, reset_fate
from bot.dialogue.agreement import wants_again
from bot.dialogue.consent import consent_to
from bot.dialogue.flow import Directive, Go, Pass, Step, Talk, Wait
from bot.dialogue.login_answers import asks_again, other_address, solved_or
from bot.ground.addresses import mask_address, wire_address
from bot.ground.clock import paris_time


async def told_unmailable(talk: Talk, account: Account) -> bool:
    """Say that no mail can reach an account's address, where that is known beforehand.

    Returns:
        Whether it is: then nothing is to be sent, and `mail_refused` waits for another address.
    """
    address = account.email
    if wire_address(address) is None:
        reason = "unwritable"
    else:
        async with talk.database.read() as session:
            refusal = await refused_lately(session, talk.portal.id, address)
        if refusal is None:
            return False
        reason = refusal.reason
    talk.frame.data["reason"] = reason
    return True


def wants_mail_again(talk: Talk) -> bool:
    """Tell whether a reset mail is asked for once more while something else is open.

    The account must be known as active; the login offers the mail, and waits for a yes.
    """
    memory, heard = talk.memory, talk.heard
    if heard.pressed or memory.get("account_state") != "active" or not memory.get("address"):
        return False
    awaited = talk.facts.get("awaited_mail") in {None, "password_reset"}
    return awaited and talk.frame.walk in _ABOUT_MAILS and wants_again(heard.text)


_ABOUT_MAILS = frozenset({"tree:mail_not_received", "tree:mail_in_spam", "tree:mailinblack"})


async def _mail_refused(talk: Talk) -> Directive:
    """Tell why no mail arrives there, in plain French, and what to do."""
    talk.say(
        "login.mail_refused",
        talk.contact_button(),
        address=mask_address(talk.memory["address"]),
        reason=talk.frame.data.get("reason", "other"),
    )
    return Wait()


async def _after_refused(talk: Talk) -> Directive:
    if moved := other_address(talk):
        return moved
    if asks_again(talk):
        return Wait()
    heard = talk.heard
    again = {"not_solved", "mail_not_received", "dont_know"}
    if heard.yes_no == "no" or heard.intent in again:
        return Go("hand_over")
    return Go("ask_address_again") if consent_to(heard, "reset") else Pass()


async def _fate(talk: Talk) -> MailFate | None:
    """Return what became of the last reset mail that was asked for here."""
    number = talk.memory.get("last_reset")
    if number is None:
        return None
    async with talk.database.read() as session:
        return await reset_fate(session, number)


async def nothing_came(talk: Talk) -> Directive:
    """Tell what became of the last reset mail: it waits, was refused, or left at some time."""
    fate = await _fate(talk)
    if fate is not None and fate.fate == "refused":
        talk.frame.data["reason"] = fate.reason
        return Go("mail_late" if fate.reason == "late" else "mail_refused")
    if fate is not None and fate.stuck:
        talk.say(
            "login.mail_waiting",
            talk.button("solved", "/solved"),
            talk.button("still_nothing", "/not_solved"),
            address=mask_address(fate.recipient),
            since=paris_time(fate.since),
            next_try="" if fate.tried_soon else paris_time(fate.next_try),
        )
        return Wait()
    if talk.facts.get("junk_checked") == "yes" and not talk.resuming:
        talk.note_tried("junk")
        return Go("hand_over")
    left = fate.sent_at if fate is not None else None
    talk.say(
        "login.nothing_came",
        talk.button("solved", "/solved"),
        talk.button("still_nothing", "/not_solved"),
        talk.button("another_mail", "/reset_link_problem"),
        sent_at=paris_time(left) if left else "",
        address=mask_address(fate.recipient if fate else talk.memory["address"]),
    )
    return Wait()


async def after_nothing_came(talk: Talk) -> Directive:
    """Hear whether it was found; a mail that had not left is looked for once more."""
    fate = await _fate(talk)
    if fate is not None and (fate.fate == "refused" or fate.stuck):
        # It may have left meanwhile, or come back.
        if fate.fate == "refused" or not talk.frame.asked:
            return await solved_or(talk, "nothing_came")
        return await solved_or(talk, "hand_over")
    talk.note_tried("junk")
    return await solved_or(talk, "hand_over")


async def _mail_late(talk: Talk) -> Directive:
    """Tell that the link's time ran out before the mail could leave, and ask for a further one."""
    talk.say("login.mail_late", address=mask_address(talk.memory["address"]))
    return Go("offer_new_link")


MAIL_STEPS: dict[str, Step] = {
    "mail_refused": Step(_mail_refused, _after_refused),
    "mail_late": Step(_mail_late),
}
"""The steps where a mail cannot arrive; they lead back to `check`, `contact` and `hand_over`."""
