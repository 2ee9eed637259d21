"""Whose an address is that a message mentions, and which of them is taken for the person's own.

Where a mail is answered to, and which account is looked up, hangs on that: "supprimez l'accès de
j.dubois@…" names somebody else's, "l'ancienne adresse était marie@…" one that reaches nobody. Such
an address stays in the text. The words that tell are in `faq/common/addresses.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from actions.addresses import normalise_address, wire_address
from actions.walks.consent import Tokens, bare_answer, tokens

if TYPE_CHECKING:
    from actions.walks.base import Talk

Whose = Literal["alone", "own", "other", "old", "unclear"]
"""Given alone, called one's own, somebody else's, out of use, or mentioned without more."""

Mention = tuple[str, int, int]
"""An address with where it starts and ends in the text."""

_FILE = Path(__file__).parents[2] / "faq" / "common" / "addresses.yml"
_NEAR = 7
"""Words before or after an address that tell whose it is."""


@lru_cache(maxsize=1)
def _phrases() -> dict[str, frozenset[Tokens]]:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    told = {kind: frozenset(map(tokens, phrases)) for kind, phrases in data.items()}
    # Words here, wherever they stand.
    told["beside"] = frozenset((word,) for words in told["beside"] for word in words)
    return told


def _told(words: Tokens, kind: str) -> bool:
    phrases = _phrases()[kind]
    longest = max(map(len, phrases))
    return any(
        words[start : start + length] in phrases
        for start in range(len(words))
        for length in range(1, longest + 1)
    )


def _only(words: Tokens) -> bool:
    return all((word,) in _phrases()["beside"] for word in words)


def whose_is(before: str, after: str) -> Whose:
    """Tell whose an address is.

    Args:
        before: The text from the address before, or the start, up to this one.
        after: The text after it, up to the next one or the end.
    """
    told, follows = tokens(before), tokens(after)
    near = told[-_NEAR:]
    if _told(near, "old") or _told(follows[:_NEAR], "old_after"):
        return "old"
    if _told(near, "answer_to"):
        return "own"
    if _told(near, "other"):
        return "other"
    if _only(told) and _only(follows):
        return "alone"
    return "own" if _told(near, "own") else "unclear"


def chosen_address(text: str, mentions: Sequence[Mention]) -> tuple[str, Whose] | None:
    """Return the address that counts in a message, and whose it is: their own before any other.

    Args:
        text: The message.
        mentions: The addresses in it, in their order.
    """
    found: list[tuple[str, Whose]] = []
    for number, (address, start, end) in enumerate(mentions):
        begin = mentions[number - 1][2] if number else 0
        until = mentions[number + 1][1] if number + 1 < len(mentions) else len(text)
        found.append((address, whose_is(text[begin:start], text[end:until])))
    for fitting in ({"own", "alone"}, {"unclear"}, {"other"}, {"old"}):
        # Of several, the last counts: "pas a@x.example mais b@x.example".
        for address, whose in reversed(found):
            if whose in fitting:
                return address, whose
    return None


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


_ASKING = frozenset(
    {
        ("login", "ask_address"), ("login", "ask_address_again"), ("login", "unknown"),
        ("handover", "ask_contact"),
    }
)  # fmt: skip


def take_address(talk: Talk) -> bool:
    """Take the address of the message for the person's, where it is.

    Returns:
        Whether the message gives one that is looked up and answered to from now on.
    """
    given = talk.heard.entities.get("email")
    if not given:
        return False
    address, whose = normalise_address(given), talk.heard.whose
    taken = may_take(talk)
    if whose == "old" or (whose == "other" and not _answers_asked(talk)):
        # Looked up for a colleague; the answer to a request goes to whoever asks.
        _not_for_answers(talk, address)
    elif taken and address in talk.memory.get("no_answers", ()):
        talk.memory["no_answers"].remove(address)
    if taken:
        talk.memory["address"] = address
    return taken


def _answers_asked(talk: Talk) -> bool:
    return bool(talk.stack) and talk.frame.walk == "handover" and _asked(talk)


def may_take(talk: Talk) -> bool:
    """Tell whether the address of the message is one to look up or to answer to."""
    whose = talk.heard.whose
    if whose in {"own", "alone"}:
        return True
    if whose == "old":
        return False
    if any(frame.walk == "handover" for frame in talk.stack):
        return _asked(talk) or (whose == "unclear" and answers_to(talk) is None)
    return whose == "unclear" or _asked(talk)


def _not_for_answers(talk: Talk, address: str) -> None:
    kept: list[str] = talk.memory.setdefault("no_answers", [])
    if address not in kept:
        kept.append(address)


def answers_to(talk: Talk) -> str | None:
    """Return the address that a request is answered to, or None where there is none."""
    address = talk.memory.get("address")
    if not address or address in talk.memory.get("no_answers", ()):
        return None
    # No mail could be sent there.
    return address if wire_address(address) else None


def note_dead_address(talk: Talk) -> None:
    """Note that the address in use is wrong or gone, when a message says no more than so."""
    heard = talk.heard
    known = talk.memory.get("address")
    if not known or heard.pressed or "email" in heard.entities or bare_answer(heard.text):
        return
    if _told(tokens(heard.text), "dead"):
        _not_for_answers(talk, known)
