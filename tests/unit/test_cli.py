"""The `guichet` command as an operator runs it: errors are one sentence, never a traceback."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.rasa.training import model_name
from tests.support.command import run_command


@dataclass
class Guichet:
    """The command with a folder of its own."""

    folder: Path

    def __call__(self, *arguments: str, **settings: str) -> CompletedProcess[str]:
        env = {"GUICHET_VAR_DIR": str(self.folder / "var"), **settings}
        return run_command(*arguments, env=env)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the command's database."""
        with sqlite3.connect(self.folder / "var" / "guichet.db") as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def guichet(tmp_path: Path) -> Guichet:
    """The command."""
    return Guichet(tmp_path)


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    """An accounts file without a fault."""
    path = tmp_path / "comptes.csv"
    path.write_text("email,login,status\na@ch.example,un,active\na@ch.example,deux,active\n")
    return path


def assert_one_sentence(done: CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("guichet : ") and lines[0].endswith(".")
    for part in parts:
        assert part in lines[0]


def test_accounts_are_imported_and_synced(guichet: Guichet, good_file: Path) -> None:
    done = guichet("accounts", "import", str(good_file), "--portal", "resah")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 ajoutés, 0 modifiés, 0 inchangés, 0 désactivés.\n"
    good_file.write_text("email,login,status\na@ch.example,un,active\n")
    done = guichet("accounts", "import", str(good_file), "--portal", "resah", "--sync")
    assert done.stdout == "0 ajoutés, 0 modifiés, 1 inchangés, 1 désactivés.\n"
    assert guichet.rows("SELECT login, status FROM accounts ORDER BY id") == [
        ("un", "active"),
        ("deux", "disabled"),
    ]


def test_a_bad_file_is_named_with_its_line(guichet: Guichet, tmp_path: Path) -> None:
    bad = tmp_path / "faux.csv"
    bad.write_text("email,status\na@ch.example,active\nb.example,active\n")
    done = guichet("accounts", "import", str(bad), "--portal", "resah")
    assert_one_sentence(done, str(bad), "ligne 3", "« b.example »")
    assert guichet.rows("SELECT count(*) FROM accounts") == [(0,)]


def test_a_bad_portal_is_named_with_those_there_are(guichet: Guichet, good_file: Path) -> None:
    done = guichet("accounts", "import", str(good_file), "--portal", "autre")
    assert_one_sentence(done, "« autre »", "resah, woundwo")


def test_what_waits_is_sent_once(guichet: Guichet) -> None:
    done = guichet("outbox", "send")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 mails traités.\n", "")
    with sqlite3.connect(guichet.folder / "var" / "guichet.db") as connection:
        connection.execute(
            "INSERT INTO outbox (portal, kind, key, sender, recipient, reply_to, subject, text,"
            " message_id, state, attempts, error, created_at, next_attempt_at, thread)"
            " VALUES ('resah', 'ticket', 'k', 'a@b.fr', 'c@d.fr', '', 'Sujet', 'Texte', '<x@b.fr>',"
            " 'waiting', 0, '', '2024-01-01 00:00:00', '2024-01-01 00:00:00', '')"
        )
    assert guichet("outbox", "send").stdout == "1 mails traités.\n"
    assert len(list((guichet.folder / "var" / "mail").glob("*.eml"))) == 1


def test_a_database_that_does_not_answer(guichet: Guichet) -> None:
    done = guichet("outbox", "send", GUICHET_DATABASE_URL="postgresql://u:geheim@127.0.0.1:1/x")
    assert_one_sentence(done, "la base de données ne répond pas")
    assert "geheim" not in done.stderr


def test_a_bad_setting(guichet: Guichet) -> None:
    done = guichet("serve", GUICHET_WORKERS="2")
    assert_one_sentence(done, "GUICHET_WORKERS", "PostgreSQL")


def test_content_that_is_not_there(guichet: Guichet, good_file: Path, tmp_path: Path) -> None:
    done = guichet(
        "accounts", "import", str(good_file), "--portal", "resah",
        GUICHET_CONTENT_DIR=str(tmp_path / "nulle-part"),
    )  # fmt: skip
    assert_one_sentence(done, "nulle-part", "ne peut pas être lu")


def test_an_unknown_command_shows_the_usage(guichet: Guichet) -> None:
    done = guichet("inconnu")
    assert done.returncode == 2
    assert "usage: guichet" in done.stderr and "Traceback" not in done.stderr


def test_a_model_that_is_damaged(guichet: Guichet, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / f"{model_name()}.tar.gz").write_bytes(b"\x1f\x8b" + b"x" * 1000)
    settings = {"GUICHET_MODELS_DIR": str(models), "GUICHET_PORT": "0"}
    done = guichet("serve", **settings)
    assert done.returncode == 1
    assert_one_sentence(done, "est abîmé", "guichet train --force")
    done = guichet("doctor", **settings)
    assert done.returncode == 1
    assert "En panne Modèle" in done.stdout and "est abîmé" in done.stdout


def test_a_data_folder_that_cannot_be_written(guichet: Guichet) -> None:
    # Nobody, not even the superuser, makes files there.
    done = guichet("serve", GUICHET_VAR_DIR="/proc")
    assert_one_sentence(done, "GUICHET_VAR_DIR", "/proc")
    done = guichet("serve", GUICHET_VAR_DIR="/proc", GUICHET_SECRET_KEY="k" * 40)
    assert_one_sentence(done, "GUICHET_VAR_DIR", "/proc")


def test_a_short_token_is_told_at_the_start(guichet: Guichet) -> None:
    done = guichet("prepare", GUICHET_API_TOKEN="court", GUICHET_MODELS_DIR="/dev/null/nothing")
    assert "GUICHET_API_TOKEN : trop court" in done.stdout


def test_mails_in_files_are_taken(guichet: Guichet, tmp_path: Path) -> None:
    mail = tmp_path / "recu.eml"
    mail.write_text("From: a@ch.example\nSubject: Acces\nMessage-ID: <m1@ch.example>\n\nBonjour\n")
    done = guichet("mails", "take", str(mail), str(mail), "--portal", "resah")
    assert done.returncode == 0, done.stderr
    ((reference, contact, topic),) = guichet.rows("SELECT reference, contact, topic FROM tickets")
    assert (contact, topic) == ("a@ch.example", "Acces")
    assert done.stdout.splitlines() == [
        f"{mail} : nouvelle demande {reference}.", f"{mail} : déjà pris."
    ]  # fmt: skip
    missing = guichet("mails", "take", str(tmp_path / "rien.eml"), "--portal", "resah")
    assert_one_sentence(missing, "rien.eml", "ne peut pas être lu")
    assert_one_sentence(guichet("mails", "take", str(mail), "--portal", "tiers"), "tiers")
