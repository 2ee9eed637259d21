"""What counts as a yes, as a no and as an address of one's own, in the words of strangers.

The sentences stand in `consent.yml`; whatever the model made of a sentence, what asks or objects
agrees to nothing.
"""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from bot.dialogue.address_owner import Read, read_addresses, whose_is
from bot.dialogue.agreement import Act, bare_answer, doubts, place_named, recalls
from bot.dialogue.consent import consent_to, demand, is_meant, refuses
from bot.dialogue.heard import Heard
from bot.ground.errors import NotAgreed
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml
from tests.support.timing import cpu_seconds

SENTENCES: dict[str, Any] = read_yaml(ROOT / "tests" / "unit" / "consent.yml")
ACTS: tuple[Act, ...] = get_args(Act)


MOMENTS: dict[str, Any] = read_yaml(ROOT / "tests" / "unit" / "consent_moments.yml")


def consents(heard: Heard, act: Act) -> bool:
    return consent_to(heard, act) is not None


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


@pytest.mark.parametrize("act", ACTS)
def test_a_plain_yes_of_many_tempers_acts(act: Act) -> None:
    said = MOMENTS["always"]["yes"] + MOMENTS[act]["yes"]
    assert [text for text in said if not consents(lost(text), act)] == []


@pytest.mark.parametrize("act", ACTS)
def test_all_else_is_asked_once_more_however_it_is_read(act: Act) -> None:
    said = MOMENTS["always"]["other"] + MOMENTS[act]["other"]
    readings = ("affirm", "solved", "thank", "password_reset", "human_handoff")
    acted = [text for text in said for read in readings if consents(read_as(text, read), act)]
    assert acted == []


def test_each_moment_has_many_sentences() -> None:
    for act in ACTS:
        said = [*MOMENTS["always"]["yes"], *MOMENTS["always"]["other"]]
        said += [*MOMENTS[act]["yes"], *MOMENTS[act]["other"]]
        assert len(set(said)) >= 150, act


def test_a_yes_to_one_thing_opens_no_other_door() -> None:
    consent = consent_to(lost("oui"), "reset")
    assert consent is not None
    demand(consent, "reset")
    with pytest.raises(NotAgreed):
        demand(consent, "ticket")


def test_a_reset_and_a_request_leave_through_one_door() -> None:
    """Whatever sends stands behind a yes: nothing else in the walks calls what writes a mail."""
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py")):
        if path.name == "acts.py":
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<!def )\brequest_reset\(", text), path
        assert not re.search(r"(?<!def )\bhand_over\(", text), path
        assert not re.search(r"(?<!class )\bConsent\(", text) or path.name == "consent.py", path


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
    assert read_addresses(text) == Read("b@x.example", "own", purpose="answer")
    assert read_addresses("supprimez l'accès de a@x.example") == Read("a@x.example", "other")


@pytest.mark.parametrize(
    "text", ["oui " * 2000, "mais " * 2000, "o" * 8000, "👍" * 8000, "?" * 8000]
)
def test_long_messages_are_read_in_no_time(text: str) -> None:
    assert cpu_seconds(lambda: bare_answer(text, "reset"), limit=0.3) < 0.3
    assert cpu_seconds(lambda: doubts(text), limit=0.3) < 0.3
    assert cpu_seconds(lambda: whose_is(text, text), limit=0.3) < 0.3
