"""What the words of a text agree to, refuse or doubt, by the lists of `faq/common/consent.yml`."""

from __future__ import annotations

from typing import Literal

from bot.content.live import current_content
from bot.french.wording import Phrases, Tokens, Wording, asks, parts_of, split_words

Act = Literal["reset", "ticket", "address", "solved", "withdrawal"]
"""What is agreed to: a reset mail, sending a request, a suggested address, closing as solved, and
taking a request back."""


Answer = Literal["yes", "no"]


_MOST_WORDS = 40


_SHORT_DROPPING = 12


_TO_BE_DONE = frozenset({"reset", "ticket"})
"""Acts that "s'il vous plaît" alone asks for."""


def wording_of_consent() -> Wording:
    """Return the lists of words as they are now."""
    return current_content().wording


def tokens(text: str) -> Tokens:
    """Return the words of a text without accents and punctuation; a sign that is a word stays."""
    return split_words(text, wording_of_consent().vocabulary)


def bare_answer(text: str, act: Act | None = None) -> Answer | None:
    """Return what a message made up of words of agreement or refusal alone answers, or None.

    Args:
        text: As typed.
        act: What is agreed to, whose own words count too; None where only a fact was asked.
    """
    wording = wording_of_consent()
    return bare(text, wording.acts[act] if act else wording.plain, act)


def bare(text: str, phrases: Phrases, act: Act | None) -> Answer | None:
    """Return what a message of some phrases alone answers; None for one that says more, or asks.

    Args:
        text: As typed.
        phrases: The words of agreement and refusal that count.
        act: What is agreed to, if anything.
    """
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
    polite = not says and act in _TO_BE_DONE and holds(words, wording_of_consent().please)
    return "yes" if polite else None


def first_sentence(text: str) -> tuple[str, str]:
    """Return a text's first sentence, and the rest."""
    ends = [text.find(sign) for sign in ".!\n" if sign in text.rstrip(".! \n")]
    if not ends:
        return text, ""
    return text[: min(ends)], text[min(ends) + 1 :]


def belongs_to(text: str, act: Act) -> bool:
    """Tell whether a text holds nothing but words that may answer whether an act is wanted.

    "C'est bon" after an offer may take it up, or tell that it is not needed any more.
    """
    return None not in parts_of(tokens(text), wording_of_consent().acts[act])


def holds(words: Tokens, phrases: Phrases) -> bool:
    """Tell whether any of some phrases stands among words, harmless ones apart."""
    return any(kinds and "harmless" not in kinds for kinds in parts_of(words, phrases))


def doubts(text: str) -> bool:
    """Tell whether a text asks, denies or objects, so that nothing is taken for agreed."""
    return asks(text) or holds(tokens(text), wording_of_consent().doubt)


def still_fails(text: str) -> bool:
    """Tell whether a text says, without asking, that what was wrong goes on."""
    return not asks(text) and holds(tokens(text), wording_of_consent().still)


def objects(text: str) -> bool:
    """Tell whether a text goes on with "mais", "sauf" and the like, or asks."""
    return asks(text) or holds(tokens(text), wording_of_consent().objection)


def ends_in_no(text: str) -> bool:
    """Tell whether a short message comes to a no, as in "je viens de réessayer, non"."""
    words = tokens(text)
    return not objects(text) and 1 < len(words) <= _SHORT_DROPPING and words[-1] in _FLAT_NO


_FLAT_NO = frozenset({"non", "nan", "nope"})


def sends(text: str) -> bool:
    """Tell whether a text speaks of sending something."""
    return any(word.startswith(_SENDING) for word in tokens(text))


_SENDING = ("envoy", "envoi", "renvoy", "renvoi", "transmet", "transfer")


def wants_again(text: str) -> bool:
    """Tell whether a text speaks of sending something once more."""
    return any(word.startswith(_AGAIN) for word in tokens(text))


_AGAIN = ("renvoy", "renvoi")


def recalls(text: str) -> bool:
    """Tell whether a message wants a mail back that was sent, or says that nobody asked for it."""
    wording, words = wording_of_consent(), tokens(text)
    if len(words) > _SHORT_DROPPING:
        return False
    wants_back = holds(words, wording.recall_verbs) and holds(words, wording.recall_things)
    return wants_back or holds(words, wording.never_agreed)


def place_named(text: str, count: int) -> int | None:
    """Return which of some offered buttons a message names by its place, or None.

    Args:
        text: Such as "2", "le premier", "option 2" or "la dernière".
        count: How many are offered.

    Returns:
        The index of the button.
    """
    wording = wording_of_consent()
    named = [word for word in tokens(text) if word not in wording.beside_place]
    if len(named) != 1 or named[0] not in wording.places:
        return None
    place = wording.places[named[0]]
    return count - 1 if place < 0 else place if place < count else None
