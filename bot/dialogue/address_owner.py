"""Whose an address is that a message mentions, and which of them is taken for the person's own.

Where a mail is answered to, and which account is looked up, hangs on that: "supprimez l'accès de
j.dubois@…" names somebody else's, "l'ancienne adresse était marie@…" one that reaches nobody. Such
an address stays in the text. The words that tell are in `faq/common/addresses.yml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.content.live import current_content
from bot.dialogue.agreement import tokens
from bot.french.address_scanner import Found, find_addresses, unreadable_address
from bot.french.wording import Tokens

Whose = Literal["alone", "own", "other", "old", "failing", "unclear"]
"""Given alone, called one's own, somebody else's, out of use, not working any more (the account may
be meant, or the mailbox), or mentioned without more."""

Purpose = Literal["", "answer", "new"]
"""What an address is given for, where that is said: for the answer alone, or as an account's new
one."""

_MOST_READ = 2000
_MOST_CHOICES = 4
_OR = {"ou", "et", "ni"}
_NEAR = 7
"""Words before or after an address that tell whose it is."""


def _phrases() -> Mapping[str, frozenset[Tokens]]:
    return current_content().wording.addresses


def _told(words: Tokens, kind: str) -> bool:
    phrases = _phrases()[kind]
    longest = max(map(len, phrases), default=1)
    return any(
        words[start : start + length] in phrases
        for start in range(len(words))
        for length in range(1, longest + 1)
    )


def _only(words: Tokens) -> bool:
    beside = _phrases()["beside"]
    return all((word,) in beside for word in words)


def whose_is(before: str, after: str) -> Whose:
    """Tell whose an address is.

    Args:
        before: The text from the address before, or the start, up to this one.
        after: The text after it, up to the next one or the end.
    """
    told, follows = tokens(before), tokens(after)
    near = told[-_NEAR:]
    if _begins_with(follows, "fails_after"):
        return "failing"
    if _told(near, "old") or _told(follows[:_NEAR], "old_after"):
        return "old"
    if _rejected(before, told):
        return "old"
    if _ends_with(told, "self_before") or _told(near, "answer_to"):
        return "own"
    if _told(near, "other"):
        # "Mon collègue c'est a@…, moi c'est pareil": then nobody's is given.
        return "old" if _told(follows, "self_after") else "other"
    if _begins_with(follows, "own_after"):
        return "own"
    if _only(told) and _only(follows):
        return "alone"
    return "own" if _told(near, "own") else "unclear"


def _rejected(before: str, told: Tokens) -> bool:
    """Tell whether the words right before an address say that it is not the one.

    "Pas a@…" and "ce n'est plus a@…" do; "ça marche plus, a@…" says that of something else.
    """
    ending = [phrase for phrase in _phrases()["not_this"] if told[-len(phrase) :] == phrase]
    if not ending or before.rstrip(" \t\"'«").endswith(_ENDS_A_CLAUSE):
        return False
    if any(len(phrase) > 1 for phrase in ending) or len(told) == 1:
        return True
    return told[-1] not in _NEGATIONS or (told[-2],) in _phrases()["denied_by"]


_ENDS_A_CLAUSE = (",", ";", ".", "!", "?", "\n")
_NEGATIONS = frozenset({"pas", "plus"})
"""Words that more often belong to the verb before them than to the address behind."""


def purpose_of(before: str, after: str) -> Purpose:
    """Tell what an address is given for, by the text before it and after it."""
    near, follows = tokens(before)[-_NEAR:], tokens(after)[:_NEAR]
    if _told(near, "new") or _told(follows, "new_after"):
        return "new"
    told = _told(near, "for_answer") or _told(follows, "for_answer_after")
    return "answer" if told else ""


def _ends_with(words: Tokens, kind: str) -> bool:
    return any(words[-len(phrase) :] == phrase for phrase in _phrases()[kind])


def _begins_with(words: Tokens, kind: str) -> bool:
    return any(words[: len(phrase)] == phrase for phrase in _phrases()[kind])


@dataclass(frozen=True)
class Read:
    """What a message tells of addresses.

    Attributes:
        address: The one that counts; empty where there is none, or none that is read whole.
        whose: Whose it is.
        choices: Those between which whoever wrote has to choose; `address` is the last of them.
        unread: What is meant as an address but cannot be read whole.
        purpose: What `address` is given for.
    """

    address: str = ""
    whose: Whose = "alone"
    choices: tuple[str, ...] = ()
    unread: str | None = None
    purpose: Purpose = ""


def read_addresses(text: str, counts: Callable[[str], bool] = bool) -> Read:
    """Read which address counts in a message: their own before any other, or which to ask for.

    Args:
        text: The message.
        counts: Tells whether an address is one to look at; the portal's own are not.
    """
    read = text[:_MOST_READ]
    found = [one for one in find_addresses(read) if not one.whole or counts(one.value)]
    if not any(one.whole for one in found):
        return Read(unread=unreadable_address(read))
    said = [(one, *_beside(read, found, number)) for number, one in enumerate(found)]
    doubtful = [(one, after) for one, _, after in said if not one.whole]
    for one, after in doubtful:
        later = any(other.whole and other.start > one.start for other in found)
        if not later or set(tokens(after)) <= _OR:
            return Read(unread=read[one.start : one.end])
    last, _, after = said[-1]
    corrected = len(said) > 1 and _corrects(said[-1][1])
    if last.whole and not corrected and _mends_part(tokens(after)):
        return Read(unread=read[last.start : last.end])
    told: list[tuple[str, Whose, str]] = []
    purposes: dict[str, Purpose] = {}
    for one, before, after in said:
        if not one.whole:
            continue
        whose: Whose = "old" if _only_sends(one.value) else whose_is(before, after)
        if told and told[-1][1] == "own" and whose != "old" and _either(tokens(before)):
            # "Mon adresse est a@… ou b@…": one as much as the other.
            whose = "own"
        told.append((one.value, whose, before))
        purposes[one.value] = purpose_of(before, after)
    read_one = _own_of(told)
    return replace(read_one, purpose=purposes[read_one.address])


def _mends_part(after: Tokens) -> bool:
    """Tell whether the words behind an address mend a letter or a sign of it: "oups, deux l"."""
    near = after[:_NEAR]
    return any(
        near[place] in _COUNTED
        and (len(near[place + 1]) == 1 or near[place + 1] in _SIGNS_SAID)
        and near[place + 1] not in _WORDS_OF_ONE
        and _of_correction(near[max(0, place - 2) : place + 1])
        for place in range(len(near) - 1)
    )


def _of_correction(words: Tokens) -> bool:
    """Tell whether the words up to a number say that something is put right; "mais" says more."""
    if _told(words, "lacks"):
        return True
    told = tuple(word for word in words if word != "mais" or {"avec", "sans"} & set(words))
    return _told(told, "corrects")


def _either(between: Tokens) -> bool:
    return bool(between) and set(between) <= {"ou", "bien", "sinon", "peut", "etre", "alors"}


_COUNTED = frozenset("un une le deux trois 2 3 sans avec".split())
_SIGNS_SAID = frozenset("point tiret underscore chiffre est".split())
"""What a letter or a sign is told by; an "é" alone is read as "est"."""

_WORDS_OF_ONE = frozenset("a y j c".split())


def _only_sends(address: str) -> bool:
    """Tell whether an address is a machine's, that nobody has for their own."""
    local = address.partition("@")[0].translate(_WITHOUT_SIGNS)
    return local in {"noreply", "nepasrepondre", "donotreply", "mailerdaemon"}


