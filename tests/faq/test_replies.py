"""`data/replies/`: each mistake is named with its file and line, and what is gone is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.check import check
from bot.check.replies import REPLIES
from bot.check.replies import check as check_replies
from bot.check.report import check_content
from bot.content.files import Gravity, Mistake, Mistakes
from bot.content.files.replies import read_replies
from bot.content.replies import Reply
from bot.ground.settings import ROOT

ARTICLE = """\
replies:
  mailinblack:
    given:
      - option: Oui
        moves: [ask]
        facts: {mailinblack: "no"}
        hand: a
        texts:
          - on est dessous, et vous avez un guide ?
      - moves: [how]
        texts:
          - ça se voit où
          - "non"
"""
WALK = """\
replies:
  ask:
    says: Est-ce réglé ?
    options:
      solved: {label: "oui, réglé", means: ["yes"], acts: true}
      not_solved: {label: toujours pas}
    given:
      - option: solved
        texts: [nickel]
"""


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _mistakes(folder: Path) -> list[Mistake]:
    mistakes = Mistakes()
    read_replies(folder, mistakes)
    return list(mistakes)


def test_replies_are_read_with_all_they_do(tmp_path: Path) -> None:
    _write(tmp_path, "resah/mail_not_received.yml", ARTICLE)
    _write(tmp_path, "flow/solved.yml", WALK)
    mistakes = Mistakes()
    walk, article = read_replies(tmp_path, mistakes)
    assert not len(mistakes)
    question = "resah/mail_not_received/mailinblack"
    assert article.replies == [
        Reply(question, "on est dessous, et vous avez un guide ?", "Oui", ("ask",),
              (("mailinblack", "no"),), "a"),
        Reply(question, "ça se voit où", None, ("how",)),
        Reply(question, "non", None, ("how",)),
    ]  # fmt: skip
    assert [option.acts for option in walk.questions["ask"].options] == [True, False]
    assert walk.questions["ask"].names == ("solved", "not_solved")


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("moves: [how]", "moves: [hwo]", "[hwo]", "écrivez « how »"),
        ("moves: [how]", "hand: b", "hand: b", "rien ne dit ce que font ces réponses"),
        ('"non"', "non: si", "non: si", "ne doit contenir que des textes"),
        ("{mailinblack:", "{mailinblak:", "mailinblak", "écrivez « mailinblack »"),
        ('{mailinblack: "no"}', "{mailinblack: maybe}", "maybe", "prenez no, yes"),
        ('{mailinblack: "no"}', "[mailinblack]", "[mailinblack]", "donnez des clés"),
        ("    given:", "    givn:", "givn", "écrivez « given »"),
        ("        hand: a", "        hnad: a", "hnad", "écrivez « hand »"),
        ("    given:", "    says: Hein ?\n    given:", "says", "la clé « says » est inconnue"),
        ("replies:", "replys:", "replys", "la clé « replies » manque"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, at: str, says: str) -> None:
    text = ARTICLE.replace(old, new, 1)
    path = _write(tmp_path, "resah/mail_not_received.yml", text)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if at in each)
    named = [mistake for mistake in _mistakes(tmp_path) if says in mistake.shown()]
    assert [(mistake.path, mistake.line) for mistake in named] == [(path, line)]


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "says"),
    [
        ("mail_not_received", "option: Oui", "option: Ouii", "Ouii", "écrivez « Oui »"),
        ("mail_not_received", "mailinblack:", "mailinblak:", "mailinblak", "« mailinblack »"),
        ("mail_not_receivd", "", "", "replies", "écrivez « mail_not_received »"),
    ],
)
def test_what_the_article_no_longer_asks_is_told(
    tmp_path: Path, name: str, old: str, new: str, at: str, says: str
) -> None:
    text = ARTICLE.replace(old, new, 1)
    path = _write(tmp_path, f"resah/{name}.yml", text)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if at in each)
    read = check(ROOT / "faq")
    check_replies(read, tmp_path)
    assert not len(read.mistakes)
    (note,) = read.mistakes.notes
    assert (note.path, note.line) == (path, line)
    assert says in note.shown() and note.gravity is Gravity.NOTE


def test_an_option_of_a_walk_must_be_listed(tmp_path: Path) -> None:
    text = WALK.replace("option: solved", "option: solvd")
    _write(tmp_path, "flow/solved.yml", text)
    read = check(ROOT / "faq")
    check_replies(read, tmp_path)
    assert ["écrivez « solved »" in mistake.shown() for mistake in read.mistakes] == [True]


def test_replies_for_a_portal_that_is_not_there_are_left_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "faq", tmp_path / "faq", ignore=shutil.ignore_patterns("woundwo"))
    mistakes = check(tmp_path / "faq").mistakes
    told = [m.shown() for m in (*mistakes, *mistakes.notes) if m.path.is_relative_to(REPLIES)]
    assert told == []


def test_what_ships_has_no_reply_to_what_is_gone() -> None:
    assert [note.shown() for note in check(ROOT / "faq").mistakes.notes] == []


def test_an_answer_taken_out_of_an_article_is_told_and_fails_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "faq", tmp_path / "faq")
    article = tmp_path / "faq" / "resah" / "articles" / "mailinblack.md"
    text = article.read_text(encoding="utf-8")
    label = "- label: Je ne sais pas"
    assert label in text
    article.write_text(text.replace(label, "- label: Aucune idée", 1), encoding="utf-8")
    lines: list[str] = []
    assert check_content(tmp_path / "faq", lines.append) == 0
    *told, last = lines
    assert told and all("« Je ne sais pas »" in line and "mailinblack.yml" in line for line in told)
    assert "sans erreur" in last
