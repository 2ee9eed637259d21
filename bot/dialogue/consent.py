"""Decides whether a message is a yes or a no: the only place where anything done rests on that.

A mail that is sent, a request that is handed over or dropped, a problem that is closed: each needs
a yes of its own. A button says it, a message that is made up of words of agreement alone
(`faq/common/consent.yml`), or one that is read as that very option with near certainty, holds a
plain yes, and nothing that speaks against it. Else the question comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.content.live import current_content
from bot.french.wording import Phrases, Tokens, Wording, asks, merged, parts_of, split_words
from bot.ground.errors import NotAgreed

if TYPE_CHECKING:
    from bot.dialogue.heard import Heard

Act = Literal["reset", "ticket", "address", "solved", "withdrawal"]
"""What is agreed to: a reset mail, sending a request, a suggested address, closing as solved, and
taking a request back."""

Answer = Literal["yes", "no"]

_MOST_WORDS = 40
_SHORT_DROPPING = 12
_DROPS = frozenset({"cancel", "restart", "goodbye"})
_SPEAKS_AGAINST = (
    "cancel",
    "complain",
    "correct",
    "fails",
    "how",
    "later",
    "person",
    "problem",
    "wait",
    "why",
)
"""Moves beside which no yes counts."""

_MEANS: Mapping[Act, frozenset[str]] = {"reset": frozenset({"send"}), "ticket": frozenset({"send"})}
"""The option of a walk's question that means an act."""

_ASKS_WHEN = frozenset({"response_time"})

_TO_BE_DONE = frozenset({"reset", "ticket"})
"""Acts that "s'il vous plaît" alone asks for."""


@dataclass(frozen=True)
class Consent:
    """A yes to one act, in the words of one message: `consent_to` alone gives it."""

    act: Act
    text: str


def _wording() -> Wording:
    return current_content().wording


def tokens(text: str) -> Tokens:
    """Return the words of a text without accents and punctuation; a sign that is a word stays."""
    return split_words(text, _wording().vocabulary)


def bare_answer(text: str, act: Act | None = None) -> Answer | None:
    """Return what a message made up of words of agreement or refusal alone answers, or None.

    Args:
        text: As typed.
        act: What is agreed to, whose own words count too; None where only a fact was asked.
    """
    wording = _wording()
    return _bare(text, wording.acts[act] if act else wording.plain, act)


def _bare(text: str, phrases: Phrases, act: Act | None) -> Answer | None:
    words = tokens(text)
    if not words or len(words) > _MOST_WORDS or asks(text):
        return None
    parts = [kinds or frozenset() for kinds in parts_of(words, phrases)]
    if frozenset().union(*parts) >= {"exclaims", "praise"}:
        # "Ah ben super" is a sigh more often than a yes.
        return None
    says: set[Answer] = set()
    for kinds in parts:
        if "reply" in kinds and says:
            # "Oui si…" sets a condition; "si" before it contradicts a no.
            return None
        yes = {"yes", "reply", "praise"} & kinds
        if not (yes or {"no", "beside"} & kinds):
            return None
        if yes:
            says.add("yes")
        if "no" in kinds:
            says.add("no")
    if len(says) == 1:
        return says.pop()
    polite = not says and act in _TO_BE_DONE and _holds(words, _wording().please)
    return "yes" if polite else None


def consent_to(
    heard: Heard,
    act: Act,
    *,
    named: Iterable[str] = (),
    button: bool = False,
    option: str | None = None,
) -> Consent | None:
    """Return the yes of a message to an act, or None where it is no plain one.

    Args:
        heard: The message.
        act: What was asked.
        named: Words by which the answer that does it may be named too.
        button: Whether the button that was pressed is the one that does it.
        option: The option of the question that does it, where the act has none of its own.
    """
    given = Consent(act, heard.text)
    if heard.pressed:
        meant = {"affirm", "solved"} if act == "solved" else {"affirm"}
        return given if button or heard.intent in meant else None
    if heard.does(*_SPEAKS_AGAINST):
        return None
    wording, yes = _wording(), frozenset({"yes"})
    phrases = wording.acts[act]
    taken = option or (heard.option if heard.option in _MEANS.get(act, ()) else None)
    if taken and _agrees_at_length(heard, act, phrases, taken):
        return given
    if answers := {words: yes for name in named if (words := tokens(name))}:
        phrases = merged(phrases, wording.turns_to, answers)
    return given if _bare(heard.text, phrases, act) == "yes" else None


def _agrees_at_length(heard: Heard, act: Act, phrases: Phrases, option: str) -> bool:
    """Tell whether a message of more than words of agreement agrees all the same.

    It must be read as that very option, hold a part that is a plain yes or that orders to send, and
    nothing that speaks against it. A question may follow in a sentence of its own: it is about
    something else, or about what was agreed to.
    """
    surely = heard.confidence_in(option)
    if surely < _LIKELY or "email" in heard.entities or heard.does("dont_know", "none", "restart"):
        return False
    if doubts(heard.text):
        first, rest = _first_sentence(heard.text)
        if _holds(tokens(first), _wording().elsewhere):
            return False
        if _ASKS_WHEN & set(heard.ranking[:1]) and not rest:
            first, _, rest = heard.text.partition(",")
            return _bare(first, phrases, act) == "yes"
        aside = asks(rest) and not sends(rest) and not _holds(tokens(rest), _wording().objection)
        return aside and _bare(first, phrases, act) == "yes"
    if surely < _CERTAIN or _holds(tokens(heard.text), _wording().elsewhere):
        return False
    if act == "solved":
        return True
    text = heard.text
    for sign in ",;!\n":
        text = text.replace(sign, ".")
    parts = text.split(".")
    return any(part.strip() and _bare(part, phrases, act) == "yes" for part in parts)


