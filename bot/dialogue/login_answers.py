"""What the login walk's steps hear alike: another address, that it works, that it does not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bot.desk.accounts import Account
from bot.dialogue.address_taken import take_address
from bot.dialogue.agreement import Act, belongs_to
from bot.dialogue.consent import Consent, consent_to
from bot.dialogue.flow import Button, Directive, End, Go, Pass, Talk, Wait
from bot.french.fold import fold

WRONG_ADDRESS = re.compile(
    r"tromp[eé]|mauvaise? (?:adresse|mail|e-?mail)|autre (?:adresse|mail|e-?mail)|pas la bonne",
    re.IGNORECASE,
)


PASSWORD_REFUSED = re.compile(
    r"\b(?:mot de passe|mdp|password)\b.{0,40}"
    r"\b(?:refus\w+|incorrect|faux|invalide|(?:marche|passe|accepte|veut|reconnait) (?:pas|plus))"
    r"|\b(?:refus\w+|incorrect|invalide|n'accepte pas|(?:il|ca|elle|portail|site) (?:ne )?veut"
    r" (?:pas|plus))\b.{0,20}\b(?:mot de passe|mdp|password)\b"
)
"""What is refused is the password, not the address."""


_MOST_SHOWN = 80
_ONLY_DONE = re.compile(
    r"^(?!.*\b(?:marche|fonctionne|passe|accepte\w*|bon|regle\w*|trouve\w*|recu|toujours|pas|rien)\b)"
    r".*\bj'ai (?:bien |tout |deja )*(?:re)?"
    r"(?:tape|saisi|essaye|fait|regarde|verifie|efface|clique)\b"
)


def only_done(text: str) -> bool:
    """Tell whether a message says that something was tried, and not yet whether it works."""
    return _ONLY_DONE.search(fold(text)) is not None


def asks_again(talk: Talk) -> bool:
    """Ask which of several addresses counts, or say that one cannot be read whole.

    Returns:
        Whether the message holds such; then the step waits for the address.
    """
    if asks_which(talk):
        return True
    part = talk.heard.unread
    if part is None:
        return False
    talk.say("login.malformed", address=part[:_MOST_SHOWN])
    return True


def asks_which(talk: Talk) -> bool:
    """Ask which of the addresses in a message counts, where it does not tell.

    Returns:
        Whether that was asked; then the step waits for the address.
    """
    choices = talk.heard.choices
    if choices:
        buttons = (
            Button(one, "/inform_email" + json.dumps({"email": one}, ensure_ascii=False))
            for one in choices
        )
        talk.say("login.which_address", *buttons)
    return bool(choices)


def other_address(talk: Talk) -> Directive | None:
    """Lead to the check of another address, or ask for it, when the message corrects it."""
    if take_address(talk):
        return Go("check")
    if lost := lost_mailbox(talk):
        return lost
    if asks_which(talk):
        return Wait()
    if WRONG_ADDRESS.search(talk.heard.text):
        return Go("ask_address_again")
    return None


def lost_mailbox(talk: Talk) -> Directive | None:
    """Lead to another address where a message says that nobody reads the account's mailbox."""
    heard = talk.heard
    lost = heard.option in {"no_longer_has", "dead_mailbox"} or _tells_lost(talk)
    wants_other = heard.surely == "profile_update" and bool(talk.memory.get("address"))
    return Go("lost_mailbox") if lost or wants_other else None


def _tells_lost(talk: Talk) -> bool:
    return talk.heard.told.get("mailbox_dead") == "yes" and bool(talk.memory.get("old_address"))


def solved_here(talk: Talk, offered: Act | None = None) -> Directive | None:
    """End the walk when the user says that it works now; ask again where they hardly do.

    Args:
        talk: The turn.
        offered: What was offered, which a "c'est bon" may take up instead.
    """
    heard = talk.heard
    if heard.intent != "solved" or not heard.sure:
        return None
    unclear = offered is not None and not heard.pressed and belongs_to(heard.text, offered)
    consent = None if unclear else consent_to(heard, "solved")
    return Go(talk.frame.step) if consent is None else _solved(talk, consent)


def _solved(talk: Talk, consent: Consent) -> Directive:
    talk.say("login.solved")
    return End("solved", consent)


async def solved_or(talk: Talk, step: str) -> Directive:
    """End when it works now; go on with a step when it still does not."""
    if moved := other_address(talk):
        return moved
    heard = talk.heard
    if only_done(heard.text):
        # "Oui, j'ai retapé" does not tell yet whether it works.
        return Go(talk.frame.step)
    if consent := consent_to(heard, "solved"):
        return _solved(talk, consent)
    if solved := solved_here(talk):
        return solved
    refused = PASSWORD_REFUSED.search(fold(heard.text)) and talk.memory.get("account")
    if refused or (heard.sure and heard.intent == "password_reset"):
        # The address passes, the password does not: a reset is what helps.
        return Go("offer_reset")
    if heard.yes_no == "yes":
        # A yes that says more than yes: the question comes once more.
        return Go(talk.frame.step)
    again = {"not_solved", "mail_not_received", "email_not_recognised", "login_problem"}
    if heard.intent in again or heard.yes_no == "no":
        return Go(step)
    return Pass()


def note_state(talk: Talk, accounts: Sequence[Account]) -> None:
    """Note the state of the account that was looked up, for whoever takes the problem over."""
    states = [state for state in _STATES if any(each.status == state for each in accounts)]
    talk.memory["account_state"] = states[0] if states else "unknown"


_STATES = ("active", "pending", "disabled")


async def active_accounts(talk: Talk) -> list[Account]:
    """Return the active accounts of the address, looked up anew: states change."""
    accounts = await talk.accounts.find(talk.portal.id, talk.memory["address"])
    return [account for account in accounts if account.status == "active"]
