"""The login walk once an account was recognised: the reset mail, and what to do when it fails."""

from __future__ import annotations

import re

from bot.desk.resets import LIFETIME
from bot.dialogue.acts import send_reset
from bot.dialogue.agreement import bare_answer, doubts, sends
from bot.dialogue.consent import consent_to, refuses
from bot.dialogue.flow import Directive, End, Go, Pass, Step, Talk, Wait
from bot.dialogue.login_answers import (
    PASSWORD_REFUSED,
    active_accounts,
    other_address,
    solved_here,
    solved_or,
)
from bot.dialogue.login_mail import MAIL_STEPS, after_nothing_came, nothing_came, told_unmailable
from bot.french.fold import fold
from bot.ground.clock import paris_time, paris_time_from
from bot.ground.db import now
from bot.ground.errors import LimitReached


async def _offer_reset(talk: Talk) -> Directive:
    talk.say(
        "login.offer_reset",
        talk.button("yes_reset", "/affirm"),
        talk.button("no_thanks", "/deny"),
        talk.button("portal_refuses", "/email_not_recognised"),
        address=talk.memory["address"],
        owner=await _owner(talk),
    )
    return Wait()


async def _owner(talk: Talk) -> str:
    """Return whose account a reset would change, by initials: a stranger learns little of them."""
    accounts = await active_accounts(talk)
    login = talk.memory.get("account", "")
    chosen = [account for account in accounts if account.login.casefold() == login.casefold()]
    if not chosen:
        return ""
    name, structure = _initials(chosen[0].name), _initials(chosen[0].structure)
    login = login if len(accounts) > 1 else ""
    if not (login or name or structure):
        return ""
    return talk.portal.say("login.owner", login=login, name=name, structure=structure)


def _initials(text: str) -> str:
    words = [word for word in re.findall(r"[^\W_]+", text) if len(word) > 3 or not word.islower()]
    return " ".join(f"{word[0].upper()}…" for word in words[:_MOST_INITIALS])


_MOST_INITIALS = 4


async def _take_offer(talk: Talk) -> Directive:
    if moved := other_address(talk):
        return moved
    heard = talk.heard
    if consent := consent_to(heard, "reset"):
        return Go("send_reset", consent)
    if heard.option in _OBJECTIONS:
        return _objected(talk, heard.option)
    if PASSWORD_REFUSED.search(fold(heard.text)):
        # A reset replaces a password that is refused: the offer stands.
        return Go(talk.frame.step)
    if heard.yes_no is None and _DECLINES.search(fold(heard.text)):
        # "Non, je ne veux pas changer mon mot de passe" names what it declines.
        return Go("declined")
    if heard.intent == "email_not_recognised" or _REFUSES.search(fold(heard.text)):
        return Go("refused_spaces")
    if solved := solved_here(talk, "reset"):
        return solved
    if heard.yes_no == "no":
        return Go("declined")
    if heard.intent == "password_reset" and "?" not in heard.text and doubts(heard.text):
        # "Mais je connais mon mot de passe": nothing is sent, and the offer can still be taken.
        return Go("declined")
    # A yes with more beside it: the question comes once more.
    return Go(talk.frame.step) if heard.yes_no == "yes" else Pass()


_OBJECTIONS = frozenset({"not_mine", "already_tried"})


def _objected(talk: Talk, option: str) -> Directive:
    """Ask for the right address; after a reset in vain, offer a further one or a person."""
    if option == "not_mine":
        return Go("ask_address_again")
    talk.note_tried("reset_before")
    return Go("hand_over" if talk.frame.step == "offer_new_link" else "offer_new_link")


_DECLINES = re.compile(
    r"^\W*(?:ah |bah |ben |mais )*(?:non+|nan|nope)\b"
    r"(?!.*\b(?:refuse|reconnai\w*|rejette|oui|si,? envoye\w*|envoyez)\b)"
    r"|\b(?:veux|souhaite|prefere) (?:surtout )?pas\b"
)
_REFUSES = re.compile(
    r"\b(?:portail|site|page|champ|formulaire|il|elle)\b.{0,20}\b(?:refuse|rejette|n'en veut pas"
    r"|(?:reconnait|connait|accepte|prend|trouve) (?:pas|toujours pas))"
)
"""What refuses the address is the portal, said as an objection to a reset."""


_LINK_DEAD = re.compile(
    r"\blien\b.{0,40}"
    r"\b(?:expire|perime|(?:deja|plus) (?:servi|utilise|valable|valide)|invalide|mort)"
)
_SEND_AGAIN = re.compile(
    r"\b(?:renvo[iy]\w*|(?:envo[iy]\w*|refai\w*) .{0,20}\b(?:nouveau|encore))\b"
)


def _new_link(talk: Talk) -> Directive | None:
    """Offer another mail when the link is of no use any more, or when one is asked for."""
    heard, folded = talk.heard, fold(talk.heard.text)
    if (heard.sure and heard.intent == "reset_link_problem") or _LINK_DEAD.search(folded):
        return Go("offer_new_link")
    if not heard.pressed and heard.yes_no != "no" and _SEND_AGAIN.search(folded):
        # Each mail has a yes of its own, to the address and the account that the question names.
        return Go("offer_new_link")
    return None


async def _offer_new_link(talk: Talk) -> Directive:
    talk.say(
        "login.offer_new_link",
        talk.button("yes_reset", "/affirm"),
        talk.button("no_thanks", "/deny"),
        talk.contact_button(),
        address=talk.memory["address"],
        owner=await _owner(talk),
    )
    return Wait()