def _first_sentence(text: str) -> tuple[str, str]:
    """Return a text's first sentence, and the rest."""
    ends = [text.find(sign) for sign in ".!\n" if sign in text.rstrip(".! \n")]
    if not ends:
        return text, ""
    return text[: min(ends)], text[min(ends) + 1 :]


_LIKELY, _CERTAIN = 0.85, 0.95
"""Confidence that the option needs beside a plain yes in a sentence of its own, and without."""


def demand(consent: Consent, act: Act) -> None:
    """Hold a yes against what is about to be done: the lock of every door behind which one acts.

    Raises:
        NotAgreed: If it is a yes to something else.
    """
    if consent.act != act:
        raise NotAgreed(f"A yes to {consent.act} is none to {act}: {consent.text!r}")


def belongs_to(text: str, act: Act) -> bool:
    """Tell whether a text holds nothing but words that may answer whether an act is wanted.

    "C'est bon" after an offer may take it up, or tell that it is not needed any more.
    """
    return None not in parts_of(tokens(text), _wording().acts[act])


def refuses(heard: Heard, act: Act) -> bool:
    """Tell whether a message refuses an act, and says no more than that."""
    if heard.pressed:
        return heard.intent == "deny"
    return bare_answer(heard.text, act) == "no"


def _holds(words: Tokens, phrases: Phrases) -> bool:
    return any(kinds and "harmless" not in kinds for kinds in parts_of(words, phrases))


def doubts(text: str) -> bool:
    """Tell whether a text asks, denies or objects, so that nothing is taken for agreed."""
    return asks(text) or _holds(tokens(text), _wording().doubt)


def still_fails(text: str) -> bool:
    """Tell whether a text says, without asking, that what was wrong goes on."""
    return not asks(text) and _holds(tokens(text), _wording().still)


def objects(text: str) -> bool:
    """Tell whether a text goes on with "mais", "sauf" and the like, or asks."""
    return asks(text) or _holds(tokens(text), _wording().objection)


def answered(heard: Heard) -> Answer | None:
    """Return what a message answers to a question of fact, or None."""
    if heard.pressed:
        return "yes" if heard.intent == "affirm" else "no" if heard.intent == "deny" else None
    if bare := bare_answer(heard.text):
        return bare
    if heard.settled:
        return "yes" if heard.intent == "affirm" else "no" if heard.intent == "deny" else None
    if _ends_in_no(heard.text):
        return "no"
    if heard.intent == "affirm" and heard.sure and not doubts(heard.text):
        return "yes"
    return "no" if heard.intent == "deny" and not objects(heard.text) else None


def _ends_in_no(text: str) -> bool:
    """Tell whether a short message comes to a no, as in "je viens de réessayer, non"."""
    words = tokens(text)
    return not objects(text) and 1 < len(words) <= _SHORT_DROPPING and words[-1] in _FLAT_NO


_FLAT_NO = frozenset({"non", "nan", "nope"})


def is_meant(heard: Heard) -> bool:
    """Tell whether a reading that would end something is more than half of what was said.

    "C'est bon. Revenons à ma connexion" is no closing, "ok mais où ?" no yes.
    """
    if heard.pressed:
        return True
    if heard.intent in {"solved", "affirm"}:
        bare = bare_answer(heard.text, "solved" if heard.intent == "solved" else None)
        return bare == "yes" or not doubts(heard.text)
    if heard.intent in _DROPS:
        return not objects(heard.text)
    return True


def sends(text: str) -> bool:
    """Tell whether a text speaks of sending something."""
    return any(word.startswith(_SENDING) for word in tokens(text))


_SENDING = ("envoy", "envoi", "renvoy", "renvoi", "transmet", "transfer")


def recalls(text: str) -> bool:
    """Tell whether a message wants a mail back that was sent, or says that nobody asked for it."""
    wording, words = _wording(), tokens(text)
    if len(words) > _SHORT_DROPPING:
        return False
    wants_back = _holds(words, wording.recall_verbs) and _holds(words, wording.recall_things)
    return wants_back or _holds(words, wording.never_agreed)


def place_named(text: str, count: int) -> int | None:
    """Return which of some offered buttons a message names by its place, or None.

    Args:
        text: Such as "2", "le premier", "option 2" or "la dernière".
        count: How many are offered.

    Returns:
        The index of the button.
    """
    wording = _wording()
    named = [word for word in tokens(text) if word not in wording.beside_place]
    if len(named) != 1 or named[0] not in wording.places:
        return None
    place = wording.places[named[0]]
    return count - 1 if place < 0 else place if place < count else None
