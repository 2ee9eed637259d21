"""Replies: each answers a question that an article still asks, with an option it still has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from bot.content.files import Mistakes, Reading
from bot.content.files.mistakes import closest
from bot.content.files.replies import ReplyFile, read_replies
from bot.content.replies import WALKS, Question, tree_questions
from bot.reading import REPLIES


def check(reading: Reading, folder: Path = REPLIES) -> None:
    """Name mistakes in replies, and note questions and options that no longer exist.

    Training leaves replies to these out, so that whoever changes an article breaks nothing. Those
    to the questions of portals that this content does not have are left alone.

    Args:
        reading: The content.
        folder: The folder of the replies.
    """
    stamps = tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*/*.yml")))
    files, mistakes = _read(folder, stamps)
    reading.mistakes.add(mistakes)
    for file in files:
        owner, _, name = file.owner.partition("/")
        if owner == WALKS:
            _check_file(file, file.questions, reading.mistakes.remark)
        elif owner in reading.portals:
            articles = reading.portals[owner].portal.articles
            if name in articles:
                tree = articles[name].tree
                asked = {
                    question.id.rpartition("/")[2]: question
                    for question in (tree_questions(file.owner, tree) if tree else ())
                }
                _check_file(file, asked, reading.mistakes.note)
            else:
                reading.mistakes.note(
                    file.file.path, 1, f"« {owner} » n’a pas d’article « {name} »",
                    closest(name, articles) or "renommez ce fichier comme l’article, ou retirez-le",
                )  # fmt: skip


Tell = Callable[[Path, int, str, str], None]


@lru_cache(maxsize=1)
def _read(folder: Path, stamps: tuple[tuple[Path, int], ...]) -> tuple[list[ReplyFile], Mistakes]:
    """Read the replies once for as long as no file of theirs changes."""
    del stamps
    mistakes = Mistakes()
    return read_replies(folder, mistakes), mistakes


def _check_file(file: ReplyFile, asked: Mapping[str, Question], tell: Tell) -> None:
    path = file.file.path
    for step in file.steps:
        if step not in asked:
            tell(
                path, file.file.line("replies", step),
                f"« {file.owner} » n’a pas de question à l’étape « {step} »",
                closest(step, asked) or "donnez-lui le nom d’une étape avec answers, ou retirez-la",
            )  # fmt: skip
    for step, option, at in file.options:
        names = asked[step].names if step in asked else (option,)
        if option not in names:
            tell(
                path, file.file.line(*at),
                f"étape « {step} » : la question n’a pas la réponse « {option} »",
                closest(option, names) or f"prenez {', '.join(f'« {name} »' for name in names)}",
            )  # fmt: skip
