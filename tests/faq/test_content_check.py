"""`guichet content check`: each kind of mistake is named with its file, its line and its mend."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.check import check
from bot.content.files import Gravity
from bot.ground.settings import ROOT
from tests.faq import mistakes_in_facts, mistakes_in_files, mistakes_in_texts
from tests.faq.case import Case
from tests.support.command import run_command

CASES = {
    **mistakes_in_files.CASES,
    **mistakes_in_texts.CASES,
    **mistakes_in_facts.CASES,
}


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    """A copy of the content that may be broken."""
    shutil.copytree(ROOT / "faq", tmp_path / "faq")
    return tmp_path / "faq"


def test_what_ships_has_no_mistake() -> None:
    assert [mistake.shown() for mistake in check(ROOT / "faq").mistakes] == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_is_named(faq: Path, case: Case) -> None:
    path = faq / case.file
    if case.old:
        text = path.read_text(encoding="utf-8")
        assert case.old in text
        path.write_text(text.replace(case.old, case.new, 1), encoding="utf-8")
    else:
        path.write_text(case.new, encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = {number for number, line in enumerate(lines, start=1) if case.at in line}
    found = [mistake for mistake in check(faq).mistakes if mistake.path == path]
    told = "\n".join(mistake.shown(faq) for mistake in found)
    named = [
        mistake
        for mistake in found
        if mistake.line in expected and all(part in mistake.shown() for part in case.says)
    ]
    assert named, told
    assert named[0].mend and named[0].text[-1] != "." and named[0].mend[-1] != "."


def test_a_file_in_another_encoding_is_named(faq: Path) -> None:
    (faq / "resah" / "messages.yml").write_bytes("login:\n  pending: été\n".encode("latin-1"))
    (found,) = check(faq).mistakes.of(Gravity.BLOCKS)
    assert (found.line, "UTF-8" in found.text) == (2, True)


def test_windows_files_are_read(faq: Path) -> None:
    for path in (faq / "resah").rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [mistake.shown() for mistake in check(faq).mistakes] == []


def _guichet(faq: Path, *arguments: str) -> CompletedProcess[str]:
    env = {"GUICHET_CONTENT_DIR": str(faq), "GUICHET_VAR_DIR": str(faq.parent / "var")}
    return run_command(*arguments, env=env)


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_one_run_names_all_mistakes(faq: Path) -> None:
    _spoil(faq / "resah" / "portal.yml", "organisation: Resah\n", "")
    _spoil(faq / "resah" / "regions.yml", "region:94", "region:95")
    _spoil(faq / "woundwo" / "portal.yml", "name: Portail", "name: a: Portail")
    _spoil(faq / "resah" / "articles" / "training.md", "links.webinars", "links.webinar")
    _spoil(faq / "common" / "messages.yml", "  send: Envoyer\n", "")
    for arguments in (["content", "check"], ["content", "check", str(faq)]):
        done = _guichet(faq, *arguments)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        *lines, total = done.stdout.splitlines()
        assert all(re.search(r"\.(?:yml|md):\d+ : .+\. À faire : .+\.$", line) for line in lines)
        files = {Path(line.partition(":")[0]).name for line in lines}
        assert files >= {"portal.yml", "regions.yml", "training.md", "messages.yml"}
        assert total == f"{len(lines)} erreurs dans le contenu."


def test_content_without_mistakes_is_said_to_be(faq: Path) -> None:
    done = _guichet(faq, "content", "check")
    assert done.returncode == 0 and done.stdout.startswith("Contenu sans erreur : 2 portails")
    done = _guichet(faq, "content", "check", str(faq / "nulle-part"))
    assert done.returncode == 1 and "n’est pas un dossier" in done.stderr


def test_only_what_cannot_be_loaded_stops_the_start(faq: Path, model: Path) -> None:
    _spoil(faq / "resah" / "regions.yml", "region:94", "region:95")
    done = _guichet(faq, "prepare")
    assert done.returncode == 0, done.stderr
    assert "2 erreurs dans le contenu ; guichet content check les montre" in done.stderr
    _spoil(faq / "resah" / "portal.yml", "name: Espace", "name: a: Espace")
    done = _guichet(faq, "prepare")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("guichet : ")]
    assert re.search(r"resah/portal\.yml:\d+ : .*YAML", line)
