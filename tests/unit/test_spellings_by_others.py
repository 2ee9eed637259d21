"""Addresses and passwords as others wrote them: read whole or asked for; masked or left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.address_owner import read_addresses
from bot.french.redaction import MARK, redact_passwords
from bot.ground.yaml_text import read_yaml

HERE = Path(__file__).parent
ADDRESSES = read_yaml(HERE / "addresses_by_others.yml")
KINDS = read_yaml(HERE / "addresses_by_kind.yml")
PASSWORDS = read_yaml(HERE / "passwords_by_others.yml")
LEAST_READ = 0.95
LEAST_MASKED = 0.97
MOST_TOUCHED = 0.01


def read(text: str) -> str | None:
    """Return the address that a conversation takes from a text, or None where it asks."""
    found = read_addresses(text)
    return None if found.choices or found.whose == "old" else found.address or None


@pytest.mark.parametrize("row", KINDS, ids=lambda row: repr(row["text"])[:60])
def test_an_address_is_read_whole_or_asked_for(row: dict[str, str | None]) -> None:
    assert read(str(row["text"])) == row["means"]


def test_no_address_is_read_as_another_persons() -> None:
    wrong = {row["text"]: got for row in ADDRESSES
             if (got := read(row["text"])) is not None and got != row["means"]}  # fmt: skip
    assert not wrong


def test_nearly_all_addresses_are_read() -> None:
    meant = [row for row in ADDRESSES if row["means"] is not None]
    lost = [row["text"] for row in meant if read(row["text"]) is None]
    assert len(lost) <= (1 - LEAST_READ) * len(meant), lost


@pytest.mark.slow
@pytest.mark.parametrize("hand", ["secret", "secret_by_another", "secret_by_a_third"])
def test_nearly_all_passwords_are_masked(hand: str) -> None:
    left = [row["text"] for row in PASSWORDS[hand] if _is_left(row["secret"], row["text"])]
    assert len(left) <= (1 - LEAST_MASKED) * len(PASSWORDS[hand]), left


def _is_left(secret: str | list[str], text: str) -> bool:
    """Tell whether a secret, or one of several, is still to be read."""
    secrets = [secret] if isinstance(secret, str) else secret
    return any(one in redact_passwords(text) for one in secrets)


@pytest.mark.slow
@pytest.mark.parametrize("hand", ["harmless", "harmless_by_another", "harmless_by_a_third"])
def test_harmless_sentences_are_left_alone(hand: str) -> None:
    touched = [text for text in PASSWORDS[hand] if MARK in redact_passwords(text)]
    assert len(touched) <= MOST_TOUCHED * len(PASSWORDS[hand]), touched
