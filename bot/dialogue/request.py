"""What stands in a request to a region: its subject, its lines, and what was tried.

It says what the person said, last and overall: a fact told later outweighs one told before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.dialogue.address_taken import account_address, answers_to, changes_address
from bot.dialogue.flow import Talk
from bot.dialogue.interpretation import OF_DOCUMENTS

ADDRESS_CHANGE = "address_change"
"""The subject of a request to put another address on an account; no intent of its own."""

_BELIED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("market_searched", "yes"): ("market_visible", "yes"),
}
"""What was tried goes, by the fact that it rests on, once another fact says otherwise."""

_ADMINISTRATORS = frozenset(
    {"access_rights", "account_pending", "account_request", "admin_duties", "structure_admin"}
)
"""Subjects at which it matters whether the administrator is known."""

_ABOUT_LOGIN = frozenset(
    {
        "", "account_check", "email_not_recognised", "email_unsure", "human_handoff",
        "inform_email", "login_problem", "mail_in_spam", "mail_not_received", "password_reset",
        "profile_update", "regional_contact", "reset_link_problem",
    }
)  # fmt: skip
"""What somebody who lost a mailbox may have begun with."""

LINES = (
    "contract", "document", "detail", "in_passing", "tried", "tried_by", "old_address",
    "new_address",
)  # fmt: skip
"""What belongs to one request, and not to the next one of the same conversation."""


def subject_id(talk: Talk) -> str:
    """Return what a request is about: an intent, or `ADDRESS_CHANGE`."""
    memory, facts = talk.memory, talk.facts
    topic = str(memory.get("topic", ""))
    name, of_topic = memory.get("subject", ("", ""))
    if name and of_topic == topic:
        return str(name)
    if changes_address(talk) and topic in _ABOUT_LOGIN:
        return ADDRESS_CHANGE
    if topic in OF_DOCUMENTS and (meant := of_documents(talk)):
        return meant
    if topic == "admin_duties" and facts.get("admin_mail_received") == "no":
        return "mail_not_received"
    pending = memory.get("account_state") == "pending"
    if pending and topic == "login_problem" and talk.portal.topic("account_pending"):
        return "account_pending"
    return topic


def of_documents(talk: Talk) -> str | None:
    """Return which of the documents' subjects is meant by what was told of the market, or None."""
    seen = talk.facts.get("market_visible")
    if seen in {"yes", "document_missing"}:
        return "document_missing"
    return "market_not_visible" if seen == "no" else None


def set_subject(talk: Talk, name: str) -> None:
    """Take a subject for that of the request, until another problem is told."""
    talk.memory["subject"] = [name, str(talk.memory.get("topic", ""))]


def subject(talk: Talk) -> str:
    """Return the subject as it is written."""
    meant = subject_id(talk)
    if meant == ADDRESS_CHANGE:
        return talk.portal.say("handover.address_change")
    return talk.portal.topic(meant) or talk.portal.say("handover.no_topic")


def tried(talk: Talk) -> list[str]:
    """Return what was tried, without what was said to be otherwise since."""
    by_fact: dict[str, list[str]] = talk.memory.get("tried_by", {})
    found = [text for text in talk.memory.get("tried", ()) if not _belied(talk, by_fact.get(text))]
    junk = talk.portal.say("tried.junk")
    if talk.facts.get("junk_checked") == "yes" and junk not in found:
        found.append(junk)
    return found


def _belied(talk: Talk, rests_on: list[str] | None) -> bool:
    if rests_on is None:
        return False
    fact, value = rests_on
    other, told = _BELIED.get((fact, value), ("", ""))
    return talk.facts.get(fact, value) != value or (bool(other) and talk.facts.get(other) == told)


def request_text(talk: Talk, quoted: Callable[[str], str] = str) -> str:
    """Return the message to the region, the very one that the user sees before agreeing.

    Args:
        talk: The turn.
        quoted: Applied to what the user typed.
    """
    memory = talk.memory
    changes = subject_id(talk) == ADDRESS_CHANGE
    return talk.portal.say(
        "handover.message",
        topic=subject(talk),
        region=talk.region,
        contact=quoted(answers_to(talk) or ""),
        phone=quoted(memory.get("phone", "")),
        old_address=quoted(memory.get("old_address", "")),
        new_address=quoted(memory.get("new_address", "")),
        account_address="" if changes else quoted(account_address(talk)),
        account=_account_state(talk),
        for_other=_for_other(talk),
        lines=list(_own_lines(talk, quoted)),
        contract=quoted(memory.get("contract", "")),
        document=quoted(memory.get("document", "")),
        detail=quoted(_detail(talk)),
        tried=tried(talk),
    )


def _detail(talk: Talk) -> str:
    """Return what was added, behind what was said in passing and is not in it."""
    added = str(talk.memory.get("detail", ""))
    told = added.casefold()
    said = [text for text in talk.memory.get("in_passing", ()) if text.casefold() not in told]
    return " ; ".join((*said, added) if added else said)


def _for_other(talk: Talk) -> bool:
    """Tell whether the problem is somebody else's than the writer's."""
    return talk.facts.get("for_other") == "yes"


def _account_state(talk: Talk) -> str:
    state = talk.memory.get("account_state")
    if _for_other(talk) and talk.memory.get("address") == answers_to(talk):
        # The writer's own account is not what it is about.
        return ""
    return talk.portal.say(f"account.{state}") if state else ""


def _own_lines(talk: Talk, quoted: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines that belong to what this portal alone has."""
    number = talk.memory.get("customer_number")
    if number and talk.portal.feature("customer_numbers"):
        yield talk.portal.say("lines.customer", value=quoted(number))
    if talk.portal.feature("administrators") and (known := _administrator(talk)):
        yield talk.portal.say(f"lines.administrator.{known}")


def _administrator(talk: Talk) -> str:
    """Return what was said of the administrator, where that is what a request may hang on."""
    facts = talk.facts
    if facts.get("administrator_answers") == "no":
        return "silent"
    about = subject_id(talk) in _ADMINISTRATORS or talk.memory.get("account_state") == "pending"
    if about and facts.get("administrator_listed") == "no":
        return "not_listed"
    return "unknown" if about and facts.get("administrator_known") == "no" else ""


def forget_request(talk: Talk) -> None:
    """Forget what belonged to a request that was sent; what is added to it is about the same."""
    set_subject(talk, subject_id(talk))
    for name in LINES:
        talk.memory.pop(name, None)
