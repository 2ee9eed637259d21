"""The login walk where nobody reads the account's mailbox any more: another address is asked for.

No mail is offered to the lost one. An account cannot be changed from here, so a new address becomes
a request to the region.
"""

from __future__ import annotations

from bot.dialogue.address_taken import lose_address, take_address
from bot.dialogue.flow import Directive, Go, Open, Pass, Step, Talk, Wait
from bot.dialogue.login_answers import asks_again, lost_mailbox
from bot.dialogue.request import ADDRESS_CHANGE, set_subject
from bot.ground.addresses import normalise_address


async def _ask_current(talk: Talk) -> Directive:
    """Ask which address an account has that is to get another one."""
    if known := talk.memory.get("address"):
        lose_address(talk, known)
        return Go("lost_mailbox")
    talk.say("login.ask_current", talk.button("no_address", "/deny"))
    return Wait()


async def _take_current(talk: Talk) -> Directive:
    heard = talk.heard
    if (given := heard.entities.get("email")) and not heard.choices:
        talk.memory["address"] = normalise_address(given)
        lose_address(talk, talk.memory["address"])
        return Go("check")
    if asks_again(talk):
        return Wait()
    if heard.yes_no == "no" or heard.intent in {"deny", "dont_know"} or lost_mailbox(talk):
        return Go("change_address")
    return Go("ask_current") if heard.yes_no == "yes" else Pass()


async def _lost_mailbox(talk: Talk) -> Directive:
    """Say that a mail would not help, and ask which address is to be used from now on."""
    # A mailbox that is still read is not lost; it is given up.
    lost = (
        "" if talk.memory.get("topic") == "profile_update" else talk.memory.get("old_address", "")
    )
    if new := talk.memory.get("new_address"):
        talk.memory["address"] = new
        return Go("check")
    talk.say("login.lost_mailbox", talk.button("hand_over", "/human_handoff"), lost=lost)
    return Wait()


async def _take_new(talk: Talk) -> Directive:
    heard = talk.heard
    if take_address(talk):
        given = talk.memory["address"]
        if given != talk.memory.get("old_address"):
            talk.memory["new_address"] = given
            return Go("check")
        return Go("lost_mailbox")
    if asks_again(talk):
        return Wait()
    if heard.yes_no == "no" or heard.intent in {"deny", "dont_know", "not_solved"}:
        # Without a new one yet, a person can still help: the address for the answer is asked there.
        return Go("change_address")
    if heard.yes_no == "yes" or heard.surely == "profile_update":
        return Go("lost_mailbox")
    return Pass()


async def _change_address(talk: Talk) -> Directive:
    """Hand over: put the new address in the place of the lost one."""
    memory = talk.memory
    set_subject(talk, ADDRESS_CHANGE)
    address = memory.get("address")
    if memory.get("old_address") is None and address and address != memory.get("new_address"):
        lose_address(talk, address)
    talk.say(
        "login.change_address",
        old=memory.get("old_address", ""),
        new=memory.get("new_address", ""),
    )
    return Open("handover", then="done")


LOST_STEPS: dict[str, Step] = {
    "ask_current": Step(_ask_current, _take_current),
    "lost_mailbox": Step(_lost_mailbox, _take_new),
    "change_address": Step(_change_address),
}
"""The steps for a lost mailbox; they lead back to `check`, or to a hand-over."""
