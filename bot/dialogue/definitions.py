"""What a word of the help means, for whoever asks "c'est quoi ?" in the middle of something.

The sentences stand in messages.yml; a term that belongs to what a portal does not have is not
explained there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.dialogue.flow import Talk
from bot.french.fold import fold

_TERMS: tuple[tuple[str, re.Pattern[str], str | None], ...] = (
    ("purchasing_family", re.compile(r"\bfamilles?(?: d'?achats?)?\b"), "documents"),
    ("mailinblack", re.compile(r"\bmail ?in ?blac?k\b|\bmailin\w*\b"), "mailinblack"),
    ("administrator", re.compile(r"\badmin(?:istrat\w+)?\b"), "administrators"),
    ("customer_number", re.compile(r"\bnumeros? (?:de )?clients?\b"), "customer_numbers"),
    ("login", re.compile(r"\b(?:identifiant|login)\b"), None),
    ("legitimate", re.compile(r"\blegitimes?\b"), None),
    ("junk", re.compile(r"\b(?:indesirables?|spams?)\b"), None),
)
"""Key under `definitions.`, the words for it, and the feature of a portal that it belongs to."""

_ASKS = re.compile(
    r"\b(?:c'?(?:est)? ?quoi|kesako|qu'?est[- ]ce (?:que|qu'|q)|ca veut dire quoi"
    r"|(?:que|qu'est ce que ca) veut dire|ca signifie quoi)\b"
)
_MOST_ASKED = 9
_BARE = re.compile(
    r"^\W*(?:(?:euh?|heu|ben|mais|et|ah) )*(?:ca )?(?:c'?(?:est)? ?quoi|kesako)"
    r"(?: ca| ce truc| cette chose)?\W*$"
)


def definition(talk: Talk) -> str | None:
    """Return the sentence that explains what the message asks about, or None.

    A bare "c'est quoi ?" asks about what the current question of a tree speaks of.
    """
    heard = talk.heard
    folded = "" if heard.pressed else fold(heard.text)
    if len(heard.text.split()) > _MOST_ASKED or not _ASKS.search(folded):
        return None
    asked = [fold(text) for text in _asked(talk)] if _BARE.match(folded) else [folded]
    for term, words, feature in _TERMS:
        if feature and not talk.portal.feature(feature):
            continue
        if any(words.search(text) for text in asked):
            return talk.portal.say(f"definitions.{term}")
    return None


def _asked(talk: Talk) -> Iterable[str]:
    """Return the wordings of the question that the current tree waits at."""
    if not talk.stack:
        return ()
    article = talk.portal.articles.get(talk.frame.walk.partition(":")[2])
    step = article.tree.steps.get(talk.frame.step) if article and article.tree else None
    return step.say if step else ()