_WITHOUT_SIGNS = str.maketrans("", "", "-_.")


def _beside(text: str, found: Sequence[Found], number: int) -> tuple[str, str]:
    """Return the text between an address and the one before it, and up to the next."""
    begin = found[number - 1].end if number else 0
    until = found[number + 1].start if number + 1 < len(found) else len(text)
    return text[begin : found[number].start], text[found[number].end : until]


_SHORT_CORRECTION = 2
"""Words between two addresses that do nothing but put the first one right: "oups pardon"."""


def _own_of(told: Sequence[tuple[str, Whose, str]]) -> Read:
    rejected = {address for address, whose, _ in told if whose == "old"}
    address, whose, before = told[-1]
    plain = all(one[1] in {"alone", "unclear"} for one in told)
    if plain and len(tokens(before)) <= _SHORT_CORRECTION and _corrects(before):
        return Read(address, whose)
    for kinds in ({"own"}, {"alone"}, {"unclear"}, {"failing"}, {"other"}):
        fitting = [one for one in told if one[1] in kinds and one[0] not in rejected]
        if not fitting:
            continue
        address, whose, before = fitting[-1]
        rivals = tuple(dict.fromkeys(one[0] for one in told if one[1] not in {"old", "other"}))
        if kinds == {"other"}:
            rivals = tuple(dict.fromkeys(one[0] for one in fitting))
        elif kinds == {"own"} and len({one[0] for one in fitting}) == 1:
            return Read(address, whose)
        if len(rivals) < 2 or _corrects(before):
            return Read(address, whose)
        return Read(address, whose, rivals[:_MOST_CHOICES])
    address, whose, _ = told[-1]
    return Read(address, whose)


def _corrects(before: str) -> bool:
    """Tell whether the words before an address say that it stands for the one before."""
    words = tokens(before)
    return bool(words) and any(
        words[start : start + length] in _phrases()["corrects"]
        for start in range(len(words))
        for length in (1, 2, 3)
    )
