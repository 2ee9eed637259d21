"""`guichet doctor`: one line for each thing, and a status that says whether something is broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.check.placeholders import placeholders
from bot.ground.private_files import close
from bot.ground.settings import ROOT, load_settings
from tests.support.command import run_command
from tests.support.mail import Mailbox
from tests.support.service import free_port

Guichet = Callable[..., CompletedProcess[str]]


@pytest.fixture
def guichet(tmp_path: Path) -> Guichet:
    """The command with a folder of its own."""

    def run(*arguments: str, **settings: str) -> CompletedProcess[str]:
        return run_command(*arguments, env={"GUICHET_VAR_DIR": str(tmp_path / "var"), **settings})

    return run


def line_of(done: CompletedProcess[str], part: str) -> str:
    """Return the line that tells of something."""
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return next(line for line in done.stdout.splitlines() if part in line)


def test_a_new_machine_has_things_to_do_and_nothing_broken(guichet: Guichet) -> None:
    done = guichet("doctor", GUICHET_MODELS_DIR="/nulle/part")
    assert done.returncode == 0, done.stdout + done.stderr
    assert line_of(done, "Base de données").startswith("À faire")
    assert "guichet train" in line_of(done, "Modèle")
    assert ".eml" in line_of(done, "Mails de resah, woundwo")
    assert line_of(done, "Contenu").startswith("OK")
    assert "faq/resah/regions.yml" in line_of(done, "regions.yml")
    assert done.stdout.splitlines()[-1].startswith("0 en panne, ")


def test_a_prepared_one_is_in_order_but_for_what_is_made_up(
    guichet: Guichet, model: Path, mailbox: Mailbox, tmp_path: Path
) -> None:
    assert guichet("prepare").returncode == 0
    key = tmp_path / "var" / "secret_key"
    key.chmod(0o644)
    done = guichet("doctor", GUICHET_SMTP_URL=mailbox.url, GUICHET_HOST="0.0.0.0")
    assert done.returncode == 0
    for part in ("Base de données", "Modèle", "Contenu", "Mails de"):
        assert line_of(done, part).startswith("OK"), done.stdout
    accounts = line_of(done, "Comptes de resah")
    assert "4 active, 1 disabled, 1 pending, de démonstration" in accounts
    assert f"chmod 600 {key}" in line_of(done, "Clé secrète")
    assert line_of(done, "GUICHET_PUBLIC_URL").startswith("À faire")

    real = tmp_path / "comptes.csv"
    real.write_text("email,status\na@ch.fr,active\n", encoding="utf-8")
    assert guichet("accounts", "import", str(real), "--portal", "resah").returncode == 0
    done = guichet("doctor")
    assert "1 active, réels" in line_of(done, "Comptes de resah")
    assert line_of(done, "Comptes de woundwo : aucun").startswith("À faire")
    assert "GUICHET_SMTP_URL" in line_of(done, "Mails de")
    assert line_of(done, "GUICHET_API_TOKEN").startswith("À faire")


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"GUICHET_PORT": "http"}, "GUICHET_PORT"),
        ({"GUICHET_SMTP_URL": f"smtp://127.0.0.1:{free_port()}"}, "Mails de resah, woundwo"),
        (
            {"GUICHET_DATABASE_URL": f"postgresql://u:geheim@127.0.0.1:{free_port()}/b"},
            "Base de données",
        ),
        ({"GUICHET_CONTENT_DIR": "/nulle/part"}, "Contenu"),
        ({"GUICHET_DEFAULT_PORTAL": "tiers"}, "GUICHET_DEFAULT_PORTAL"),
    ],
)
def test_what_is_broken_is_named(guichet: Guichet, settings: dict[str, str], part: str) -> None:
    done = guichet("doctor", **settings)
    assert done.returncode == 1
    assert line_of(done, part).startswith("En panne")
    assert "geheim" not in done.stdout + done.stderr


def test_an_old_database_is_to_be_migrated(guichet: Guichet, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "guichet.db").touch()
    assert "guichet prepare" in line_of(guichet("doctor"), "Base de données : à mettre à jour")


def test_mistakes_in_content_are_counted(guichet: Guichet, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "faq", tmp_path / "faq")
    path = tmp_path / "faq" / "resah" / "portal.yml"
    path.write_text(path.read_text().replace("#1d4e89", "#ffee00"))
    done = guichet("doctor", GUICHET_CONTENT_DIR=str(tmp_path / "faq"))
    assert done.returncode == 0
    assert "1 erreur ; guichet content check" in line_of(done, "Contenu")


def test_placeholders_are_found_by_line(tmp_path: Path) -> None:
    path = tmp_path / "portail" / "portal.yml"
    path.parent.mkdir()
    path.write_text(
        "# a@b.example\nsender: a@b.example\nname: Écrivez prenom.nom@ville.example\n"
        'phone: "01 99 00 12 34"\nother: "+32 0 00 00 00 01"\nreal: "01 23 45 67 89"\n'
        "link: https://www.ville.fr/example\n"
    )
    assert list(placeholders(tmp_path)) == [(path, [2, 4, 5])]


def test_what_others_can_read_is_told_and_can_be_closed(guichet: Guichet, tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert guichet("users", "list").returncode == 0
    kept = var / "mail" / "00000001.eml"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("To: a@ch.example\n\nhttps://portail.example/reset?token=x\n")
    assert (var / "guichet.db").stat().st_mode & 0o777 == 0o600
    for path in (var, var / "mail", kept, var / "guichet.db"):
        path.chmod(0o755)
    told = line_of(guichet("doctor"), "Droits des fichiers")
    assert told.startswith("À faire") and str(var / "guichet.db") in told
    settings = load_settings({"GUICHET_VAR_DIR": str(var)})
    assert {var, kept, kept.parent, var / "guichet.db"} <= set(close(settings))
    assert close(settings) == []
    for path in (var, *var.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert line_of(guichet("doctor"), "Droits des fichiers").startswith("OK")


def test_the_demo_is_refused_beside_real_people(guichet: Guichet, tmp_path: Path) -> None:
    done = guichet("prepare", GUICHET_DEMO="on", GUICHET_SMTP_URL="smtp://127.0.0.1:25")
    assert done.returncode == 1
    assert "GUICHET_DEMO=on est refusé, un serveur SMTP est donné" in done.stderr
    real = tmp_path / "comptes.csv"
    real.write_text("email,status\na@ch.example,active\n", encoding="utf-8")
    assert guichet("accounts", "import", str(real), "--portal", "resah").returncode == 0
    done = guichet("prepare", GUICHET_DEMO="on")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "la base contient des comptes réels" in done.stderr
    told = line_of(guichet("doctor", GUICHET_DEMO="on", GUICHET_API_TOKEN="a"), "GUICHET_DEMO")
    assert told.startswith("En panne")
    told = line_of(guichet("doctor", GUICHET_API_TOKEN="a"), "GUICHET_API_TOKEN")
    assert told.startswith("À faire") and "trop court" in told
