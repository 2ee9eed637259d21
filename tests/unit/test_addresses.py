"""Addresses as people paste them, and the slips that are mended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.live import PUBLIC_MAIL_DOMAINS
from bot.ground.addresses import (
    is_address,
    likely_address,
    mask_address,
    normalise_address,
    wire_address,
)

PLAIN = "camille.martin@chu-exemple.example"
DOMAINS = (*PUBLIC_MAIL_DOMAINS, "chu-exemple.example", "ch-exemple.example")


@pytest.mark.parametrize(
    "pasted",
    [
        PLAIN,
        f" {PLAIN}",
        f"{PLAIN} ",
        f"\t{PLAIN}\r\n",
        "camille.martin @ chu-exemple.example",
        "camille.martin@ chu-exemple .example",
        f"\u00a0{PLAIN}\u00a0",
        "camille.martin\u00a0@chu-exemple.example",
        f"{PLAIN}\u202f",
        f"\u2003{PLAIN}\u2009",
        "camille\u200b.martin@\u200bchu-exemple.example",
        f"\ufeff{PLAIN}\u2060",
        "camille.mar\u00adtin@chu-exemple.example",
        "camille.martin\u200d@chu-exemple.example\u200e",
        "CAMILLE.Martin@CHU-Exemple.Example",
        "ｃａｍｉｌｌｅ.martin@chu-exemple.example",
        "camille.martin＠chu-exemple.example",
        "camille．martin＠chu-exemple．example",
        f"mailto:{PLAIN}",
        f"MAILTO:{PLAIN}",
        f"mailto: {PLAIN}",
        f"<{PLAIN}>",
        f"<mailto:{PLAIN}>",
        f"mailto:<{PLAIN}>",
        f"[{PLAIN}]",
        f"({PLAIN})",
        f"« {PLAIN} »",
        f"“{PLAIN}”",
        f"'{PLAIN}'",
        f"{PLAIN}.",
        f"{PLAIN},",
        f"{PLAIN} ;",
        f"{PLAIN}...",
        f"{PLAIN} !",
        f"{PLAIN}?",
        f"<{PLAIN}>.",
        "camille.martin@chu‑exemple.example",
        "camille.martin@chu–exemple.example",
        "camille.martin@chu−exemple.example",
        "camille.martin@chu-exemple。example",
    ],
)
def test_what_is_pasted_around_an_address_does_not_count(pasted: str) -> None:
    assert normalise_address(pasted) == PLAIN


@pytest.mark.parametrize(
    "other",
    [
        "camille_martin@chu-exemple.example",
        "camille-martin@chu-exemple.example",
        "camillemartin@chu-exemple.example",
        "camille.martin+achats@chu-exemple.example",
        "camille.martin@chu.exemple.example",
        "camillé.martin@chu-exemple.example",
    ],
)
def test_what_belongs_to_an_address_counts(other: str) -> None:
    assert normalise_address(other) != PLAIN


@pytest.mark.parametrize("apostrophe", ["'", "‘", "’", "ʼ", "＇"])
def test_a_phone_s_apostrophe_is_the_apostrophe(apostrophe: str) -> None:
    assert normalise_address(f"Sean.O{apostrophe}Brien@chu.example") == "sean.o'brien@chu.example"


@pytest.mark.parametrize(
    ("typed", "stored", "sent"),
    [
        ("contact@hôpital-exemple.example", "contact@hôpital-exemple.example",
         "contact@xn--hpital-exemple-0ob.example"),
        ("contact@ho\u0302pital-exemple.example", "contact@hôpital-exemple.example",
         "contact@xn--hpital-exemple-0ob.example"),
        ("Contact@XN--Hpital-Exemple-0ob.example", "contact@hôpital-exemple.example",
         "contact@xn--hpital-exemple-0ob.example"),
        ("a@straße.example", "a@straße.example", "a@xn--strae-oqa.example"),
        (PLAIN, PLAIN, PLAIN),
        ("josé.garcia@chu.example", "josé.garcia@chu.example", None),
        ("xn--a@chu.example", "xn--a@chu.example", "xn--a@chu.example"),
        ("camille@chu", "camille@chu", None),
    ],
)  # fmt: skip
def test_a_domain_has_one_stored_form_and_one_on_the_wire(
    typed: str, stored: str, sent: str | None
) -> None:
    assert normalise_address(typed) == stored
    assert wire_address(typed) == sent


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normalise_address(text)
    assert normalise_address(once) == once


@given(st.text(alphabet="<>()[]\"'«»“”‘’,;:.!? \u00a0\u200b＠@mailtoMAILTO:a.fr", max_size=40))
def test_nested_wrappings_come_off_at_once(text: str) -> None:
    once = normalise_address(text)
    assert normalise_address(once) == once
    assert normalise_address(f"<mailto:{once}>.") == (once or "mailto")
    assert not any(char.isspace() for char in once)


@pytest.mark.parametrize(
    "text",
    ["a@b.fr", PLAIN, "l'hôpital@chu.example", "a+b@c-d.co.uk", "é@hôpital.example",
     "a=b@c.fr",
     "pierre/paul@c.fr", "-x@c.fr", "camille@chu.local", "a@chu.test", "a" * 64 + "@c.fr"],
)  # fmt: skip
def test_addresses_are_recognised(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "camille", "camille@", "@chu.example", "camille@chu", "camille@chu.",
        "camille@.example",
        "a@b@c.fr", "camille@chu..example", "camille..martin@chu.example", "camille.chu.example",
        "a@c.fr,b", "evil<evil@x.fr", "x,y@b.fr", "undisclosed:;@x.fr", "jean<q7@chu.example",
        "a@b.frsubject:x", ".a@chu.example", "a.@chu.example", "a@-chu.example", "a@localhost",
        "a@" + ("b" * 61 + ".") * 4 + "example", "xn--@xn--.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("orage.fr", "orange.fr"),
        ("orangr.fr", "orange.fr"),
        ("wanado.fr", "wanadoo.fr"),
        ("hotmal.fr", "hotmail.fr"),
        ("outlok.com", "outlook.com"),
        ("laposte.nte", "laposte.net"),
        ("chu-exmple.example", "chu-exemple.example"),
        ("cuh-exemple.example", "chu-exemple.example"),
    ],
)
def test_a_slip_in_the_domain_is_mended(typed: str, meant: str) -> None:
    assert likely_address(f"camille@{typed}", DOMAINS) == f"camille@{meant}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_known_domain_is_not_corrected(domain: str) -> None:
    assert likely_address(f"camille@{domain}", DOMAINS) is None


@pytest.mark.parametrize(
    "domain",
    ["x.fr", "gmx.de", "chu-lyon.fr", "ville-nantes.fr", "woundwo.com", "resah.fr", "sfr.com",
     "gmail-pro-services.com", "a.b", "autre.example"],
)  # fmt: skip
def test_a_far_domain_is_left_alone(domain: str) -> None:
    assert likely_address(f"camille@{domain}", DOMAINS) is None


def test_the_local_part_is_kept_as_it_is() -> None:
    assert likely_address("gmail.com@gmial.com", DOMAINS) == "gmail.com@gmail.com"
    assert likely_address("@gmial.com", DOMAINS) is None
    assert likely_address("gmial.com", DOMAINS) is None
    assert likely_address("camille@gmial.com", ()) is None
    assert likely_address("camille@gmial.com", ("GMAIL.COM",)) == "camille@gmail.com"


def test_a_masked_address_shows_one_letter_and_the_domain() -> None:
    assert mask_address(PLAIN) == "c…@chu-exemple.example"
    assert mask_address("a@b.fr") == "a…@b.fr"
    assert mask_address("cmartin") == "…"
    assert mask_address("") == "…"
