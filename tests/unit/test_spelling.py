"""Text-message shorthand, written out for the patterns of the walks."""

from __future__ import annotations

import pytest

from bot.french.fold import fold
from bot.french.spelling import SHORTHAND, spell_out


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Tjs ri1 ds les spam", "toujours rien dans les spam"),
        ("nn jveu pa", "non je veux pas"),
        ("a wi il y é", "a oui il y est"),
        ("g c pas pk sa marche plu", "j'ai c'est pas pourquoi ca marche plus"),
        ("koi ?? (cmt)", "quoi ?? (comment)"),
        ("j ai déjà regardé", "j'ai deja regarde"),
    ],
)
def test_shorthand_is_written_out(typed: str, read: str) -> None:
    assert fold(typed) == read


@pytest.mark.parametrize(
    "text", ["p.tt@chu.example", "d.ds@c-pa.example", "c'est", "quel", "sac", "nn-12", "l'e-mail"]
)
def test_what_only_contains_it_is_left(text: str) -> None:
    assert spell_out(text) == text


def test_what_is_meant_is_plain_and_no_shorthand_again() -> None:
    for short, meant in SHORTHAND.items():
        assert fold(meant) == spell_out(meant) == meant, short
