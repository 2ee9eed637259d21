"""The replies that the model of replies learns from, with the questions that they answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.content.files import Mistakes, read_folder
from bot.content.files.mistakes import told
from bot.content.files.replies import read_replies
from bot.content.replies import Question, Reply, answering, portal_questions
from bot.ground.errors import ContentError

AUTHORS = "articles"
"""The hand of the examples that articles give."""


def load(content: Path, folder: Path) -> tuple[list[Reply], dict[str, Question]]:
    """Return all replies to questions that exist, the examples of articles among them.

    Args:
        content: The content directory, whose trees ask most of them.
        folder: The folder of the replies, with the questions that walks ask.

    Returns:
        The replies, and all questions by id.

    Raises:
        ContentError: If the replies cannot be read.
    """
    mistakes = Mistakes()
    files = read_replies(folder, mistakes)
    if len(mistakes):
        raise ContentError(told(list(mistakes)))
    reading = read_folder(content, retention_days=1)
    portals = {name: files.portal for name, files in reading.portals.items()}
    questions = {question.id: question for question in portal_questions(portals)}
    for file in files:
        questions |= {question.id: question for question in file.questions.values()}
    replies = [reply for file in files for reply in file.replies]
    return answering([*replies, *_examples(questions)], questions), questions


def _examples(questions: Mapping[str, Question]) -> Iterator[Reply]:
    """Yield the examples of articles as replies of one more hand."""
    for question in questions.values():
        for option in question.options:
            for example in option.examples:
                yield Reply(question.id, example, option.name, hand=AUTHORS)
