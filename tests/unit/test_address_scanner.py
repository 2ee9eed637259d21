"""Addresses are found whole, or found as what has to be asked for again."""

from __future__ import annotations

import unicodedata

import pytest

from bot.desk.privacy import Anonymous, addresses_in, is_one_address, mask_addresses
from bot.french.address_scanner import find_addresses, unreadable_address, whole_addresses
from tests.support.timing import cpu_seconds

CAMILLE = "camille.martin@chu-exemple.example"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("sean.o’brien@chu-exemple.example", "sean.o'brien@chu-exemple.example"),
        ("sean.oʼbrien@chu-exemple.example", "sean.o'brien@chu-exemple.example"),
        (unicodedata.normalize("NFD", "josé.garcia@chu.example"), "josé.garcia@chu.example"),
        ("Camille. martin@chu-exemple.example", CAMILLE),
        ("Camille. Martin@chu-exemple. example", CAMILLE),
        ("camille . martin @ chu-exemple . example", CAMILLE),
        ("camille.martin@chu‑exemple.example", CAMILLE),
        ("camille.martin@chu−exemple.example", CAMILLE),
        ("voici : camille.martin (at) chu-exemple.example", CAMILLE),
        ("camille(point)martin[at]chu-exemple(dot)example", CAMILLE),
        ("camille point martin@chu-exemple point example", CAMILLE),
        ("camille point martin arobaze chu tiret exemple point example", CAMILLE),
        ("**camille.martin@chu-exemple.example**", CAMILLE),
        ("📧camille.martin@chu-exemple.example", CAMILLE),
        ("J'ai perdu mon mot de passe. camille.martin@chu-exemple.example", CAMILLE),
        ("J'ai perdu mon mot de passe. cmartin@chu.example", "cmartin@chu.example"),
        ("Bonjour. cmartin@chu.example", "cmartin@chu.example"),
        ("mon adresse camille @ chu.example", "camille@chu.example"),
        ("Pierre. martin@chu.example", "pierre.martin@chu.example"),
        ("a=b@chu.example", "a=b@chu.example"),
        ("-x@chu.example", "-x@chu.example"),
        ("k e v i n arobas g m a i l point com", "kevin@gmail.com"),
        ("c h tiret arras arobase gmail point com", "ch-arras@gmail.com"),
        ("camille@chu. exemple. fr", "camille@chu.exemple.fr"),
        ("a@chu.fr. Info importante", "a@chu.fr"),
        ("a@chu.fr point final", "a@chu.fr"),
        ("contact@xn--hpital-exemple-0ob.example", "contact@hôpital-exemple.example"),
    ],
)
def test_an_address_is_read_whole(text: str, address: str) -> None:
    assert whole_addresses(text) == [address]
    assert unreadable_address(text) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("mon mail est camille. martin@chu.example", "camille. martin@chu.example"),
        ("pierre/paul@chu.example", "pierre/paul@chu.example"),
        ("sean.o' brien@chu.example", "sean.o' brien@chu.example"),
        ("camille_ martin@chu.example", "camille_ martin@chu.example"),
        ("jean dupont @ chu.example", "dupont @ chu.example"),
        ("jean paul arobase chu point fr", "paul arobase chu point fr"),
        ("a@b@c.example", "a@b@c.example"),
        ("camille@chu", "camille@chu"),
        ("camille\\martin@chu.example", "camille\\martin@chu.example"),
        (f"{'a' * 240}@chu-exemple.example", f"{'a' * 240}@chu-exemple.example"),
        ('"camille"@chu.example', '"camille"@chu.example'),
        ("camille.martin@", "camille.martin@"),
        ("je ne trouve pas le @", "je ne trouve pas le @"),
    ],
)
def test_what_may_be_a_part_is_asked_for(text: str, asked: str) -> None:
    assert whole_addresses(text) == []
    assert asked in (unreadable_address(text) or "")


@pytest.mark.parametrize(
    "text", ["at work", "l'arobase du clavier", "le point arobase", "camille.martin", "c h arras"]
)
def test_ordinary_words_are_no_address(text: str) -> None:
    assert find_addresses(text) == []
    assert unreadable_address(text) is None


def test_two_addresses_stand_where_they_say() -> None:
    text = "a@b.example/c@d.example, puis camille point martin arobase gmail point com."
    spans = [text[found.start : found.end] for found in find_addresses(text)]
    assert spans == ["a@b.example", "c@d.example", "camille point martin arobase gmail point com"]


@pytest.mark.parametrize(
    "typed",
    [
        CAMILLE,
        "camille.martin＠chu-exemple.example",
        "camille.martin (at) chu-exemple.example",
        "camille.martin @ chu-exemple . example",
        "camille point martin arobase chu tiret exemple point example",
        "Camille. martin@chu-exemple.example",
    ],
)
def test_what_is_read_as_an_address_is_masked_for_readers(typed: str) -> None:
    text = f"C'est {typed} merci"
    assert mask_addresses(typed) == "c…@chu-exemple.example"
    assert "martin" not in mask_addresses(text)
    assert mask_addresses(mask_addresses(text)) == mask_addresses(text)
    assert Anonymous().text(typed) == "personne1@exemple.example"
    assert addresses_in(typed) == [CAMILLE]
    assert is_one_address(f" <{typed}> ")
    assert not is_one_address(f"{typed} facture")
    assert not is_one_address(f"{typed}, paul@autre-chu.example")


def test_a_doubtful_address_is_masked_too() -> None:
    assert mask_addresses("jean dupont @ chu.example") == "d…@chu.example"
    assert mask_addresses("camille@chu") == "c…@chu"
    assert mask_addresses("aide@resah.example", {"aide@resah.example"}) == "aide@resah.example"


@pytest.mark.parametrize(
    "piece",
    ["@", "a@", "@.", "a-", "a@b.", "a. ", "a. b@c. ", "(at)", "((at", "a @ ", "a@b ", "\u00ad",
     "a point ", "camille arobase ", "tiret du ", "k e v i n arobase ", "a\u0301@",
     "a@@ ", "a@ ", "a@b,c,", "aa..", "luc.a à ", "mail : aa à ", "aa bb tout attaché ", "à a.b ",
     "aa avec un point ", "aa²b.", "//a@"],
)  # fmt: skip
def test_the_time_grows_with_the_length_only(piece: str) -> None:
    text = piece * (16_000 // len(piece))
    assert cpu_seconds(lambda: find_addresses(text), limit=1) < 1
