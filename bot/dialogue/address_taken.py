"""What a conversation keeps of the addresses it is told: the account's, the answer's, lost and new.

The one that is looked up (`address`) is not always the one that a request is answered to
(`reply_to`). One whose mailbox is lost (`old_address`) gets no mail and no answer; the one that is
to stand in its place is `new_address`.
"""

from __future__ import annotations

from bot.content.live import current_content
from bot.dialogue.agreement import bare_answer, tokens
from bot.dialogue.flow import Talk
from bot.ground.addresses import normalise_address, wire_address

_ASKING = frozenset(
    {
        ("login", "ask_address"), ("login", "ask_address_again"), ("login", "unknown"),
        ("login", "lost_mailbox"), ("handover", "ask_contact"),
    }
)  # fmt: skip

_LOST = frozenset({"no_longer_has", "dead_mailbox"})
"""Options of questions for an address that say the same as the fact `mailbox_dead`."""

_OWN = frozenset({"own", "alone"})


def _asked(talk: Talk) -> bool:
    """Tell whether the current step asks for an address."""
    if not talk.stack:
        return True
    walk, step = talk.frame.walk, talk.frame.step
    if walk == "ticket" or (walk, step) in _ASKING:
        return True
    article = talk.portal.articles.get(walk.partition(":")[2])
    tree = article.tree if article else None
    here = tree.steps.get(step) if tree else None
    return here is not None and here.input == "address"


def _in_handover(talk: Talk) -> bool:
    return any(frame.walk == "handover" for frame in talk.stack)


def for_the_answer(talk: Talk) -> bool:
    """Tell whether the address of a message is where to answer, and no account to look up."""
    return _in_handover(talk) or (talk.heard.purpose == "answer" and not _asks_for_login(talk))


def _asks_for_login(talk: Talk) -> bool:
    return bool(talk.stack) and talk.frame.walk != "handover" and _asked(talk)


def take_address(talk: Talk) -> bool:
    """Take the address of the message for the person's, where it is.

    Returns:
        Whether the message gives one that is looked up, or answered to, from now on.
    """
    given = talk.heard.entities.get("email")
    if not given or talk.heard.choices:
        return False
    address, whose = normalise_address(given), talk.heard.whose
    taken = may_take(talk)
    if whose in {"old", "failing"} or (whose == "other" and not _answers_asked(talk)):
        # Looked up all the same; the answer to a request goes where it surely is read.
        not_for_answers(talk, address)
    elif taken and address in talk.memory.get("no_answers", ()) and not _is_lost(talk, address):
        talk.memory["no_answers"].remove(address)
    if taken:
        _keep(talk, address)
    return taken and not (for_the_answer(talk) and not _in_handover(talk))


def _is_lost(talk: Talk, address: str) -> bool:
    return address == talk.memory.get("old_address")


def _keep(talk: Talk, address: str) -> None:
    memory = talk.memory
    before = memory.get("address")
    if talk.heard.purpose == "new" and address != memory.get("old_address"):
        if before and before != address:
            lose_address(talk, before)
        memory["new_address"] = address
    if for_the_answer(talk) and before:
        memory["reply_to"] = address
        return
    if address != before:
        # What was told of an answer before belongs to that one.
        memory.pop("reply_to", None)
    memory["address"] = address


def _answers_asked(talk: Talk) -> bool:
    return bool(talk.stack) and talk.frame.walk == "handover" and _asked(talk)


def may_take(talk: Talk) -> bool:
    """Tell whether the address of the message is one to look up or to answer to."""
    whose = talk.heard.whose
    if whose == "old" or talk.heard.choices:
        return False
    if whose in _OWN:
        return True
    if whose == "failing":
        return not _in_handover(talk)
    if _in_handover(talk):
        return _asked(talk) or (whose == "unclear" and answers_to(talk) is None)
    return whose == "unclear" or _asked(talk)


def not_for_answers(talk: Talk, address: str) -> None:
    """Note that no request is to be answered to an address."""
    kept: list[str] = talk.memory.setdefault("no_answers", [])
    if address not in kept:
        kept.append(address)


def lose_address(talk: Talk, address: str) -> None:
    """Note that nobody reads an address any more which an account has."""
    not_for_answers(talk, address)
    talk.memory["old_address"] = address


def answers_to(talk: Talk) -> str | None:
    """Return the address that a request is answered to, or None where there is none."""
    for address in (talk.memory.get("reply_to"), talk.memory.get("address")):
        # No mail could be sent to one that is not written as addresses are on the wire.
        if address and address not in talk.memory.get("no_answers", ()) and wire_address(address):
            return str(address)
    return None


def account_address(talk: Talk) -> str:
    """Return the address of an account that was found, where a request is answered to another."""
    address = str(talk.memory.get("address", ""))
    found = talk.memory.get("account_state") not in {None, "unknown"}
    return address if found and address != answers_to(talk) else ""


def changes_address(talk: Talk) -> bool:
    """Tell whether an account is to get another address than the one that is lost."""
    return bool(talk.memory.get("old_address"))


def wants_other_address(talk: Talk, intent: str) -> bool:
    """Tell whether a message wants another e-mail address on an account, not of a street."""
    if intent != "profile_update" or talk.heard.pressed:
        return False
    return bool(_OF_MAIL & set(tokens(talk.heard.text))) or _says_lost(talk)


_OF_MAIL = frozenset({"mail", "mails", "email", "emails", "courriel", "messagerie", "boite"})


def note_dead_address(talk: Talk) -> None:
    """Note that the address in use is wrong or gone, when a message says so."""
    heard = talk.heard
    known = talk.memory.get("address")
    if heard.pressed:
        return
    if _says_lost(talk):
        given = heard.entities.get("email")
        new = heard.purpose == "new" or heard.whose == "own"
        lost = normalise_address(given) if given and not new else known
        if lost:
            lose_address(talk, lost)
        return
    if not known or "email" in heard.entities or bare_answer(heard.text):
        return
    if says_dead(heard.text):
        not_for_answers(talk, known)


def _says_lost(talk: Talk) -> bool:
    heard = talk.heard
    told = heard.told.get("mailbox_dead") == "yes" or heard.option in _LOST
    return told and not heard.does("later")


def says_dead(text: str) -> bool:
    """Tell whether a text says in so many words that an address is wrong or gone."""
    words, phrases = tokens(text), current_content().wording.addresses["dead"]
    longest = max(map(len, phrases), default=1)
    return any(
        words[start : start + length] in phrases
        for start in range(len(words))
        for length in range(1, longest + 1)
    )
