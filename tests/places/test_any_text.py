"""The place resolver answers any text whatever, quickly, and in several threads."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.french.places import find_place
from bot.french.places.index import Index, index
from tests.places.asking import load
from tests.support.timing import cpu_seconds


@given(st.text(max_size=200), st.booleans(), st.booleans())
@example("\u0130 2a\u00a0(", True, True)
@example("s/", True, False)
@example("l'", True, True)
@example("²³ ٣٤ ৪৫৬৭৮", True, True)
@settings(max_examples=300, deadline=None)
def test_any_text_gets_an_answer(text: str, expected: bool, countries: bool) -> None:
    answer = find_place(text, expected=expected, countries=countries)
    sizes = {"none": {0}, "one": {1}, "several": set(range(2, 7)), "country_needed": set(range(7))}
    assert len(answer.places) in sizes[answer.outcome]


WORDS = (
    "lyon st je suis à en dans le la du CHU 93 69003 2A ( ) - , cedex paris bretange 1000".split()
)


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_order_of_words_gets_an_answer(
    words: list[str], expected: bool, countries: bool
) -> None:
    find_place(" ".join(words), expected=expected, countries=countries)


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "lyon " * 2_000, "saint " * 1_700, "1" * 10_000, "69 " * 3_300,
     "je suis en bretange " * 500, "-" * 10_000, "à l'" * 2_500],
    ids=range(8),
)  # fmt: skip
def test_long_texts_are_read_quickly(text: str) -> None:
    find_place("lyon", expected=True, countries=True)
    for expected in (False, True):
        read = partial(find_place, text, expected=expected, countries=True)
        assert cpu_seconds(read, limit=1) < 1


def test_speed_on_messages() -> None:
    rows = load("no_place.yml") + [row["text"] for row in load("phrases.yml")]
    find_place("lyon", expected=True)
    times = []
    for row in rows:
        times.append(cpu_seconds(partial(find_place, row), limit=0.003))
    assert sorted(times)[len(times) // 2] < 0.003


def test_threads_share_one_index() -> None:
    found: list[Index] = []
    threads = [threading.Thread(target=lambda: found.append(index())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1
