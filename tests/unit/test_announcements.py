"""What is left of a clause without the words that announce it, how long, and where it is cut."""

from __future__ import annotations

import time

import pytest

from bot.content.live import current_content
from bot.dialogue.address_owner import read_addresses
from bot.french.announcements import pieces_of, told_in, without_link
from bot.french.clauses import parts_of_message
from bot.french.durations import tells_time


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("indiquez que le poste est neuf", "le poste est neuf"),
        ("Je souhaite signaler qu'on déménage lundi", "on déménage lundi"),
        ("j'ai oublié d'ajouter : bâtiment C, 2e étage", "bâtiment C, 2e étage"),
        ("rajoutez mon poste 4410", "mon poste 4410"),
        ("notez le lot 12", "le lot 12"),
        ("ajoutez-le svp", ""),
        ("il manque la convention", "il manque la convention"),
        ("On ferme à midi", "On ferme à midi"),
        ("ma chef dit que c'est faux", "ma chef dit que c'est faux"),
        ("", ""),
        ("œuvre à noter que", "œuvre à noter que"),
    ],
)
def test_the_announcement_is_taken_off_and_nothing_else(clause: str, told: str) -> None:
    assert told_in(clause, current_content().wording.requests).text == told


def test_a_second_que_goes_with_the_first() -> None:
    links = current_content().wording.requests["links"]
    assert without_link("et que c'est pressé", links) == "et c'est pressé"
    assert without_link("et qu'il pleut", links) == "et il pleut"
    assert without_link("et il pleut", links) == "et il pleut"


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("oui", []),
        (
            "oui envoyez, et notez qu'on part vendredi et que ça presse",
            ["oui envoyez,", "et notez qu'on part vendredi", "et que ça presse"],
        ),
        (
            "Le titre est faux : c'est le filtre, pas le mail.\nMerci de corriger",
            ["Le titre est faux :", "c'est le filtre,", "pas le mail.", "Merci de corriger"],
        ),
    ],
)
def test_a_message_is_cut_where_its_clauses_end(text: str, clauses: list[str]) -> None:
    assert [text[start:end] for start, end in parts_of_message(text)] == clauses


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("ça dure depuis 5 jours", True),
        ("il me le faut avant 14 h", True),
        ("c'est pour demain", True),
        ("deux semaines que j'attends", True),
        ("je suis cliente depuis 1994", False),
        ("le lot 3 du marché", False),
    ],
)
def test_it_is_known_what_tells_how_long_or_by_when(text: str, tells: bool) -> None:
    assert tells_time(text) == tells


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("écrivez-moi plutôt sur a.b@x.example", "answer"),
        ("prenez c.d@x.example pour la réponse", "answer"),
        ("ma nouvelle adresse sera a.b@x.example", "new"),
        ("a.b@x.example, elle n'est pas encore liée à mon compte", "new"),
        ("mon compte est a.b@x.example", ""),
    ],
)
def test_an_address_is_given_for_something(text: str, purpose: str) -> None:
    assert read_addresses(text).purpose == purpose


def test_what_a_request_may_hold_of_a_message_is_known_piece_by_piece() -> None:
    pieces = set(pieces_of("oui, précisez qu'on déménage", current_content().wording.requests))
    assert {"On déménage", "on déménage"} <= pieces


@pytest.mark.parametrize("text", ["précisez " * 900, ", a" * 3000, ": " * 4000, "et que " * 1500])
def test_long_messages_are_cut_in_no_time(text: str) -> None:
    started = time.process_time()
    parts_of_message(text)
    told_in(text, current_content().wording.requests)
    tells_time(text)
    assert time.process_time() - started < 0.5
