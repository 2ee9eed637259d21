"""The replies that the model of replies learns from, with the questions that they answer."""

from __future__ import annotations

from pathlib import Path

from bot.content.files import Mistakes, read_folder
from bot.content.files.mistakes import told
from bot.content.files.replies import read_replies
from bot.content.replies import Question, Reply, answering, portal_questions
from bot.ground.errors import ContentError


def load(content: Path, folder: Path) -> tuple[list[Reply], dict[str, Question]]:
    """Return all replies to questions that exist, and these questions by id.

    Args:
        content: The content directory, whose trees ask most of them.
        folder: The folder of the replies, with the questions that walks ask.

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
    return answering([reply for file in files for reply in file.replies], questions), questions
