"""What counts as a yes, as a no and as an address of one's own, in the words of strangers.

The sentences stand in `consent.yml`; whatever the model made of a sentence, what asks or objects
agrees to nothing.
"""

from __future__ import annotations

import time
from typing import Any, get_args

import pytest
import yaml

from actions.settings import ROOT
from actions.walks.base import Heard
from actions.walks.consent import (
    Act,
    bare_answer,
    consents,
    doubts,
    is_meant,
    place_named,
    recalls,
    refuses,
)
from actions.walks.whose import Read, read_addresses, whose_is

SENTENCES: dict[str, Any] = yaml.safe_load(
    (ROOT / "tests" / "unit" / "consent.yml").read_text(encoding="utf-8")
)
ACTS: tuple[Act, ...] = get_args(Act)


def lost(text: str) -> Heard:
    """Return a message of which the model made nothing."""
    return Heard(text, "out_of_scope", band="lost")


def read_as(text: str, intent: str) -> Heard:
    """Return a message that the model was sure of, rightly or not."""
    return Heard(text, intent, surely=intent)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("text", SENTENCES["yes"])
def test_a_plain_yes_is_a_yes_to_what_is_offered(text: str, act: Act) -> None:
    assert consents(lost(text), act)
    assert not refuses(lost(text), act)
    assert lost(text).yes_no == "yes"


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("text", SENTENCES["no"])
def test_a_plain_no_is_a_no(text: str, act: Act) -> None:
    assert refuses(lost(text), act)
    assert not consents(read_as(text, "affirm"), act)
    assert lost(text).yes_no == "no"


@pytest.mark.parametrize(("act", "text"), [(act, t) for act in ACTS for t in SENTENCES[act]])
def test_each_act_has_a_yes_of_its_own(act: Act, text: str) -> None:
    assert consents(lost(text), act)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("text", SENTENCES["nothing"])
def test_what_asks_or_objects_agrees_to_nothing(text: str, act: Act) -> None:
    for intent in ("affirm", "solved", "password_reset", "human_handoff"):
        assert not consents(read_as(text, intent), act), intent


@pytest.mark.parametrize("text", SENTENCES["nothing"])
def test_what_asks_or_objects_is_no_yes_to_a_fact_either(text: str) -> None:
    assert lost(text).yes_no != "yes"


def test_another_thing_to_send_is_not_the_one_offered() -> None:
    assert consents(lost("envoyez le mail"), "reset")
    assert not consents(read_as("envoyez le mail", "affirm"), "ticket")
    assert not consents(read_as("transmettez ma demande", "affirm"), "reset")


def test_a_sure_reading_of_a_short_message_is_a_yes() -> None:
    assert not consents(lost("cela m'arrangerait beaucoup"), "reset")
    assert consents(read_as("cela m'arrangerait beaucoup", "affirm"), "reset")
    assert not consents(read_as("ce ne serait que bonheur", "affirm"), "reset")
    assert not consents(Heard("cela m'arrangerait beaucoup", "affirm", "unsure"), "reset")


@pytest.mark.parametrize("act", ACTS)
def test_a_button_means_what_it_says(act: Act) -> None:
    assert consents(Heard("/affirm", "affirm"), act)
    assert refuses(Heard("/deny", "deny"), act)
    assert not consents(Heard("/human_handoff", "human_handoff"), act)
    assert not consents(Heard("/password_reset", "password_reset"), act)


@pytest.mark.parametrize(("text", "place"), SENTENCES["places"].items())
def test_a_button_is_named_by_its_place(text: str, place: int | None) -> None:
    assert place_named(text, 3) == place


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("c'est bon ça marche, merci", True),
        ("ça marche, plus de problème", True),
        ("non merci, ça marche", True),
        ("c'est bon. Revenons à ma connexion", False),
        ("ça marche sur Edge par contre", False),
        ("oui c'est bon mais le bouton est gris", False),
    ],
)
def test_good_news_with_a_but_closes_nothing(text: str, meant: bool) -> None:
    assert is_meant(read_as(text, "solved")) is meant


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("annulez le mail", True),
        ("annuler l'envoi svp", True),
        ("j'ai pas dit oui ! j'ai posé une question", True),
        ("n'envoyez pas de mail", True),
        ("annulez ma commande", False),
        ("le mail est arrivé", False),
    ],
)
def test_a_mail_that_left_is_wanted_back(text: str, wanted: bool) -> None:
    assert recalls(text) is wanted


@pytest.mark.parametrize(("text", "whose"), SENTENCES["whose"].items())
def test_whose_an_address_is(text: str, whose: str) -> None:
    before, _, after = text.partition("@")
    assert whose_is(before, after) == whose


def test_of_several_addresses_their_own_counts() -> None:
    text = "supprimez l'accès de a@x.example, répondez-moi à b@x.example"
    assert read_addresses(text) == Read("b@x.example", "own")
    assert read_addresses("supprimez l'accès de a@x.example") == Read("a@x.example", "other")


@pytest.mark.parametrize(
    "text", ["oui " * 2000, "mais " * 2000, "o" * 8000, "👍" * 8000, "?" * 8000]
)
def test_long_messages_are_read_in_no_time(text: str) -> None:
    started = time.process_time()
    bare_answer(text, "reset")
    doubts(text)
    whose_is(text, text)
    assert time.process_time() - started < 1
