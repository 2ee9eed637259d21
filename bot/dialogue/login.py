"""The login walk: from an e-mail address to a reset mail, or to the contact that can help.

What it says follows the two portals' help texts: the reset mail and the junk folder, the login that
a shared address needs (Resah), the mail that leaves at 04:00 the day after activation and the
unusual login traffic (WOUNDWO), who validates a pending account, and whom to turn to in the end.
"""

from __future__ import annotations

import re

from bot.desk.accounts import Account
from bot.dialogue.address_taken import take_address, wants_other_address
from bot.dialogue.consent import consent_to
from bot.dialogue.flow import Button, Directive, End, Go, Open, Pass, Said, Step, Talk, Wait, Walk
from bot.dialogue.login_answers import (
    WRONG_ADDRESS,
    active_accounts,
    asks_again,
    lost_mailbox,
    note_state,
    other_address,
    solved_here,
)
from bot.dialogue.login_lost import LOST_STEPS
from bot.dialogue.login_reset import RESET_STEPS
from bot.dialogue.login_unknown import UNKNOWN_STEPS
from bot.dialogue.place_said import named_region
from bot.french.fold import fold
from bot.ground.db import now
from bot.ground.errors import LimitReached

_REFUSAL = re.compile(
    r"(?:veux|souhaite|peux|prefere|envie) pas|refuse|pas (?:vous )?(?:la )?donner"
    r"|pourquoi|confidenti|regarde pas"
)


async def _start(talk: Talk) -> Directive:
    take_address(talk)
    if len(talk.stack) == 1:
        if talk.heard.intent in talk.portal.articles and talk.heard.sure:
            talk.memory["topic"] = talk.heard.intent
        elif talk.heard.intent != "inform_email" or "topic" not in talk.memory:
            # An address alone goes on with what was told before it.
            talk.memory["topic"] = "login_problem"
    if wants_other_address(talk, talk.heard.surely) and not talk.memory.get("old_address"):
        talk.memory["topic"] = "profile_update"
        return Go("ask_current")
    waits = talk.heard.intent == "mail_not_received" and talk.memory.get("last_sent") == "reset"
    if waits and "email" not in talk.heard.entities:
        return Go("nothing_came")
    if talk.memory.get("address") and not talk.heard.choices:
        return Go("check")
    keeps = not talk.heard.pressed and _KEEPS_ADDRESS.search(fold(talk.heard.text))
    return Go("alone" if keeps else "ask_address")


_KEEPS_ADDRESS = re.compile(
    r"\bpas\b.{0,25}\b(?:donner|communiquer|laisser)\b.{0,15}\b(?:e-?mail|mail|adresse|courriel)\b"
)
"""Says with the problem that the address will not be told."""


def _refuse_button(talk: Talk) -> Button:
    return talk.button("no_address", "/deny")


async def _ask_address(talk: Talk) -> Directive:
    if asks_again(talk):
        # Told with the problem, but not so that it can be taken.
        return Wait()
    talk.say("login.ask_address", _refuse_button(talk))
    return Wait()


async def _take_address(talk: Talk) -> Directive:
    heard = talk.heard
    if take_address(talk):
        return Go("check")
    if asks_again(talk):
        return Wait()
    if lost := lost_mailbox(talk):
        return lost
    if "email" in heard.entities:
        # "Avant j'étais sur a@…" names one that is no use.
        return Go("ask_address_again")
    refuses = heard.yes_no == "no" or heard.intent == "dont_know"
    unclear = not heard.settled
    if refuses or (unclear and _REFUSAL.search(fold(heard.text))):
        return Go("alone")
    if heard.intent == "inform_email" or (unclear and WRONG_ADDRESS.search(heard.text)):
        return Go("ask_address_again")
    if heard.yes_no == "yes" or heard.intent in {"thank", "not_solved"}:
        return Go(talk.frame.step)
    return Pass()


async def _ask_address_again(talk: Talk) -> Directive:
    talk.say("login.ask_address_again", _refuse_button(talk))
    return Wait()


async def _alone(talk: Talk) -> Directive:
    """Tell how to do it without an address; who asked what the field says gets the whole answer."""
    talk.memory["address_refused"] = True
    buttons = talk.button("solved", "/solved"), talk.contact_button()
    topic = talk.memory.get("topic", "")
    article = talk.portal.articles.get(topic) if topic in _EXPLAINED else None
    if article is None or talk.frame.asked:
        talk.say("login.alone", *buttons)
    else:
        why, steps = talk.portal.say("login.why_address"), talk.portal.answer(article)
        talk.said.append(Said(f"{why}\n\n{steps}", buttons))
    return Wait()


_EXPLAINED = frozenset({"account_check", "email_not_recognised"})


