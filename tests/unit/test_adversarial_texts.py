"""No text from outside holds a reader up, whatever signs or words are repeated in it.

Every pair of signs, and every word that the readers' patterns hold, is repeated up to the longest
text that a reader is given. The time is the thread's own, and the limit about twice what the
slowest text needs on a busy machine; a pattern that backtracks needs seconds.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from functools import partial
from types import ModuleType

import pytest

from bot.content.live import current_content
from bot.desk.accounts_cells import fault_of_address, is_mangled, plain
from bot.desk.privacy import Anonymous, mask_addresses
from bot.dialogue import facts, handover, login, login_answers, login_reset, region
from bot.dialogue import interpretation as hearing
from bot.dialogue.address_owner import read_addresses
from bot.dialogue.heard import Heard
from bot.dialogue.interpretation import as_choice, as_said_anywhere
from bot.french import letter_frame as frame
from bot.french import redaction, spelling, text
from bot.french.fold import fold
from bot.french.letter_frame import strip_frame
from bot.french.places.cues import FILLERS, HOSPITAL
from bot.french.places.resolve import find_place
from bot.french.redaction import redact_passwords
from bot.french.sounds import phonetic_key
from bot.french.text import name_forms, normalise, shorten
from bot.ground.markdown import escape_markdown, plain_text, to_html
from bot.rasa.components import entities, language
from bot.rasa.components.entities import find_entities
from bot.rasa.components.language import foreign_language
from bot.reading import problems
from bot.reading.problems import split_clauses
from bot.web.help.search import search
from tests.support.timing import cpu_seconds

_MOST = 8_000
_TEXTS = 2_000
_MOST_SECONDS = 0.1
"""Of a thread's own time on a busy machine; on an idle one, no text takes half of it."""

_SIGNS = " \n.,;:-_'’!?()[]<>/\\=+*#@＠\"«»“”&|~…–\u00ad\u200b\u03010aAé"
_MODULES: tuple[ModuleType, ...] = (
    entities, frame, language, problems, text, redaction, spelling, facts, handover, hearing, login,
    login_answers, login_reset, region,
)  # fmt: skip


def _patterns(value: object) -> list[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return [pattern for one in value for pattern in _patterns(one)]
    return []


def _words() -> list[str]:
    found: set[str] = set(FILLERS | HOSPITAL)
    portals = [current_content().portal(name) for name in ("resah", "woundwo")]
    held = [vars(module) for module in _MODULES] + [dict(portal.facts) for portal in portals]
    for names in held:
        for pattern in _patterns([_patterns(value) for value in names.values()]):
            found |= set(
                re.findall(r"[^\W_]+", re.sub(r"\\.|\(\?[a-zA-Z:!=<]+", " ", pattern.pattern))
            )
    towns = "paris saint-denis saint- bretane lyn arobase point tiret underscore at G-4D6H 2019-069"
    return sorted(found | set(towns.split()))


def adversarial_texts() -> list[str]:
    """Return the texts: mostly pairs and words alone, each with an end that fits nothing."""
    chance = random.Random(7)
    pairs = ["".join(pair) for pair in itertools.product(_SIGNS, repeat=2)]
    words = _words()
    pieces = chance.sample(pairs, 900) + [f"{word} " for word in chance.sample(words, 400)]
    pieces += [f"{chance.choice(words)}{chance.choice(_SIGNS)}" for _ in range(400)]
    pieces += [" ".join(chance.sample(words, 3)) + " " for _ in range(200)]
    texts = [(piece * (_MOST // len(piece)))[: _MOST - 1] + "x" for piece in pieces]
    heads = chance.sample(words, _TEXTS - len(texts))
    return texts + [head + chance.choice(" \n0a-'") * (_MOST - 50) + "x" for head in heads]


def _told(said: str) -> list[str]:
    """Return the facts that a text tells."""
    folded = fold(said)
    told = current_content().portal("resah").facts.items()
    return [name for name, by in told if any(one.search(folded) for one in by.values())]


_READERS: dict[str, Callable[[str], object]] = {
    "entities": find_entities,
    "forms": lambda said: name_forms(shorten(said).lower()),
    "words": lambda said: normalise(shorten(said)),
    "frame": lambda said: strip_frame(shorten(said)),
    "clauses": split_clauses,
    "language": foreign_language,
    "passwords": redact_passwords,
    "masking": mask_addresses,
    "anonymous": lambda said: Anonymous().text(said),
    "place": lambda said: find_place(said, countries=True),
    "yes or no": lambda said: Heard(said, "out_of_scope").yes_no,
    "facts": _told,
    "addresses": read_addresses,
    "mails": lambda said: to_html(escape_markdown(said)),
    "plain mails": plain_text,
    "choices": lambda said: as_choice(Heard(said, "out_of_scope"), [("a", "Un"), ("b", "Deux")]),
    "anywhere": lambda said: as_said_anywhere(Heard(said, "out_of_scope")),
    "sound": lambda said: [phonetic_key(word) for word in normalise(shorten(said)).split()],
    "cells": lambda said: (plain(said), fault_of_address(said), is_mangled(said)),
    "search": lambda said: search(current_content().portal("resah"), said),
}


@pytest.mark.parametrize("reader", _READERS)
def test_no_text_holds_a_reader_up(reader: str) -> None:
    read = _READERS[reader]
    # Tables that are read at their first use are none of the text.
    read("bonjour, je suis à Grenobble, gh")
    texts = adversarial_texts()
    assert len(texts) == _TEXTS
    slowest, worst = 0.0, ""
    # Each reader gets its own tenth of the texts, which keeps the whole quick.
    for said in texts[sorted(_READERS).index(reader) % 10 :: 10]:
        taken = cpu_seconds(partial(read, said), limit=_MOST_SECONDS)
        if taken > slowest:
            slowest, worst = taken, said[:40]
    print(f"{reader}: {slowest * 1000:.0f} ms for {worst!r}")
    assert slowest < _MOST_SECONDS, (worst, slowest)


@pytest.mark.parametrize(
    "said",
    [
        "a-" * 22, "@" * 2000, "@." * 1000, "a@" * 1000, "saint-" * 333, "paris " * 333,
        "saint-denis " * 166, "ok" + " " * 7000 + "x", "login" + " " * 1990 + "x",
        "-" * 2000 + "x", "pwd-A1b2c3, " * 650, "0" * 7000 + "-", "\n" * 7000 + "x",
        "https://www.resah.example/actualites/comment-beneficier-du-nouveau-marche-de-fourniture-"
        "et-de-maintenance-de-materiel-informatique-pour-les-etablissements-de-sante",
    ],
    ids=lambda said: repr(said[:20]),
)  # fmt: skip
def test_texts_that_once_did(said: str) -> None:
    for name, read in _READERS.items():
        taken = cpu_seconds(partial(read, said), limit=_MOST_SECONDS)
        assert taken < _MOST_SECONDS, (name, taken)
    for pattern in (region._CUSTOMER_NUMBER, *(login_answers.__dict__.values())):
        if isinstance(pattern, re.Pattern):
            taken = cpu_seconds(partial(pattern.search, said), limit=_MOST_SECONDS)
            assert taken < _MOST_SECONDS, pattern.pattern
