"""Mails as real mail programs write them: what is new in them, of what kind, with what files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.desk.incoming.message import IncomingMessage
from bot.desk.incoming.reading import read_mail

FOLDER = Path(__file__).parent / "mails"
SHAPES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "expected.yml").read_text("utf-8"))


def read(name: str) -> IncomingMessage:
    """Return a mail of the folder, read."""
    return read_mail((FOLDER / f"{name}.eml").read_bytes(), {"aide@resah.example"})


def folded(mail: IncomingMessage, kind: str) -> str:
    """Return what was folded away as of a kind."""
    return "\n".join(segment.text for segment in mail.segments if segment.kind == kind)


def test_every_mail_is_told_of() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(SHAPES)
    assert len(SHAPES) >= 40


@pytest.mark.parametrize("name", SHAPES)
def test_a_mail_is_read_as_its_writer_meant_it(name: str) -> None:
    mail, expected = read(name), SHAPES[name]
    assert mail.kind == expected["kind"]
    if "text" in expected:
        assert mail.text == expected["text"]
    assert expected.get("contains", "") in mail.text
    assert expected.get("folded", "") in folded(mail, "quote")
    assert expected.get("signature", "") in folded(mail, "signature")
    assert [file.name for file in mail.files] == expected.get("files", [])
    assert mail.sender == expected.get("sender", mail.sender)
    assert mail.subject == expected.get("subject", mail.subject)
    assert mail.sender_name == expected.get("name", mail.sender_name)
    assert mail.readable and not mail.cut


@pytest.mark.parametrize("name", [name for name in SHAPES if SHAPES[name]["kind"] == "message"])
def test_nothing_of_a_text_is_lost(name: str) -> None:
    mail = read(name)
    whole = mail.whole_text.split()
    assert len(whole) == sum(len(segment.text.split()) for segment in mail.segments)
    for line in mail.text.splitlines():
        assert line in mail.whole_text
    assert "<script" not in mail.whole_text and "traceur.example" not in mail.whole_text