async def _after_alone(talk: Talk) -> Directive:
    if moved := other_address(talk):
        return moved
    if solved := solved_here(talk):
        return solved
    if talk.heard.intent == "not_solved" or talk.heard.yes_no == "no":
        return Go("hand_over")
    if talk.frame.asked and (consent := consent_to(talk.heard, "solved")):
        talk.say("login.solved")
        return End("solved", consent)
    if region := named_region(talk):
        # A bare town here asks for its contact.
        talk.memory["region"] = region.id
        return Go("contact")
    return Pass()


async def _check(talk: Talk) -> Directive:
    """Look the address up, within the limits, and lead to what its account's state asks for."""
    address, portal = talk.memory["address"], talk.portal
    talk.memory.pop("account", None)
    try:
        accounts = await talk.find_accounts(address)
    except LimitReached as reached:
        talk.say_checks_limit(reached)
        return Go("contact")
    by_status: dict[str, list[Account]] = {}
    for account in accounts:
        by_status.setdefault(account.status, []).append(account)
    lost, new = talk.memory.get("old_address"), talk.memory.get("new_address")
    if accounts or not lost:
        # What is known of the account that has the lost address stands.
        note_state(talk, accounts)
    if address == lost:
        return Go("lost_mailbox")
    if active := by_status.get("active"):
        talk.memory.pop("old_address", None)
        if len(active) > 1:
            return Go("ask_login")
        talk.memory["account"] = active[0].login
        if portal.feature("activation_mail_next_day") and active[0].activated_today(now()):
            return Go("activated_today")
        refused = talk.memory.get("topic") == "email_not_recognised"
        # What the portal refuses is the address as it is typed: another password changes nothing.
        return Go("refused_spaces" if refused else "offer_reset")
    if "pending" in by_status:
        return Go("pending")
    if "disabled" in by_status:
        return Go("disabled")
    return Go("change_address" if lost or address == new else "unknown")


async def _ask_login(talk: Talk) -> Directive:
    talk.say("login.ask_login", address=talk.memory["address"])
    return Wait()


async def _take_login(talk: Talk) -> Directive:
    if moved := other_address(talk):
        return moved
    heard = talk.heard
    accounts = await active_accounts(talk)
    words = {word.strip(".,;:!?'\"«»()").casefold() for word in heard.text.split()}
    for account in accounts:
        if account.login and account.login.casefold() in words:
            talk.memory["account"] = account.login
            return Go("offer_reset")
    refuses = heard.yes_no == "no" or heard.intent in {"dont_know", "email_unsure"}
    if refuses or heard.intent == "not_solved" or _FORGOTTEN.search(fold(heard.text)):
        return Go("login_forgotten")
    answers = {"inform_reference", "inform_email", "out_of_scope"}
    if heard.pressed or (heard.sure and heard.intent not in answers):
        return Pass()
    misses = talk.frame.data.get("misses", 0)
    talk.frame.data["misses"] = misses + 1
    if misses:
        return Go("login_forgotten")
    talk.say("login.login_unknown")
    return Wait()


_FORGOTTEN = re.compile(
    r"\b(?:connais|sais|souviens|retrouve|ai|rappelle)\w* (?:pas|plus)\b"
    r"|\boublie\b|\baucune? idee\b"
)


async def _login_forgotten(talk: Talk) -> Directive:
    talk.say("login.login_forgotten")
    return Go("contact")


async def _activated_today(talk: Talk) -> Directive:
    talk.say("login.activated_today", talk.contact_button(), address=talk.memory["address"])
    return End("informed")


async def _pending(talk: Talk) -> Directive:
    talk.say("login.pending", address=talk.memory["address"])
    return Go("contact")


async def _disabled(talk: Talk) -> Directive:
    talk.say("login.disabled", address=talk.memory["address"])
    return Go("contact")


async def _hand_over(talk: Talk) -> Directive:
    if talk.region is None:
        talk.say("login.hand_over")
    return Go("contact")


async def _contact(talk: Talk) -> Directive:
    return Open("region", then="done")


async def _done(talk: Talk) -> Directive:
    return End("contact_given")


LOGIN = Walk(
    "login",
    "start",
    {
        "start": Step(_start),
        "ask_address": Step(_ask_address, _take_address),
        "ask_address_again": Step(_ask_address_again, _take_address),
        "alone": Step(_alone, _after_alone),
        "check": Step(_check),
        **RESET_STEPS,
        "ask_login": Step(_ask_login, _take_login),
        "login_forgotten": Step(_login_forgotten),
        "activated_today": Step(_activated_today),
        "pending": Step(_pending),
        "disabled": Step(_disabled),
        **UNKNOWN_STEPS,
        **LOST_STEPS,
        "hand_over": Step(_hand_over),
        "contact": Step(_contact),
        "done": Step(_done),
    },
)