async def _declined(talk: Talk) -> Directive:
    if talk.frame.asked > _OFTEN and not talk.resuming:
        # It is neither taken nor refused: a person takes over.
        return Go("hand_over")
    talk.say(
        "login.declined",
        talk.button("yes_reset", "/affirm"),
        talk.button("portal_refuses", "/email_not_recognised"),
        talk.contact_button(),
    )
    return Wait()


_OFTEN = 2


async def _after_declined(talk: Talk) -> Directive:
    named = talk.heard.pressed or sends(talk.heard.text)
    if not named and consent_to(talk.heard, "reset"):
        # "Je n'envoie rien" was the last word: what would be sent, and where, is asked once more.
        return Go("offer_reset")
    if refuses(talk.heard, "reset") or talk.heard.intent in {"thank", "goodbye"}:
        talk.say("login.stopped")
        return End("refused")
    return await _take_offer(talk)


async def _send_reset(talk: Talk) -> Directive:
    """Trigger the reset of the account that was found, looked up anew: states change."""
    accounts = await active_accounts(talk)
    login = talk.memory.get("account", "")
    account = next((a for a in accounts if a.login.casefold() == login.casefold()), None)
    if account is None:
        return Go("check")
    if talk.consent is None:
        return Go("offer_reset")
    if await told_unmailable(talk, account):
        return Go("mail_refused")
    try:
        sent = await send_reset(talk, talk.consent, account)
    except LimitReached as reached:
        talk.say("limits.resets", until=paris_time_from(reached.until))
        return Go("contact")
    talk.say(
        "login.reset_sent" if sent == 1 else "login.reset_sent_again",
        talk.button("solved", "/solved"),
        talk.button("nothing_came", "/mail_not_received"),
        talk.button("portal_refuses", "/email_not_recognised"),
        address=talk.memory["address"],
        number=sent,
        until=paris_time(now() + LIFETIME),
    )
    return Go("after_reset")


async def _wait_for_mail(talk: Talk) -> Directive:
    # The mail has just been announced; only what comes in between asks for it.
    if talk.resuming or talk.frame.asked:
        talk.say(
            "login.after_reset",
            talk.button("solved", "/solved"),
            talk.button("nothing_came", "/mail_not_received"),
        )
    return Wait()


async def _after_reset(talk: Talk) -> Directive:
    if moved := other_address(talk):
        return moved
    if renewed := _new_link(talk):
        return renewed
    heard = talk.heard
    if heard.option == "connected":
        # A bare yes may as well mean that the mail was found.
        told = heard.surely == "solved" or bare_answer(heard.text) is None
        consent = consent_to(heard, "solved", option="connected") if told else None
        talk.say("login.solved" if consent else "login.good_luck")
        return End("solved", consent) if consent else End("reset_sent")
    if heard.option == "password_refused":
        return Go("password_refused")
    if solved := solved_here(talk):
        return solved
    thanks = heard.sure and heard.intent == "thank" and not doubts(heard.text)
    if thanks or heard.yes_no == "yes":
        talk.say("login.good_luck")
        return End("reset_sent")
    if heard.intent == "email_not_recognised":
        return Go("refused_spaces")
    if heard.intent in {"not_solved", "mail_not_received", "deny"} or heard.yes_no == "no":
        return Go("nothing_came")
    return Pass()


async def _password_refused(talk: Talk) -> Directive:
    talk.say(
        "login.password_refused",
        talk.button("solved", "/solved"),
        talk.button("another_mail", "/reset_link_problem"),
        talk.contact_button(),
    )
    return Wait()


async def _after_password_refused(talk: Talk) -> Directive:
    talk.note_tried("new_password")
    return _new_link(talk) or await solved_or(talk, "hand_over")


async def _after_nothing_came(talk: Talk) -> Directive:
    return _new_link(talk) or await after_nothing_came(talk)


async def _refused_spaces(talk: Talk) -> Directive:
    talk.say(
        "login.refused_spaces",
        talk.button("solved", "/solved"),
        talk.button("still_refused", "/not_solved"),
        address=talk.memory["address"],
    )
    return Wait()


async def _after_spaces(talk: Talk) -> Directive:
    talk.note_tried("spaces")
    busy = talk.portal.feature("login_traffic")
    return await solved_or(talk, "refused_traffic" if busy else "hand_over")


async def _refused_traffic(talk: Talk) -> Directive:
    talk.say(
        "login.refused_traffic",
        talk.button("solved", "/solved"),
        talk.button("still_refused", "/not_solved"),
    )
    return Wait()


async def _after_traffic(talk: Talk) -> Directive:
    talk.note_tried("traffic")
    return await solved_or(talk, "hand_over")


RESET_STEPS: dict[str, Step] = {
    "offer_reset": Step(_offer_reset, _take_offer),
    "declined": Step(_declined, _after_declined),
    "send_reset": Step(_send_reset),
    "after_reset": Step(_wait_for_mail, _after_reset),
    "offer_new_link": Step(_offer_new_link, _take_offer),
    "password_refused": Step(_password_refused, _after_password_refused),
    "nothing_came": Step(nothing_came, _after_nothing_came),
    **MAIL_STEPS,
    "refused_spaces": Step(_refused_spaces, _after_spaces),
    "refused_traffic": Step(_refused_traffic, _after_traffic),
}
"""The steps once an account was found; they lead back to `check`, `contact` and `hand_over`."""
