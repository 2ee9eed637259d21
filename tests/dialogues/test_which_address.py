"""Two addresses in one message: the person's own is taken, or it is asked which one is."""

from __future__ import annotations

import csv
import re
import uuid
from pathlib import Path

import pytest

from bot.ground.yaml_text import read_yaml
from tests.support.command import run_command
from tests.support.service import ROOT, Chat, Service

UNIT = ROOT / "tests" / "unit"
LEAST_READ = 0.95
_LEE, _MAX = "lea.roux@chu-exemple.example", "max.roux@chu-exemple.example"
_WHICH = "Laquelle"


@pytest.mark.parametrize(
    "opening",
    [("mot de passe oublié",), ("je veux parler à quelqu'un", "Rennes")],
    ids=["login", "handover"],
)
def test_it_is_asked_which_address_is_meant(
    peopled_service: Service, opening: tuple[str, ...]
) -> None:
    chat = Chat(peopled_service, "resah", uuid.uuid4().hex)
    for message in opening:
        chat.say(message)
    assert _WHICH in chat.say(f"{_LEE} ou {_MAX}")
    assert "address" not in (chat.slots.get("memory") or {})
    assert {_LEE, _MAX} <= set(chat.offered)
    assert _LEE in chat.click(_LEE)
    assert chat.slots["memory"]["address"] == _LEE


def test_it_is_asked_at_once_where_the_first_message_names_two(peopled_service: Service) -> None:
    chat = Chat(peopled_service, "resah", uuid.uuid4().hex)
    assert _WHICH in chat.say(f"mot de passe oublié : {_LEE} et {_MAX}")
    assert _MAX in chat.say(_MAX)
    assert chat.slots["memory"]["address"] == _MAX


@pytest.mark.parametrize(
    "said",
    [
        f"non pas {_MAX}, {_LEE}",
        f"{_MAX} oups pardon {_LEE}",
        f"c'est {_LEE} et non {_MAX}",
        f"{_LEE}, mon chef c'est {_MAX}",
        f"{_MAX} est fausse, {_LEE} est la bonne",
    ],
)
def test_a_correction_takes_the_right_one(peopled_service: Service, said: str) -> None:
    chat = Chat(peopled_service, "resah", uuid.uuid4().hex)
    chat.say("mot de passe oublié")
    chat.say(said)
    assert chat.slots["memory"]["address"] == _LEE


@pytest.mark.parametrize("slip", [_LEE.replace("@", "@@"), _LEE.replace("@", ".@")])
def test_a_mended_address_is_read_back_before_anything_is_sent(
    peopled_service: Service, slip: str
) -> None:
    chat = Chat(peopled_service, "resah", uuid.uuid4().hex)
    chat.say("mot de passe oublié")
    assert _LEE in chat.say(slip)


@pytest.mark.slow
def test_no_spelling_by_others_reaches_another_persons_account(
    peopled_service: Service, tmp_path: Path
) -> None:
    rows = read_yaml(UNIT / "addresses_by_others.yml")
    _import(peopled_service, tmp_path, _readings(rows))
    wrong, lost = {}, []
    for row in rows:
        peopled_service.forget_limits()
        chat = Chat(peopled_service, "resah", uuid.uuid4().hex)
        chat.say("mot de passe oublié")
        chat.say(row["text"])
        taken = (chat.slots.get("memory") or {}).get("address")
        if taken is not None and taken != row["means"]:
            wrong[row["text"]] = taken
        elif taken is None and row["means"] is not None:
            lost.append(row["text"])
    assert not wrong
    meant = sum(row["means"] is not None for row in rows)
    assert len(lost) <= (1 - LEAST_READ) * meant, lost


def _readings(rows: list[dict[str, str | None]]) -> set[str]:
    """Return what is meant, and every tail of what was typed: an account for either."""
    found = {str(row["means"]) for row in rows if row["means"]}
    for row in rows:
        for typed in re.findall(r"[\w.'’&+=/*-]+@[\w.-]+\w", str(row["text"]).lower()):
            local, _, domain = typed.partition("@")
            tails = re.split(r"[/,;*'’=]", local)
            found |= {f"{tail}@{domain}" for tail in (local, *tails) if tail}
    return {address for address in found if address.isascii()}


def _import(service: Service, folder: Path, addresses: set[str]) -> None:
    path = folder / "accounts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "login", "status"])
        writer.writerows([address, f"l{n}", "active"] for n, address in enumerate(addresses))
    run_command(
        "accounts", "import", str(path), "--portal", "resah", env=service.environment(), check=True
    )
