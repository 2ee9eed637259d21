"""The login walk where an address is not known: it is read back, and a close one suggested."""

from __future__ import annotations

import json
import re

from bot.content.live import PUBLIC_MAIL_DOMAINS
from bot.dialogue.address_taken import take_address
from bot.dialogue.consent import consent_to, refuses
from bot.dialogue.flow import Button, Directive, Go, Pass, Step, Talk, Wait
from bot.dialogue.login_answers import asks_again, other_address
from bot.ground.addresses import likely_address

_CONFIRMS = re.compile(
    r"\bsi si\b"
    r"|\b(?:est|adresse|elle|bien)\b.{0,20}\b(?:bonne?|correcte?|juste|exacte?|celle-l[aà])\b",
    re.IGNORECASE,
)


async def _unknown(talk: Talk) -> Directive:
    """Repeat the address as it was read and let the user mend it; the second time, go on."""
    if talk.frame.data.get("unknown") and not (talk.resuming or talk.told_aside):
        return Go("unknown_again")
    talk.frame.data["unknown"] = True
    address, portal = talk.memory["address"], talk.portal
    likely = likely_address(address, (*portal.mail_domains, *PUBLIC_MAIL_DOMAINS))
    talk.frame.data["likely"] = likely
    # Beside a suggestion, to keep one's own is to say no.
    buttons = [talk.button("address_right", "/deny" if likely else "/affirm")]
    if likely:
        payload = "/inform_email" + json.dumps({"email": likely}, ensure_ascii=False)
        buttons.insert(0, Button(likely, payload))
    talk.say("login.unknown", *buttons, address=address, likely=likely)
    return Wait()


async def _take_correction(talk: Talk) -> Directive:
    heard, likely = talk.heard, talk.frame.data.get("likely")
    if heard.option == "new":
        # "Elle n'est pas encore liée, c'est bien le problème": it is not to be spelt otherwise.
        take_address(talk)
        talk.memory["new_address"] = talk.memory["address"]
        return Go("change_address")
    if take_address(talk):
        return Go("check")
    if asks_again(talk):
        return Wait()
    if likely and consent_to(heard, "address"):
        talk.memory["address"] = likely
        return Go("check")
    if likely and heard.yes_no == "yes":
        return Go(talk.frame.step)
    if likely and refuses(heard, "address"):
        return Go("unknown_again")
    if "email" in heard.entities and _CONFIRMS.search(heard.text):
        # "Elle est correcte, mais avant j'étais sur a@…" keeps the one that is looked up.
        return Go("unknown_again")
    if moved := other_address(talk):
        return moved
    if heard.intent == "inform_email":
        return Go("ask_address_again")
    answers = heard.intent in {"not_solved", "dont_know"} or _CONFIRMS.search(heard.text)
    if heard.yes_no or answers:
        return Go("unknown_again")
    return Pass()


async def _unknown_again(talk: Talk) -> Directive:
    talk.say("login.unknown_again", address=talk.memory["address"])
    return Go("contact")


UNKNOWN_STEPS: dict[str, Step] = {
    "unknown": Step(_unknown, _take_correction),
    "unknown_again": Step(_unknown_again),
}
"""The steps for an address without an account; they lead back to `check` and `contact`."""
