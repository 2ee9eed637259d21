"""`guichet content check`: names every mistake in the content, with file, line and mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.check import check
from bot.content.files import Reading
from bot.ground.errors import ContentError

Tell = Callable[[str], None]


def check_content(directory: Path, tell: Tell) -> int:
    """Check a content directory.

    Args:
        directory: The folder that holds `common/` and one folder a portal.
        tell: Where each mistake is told, a line each, and how much was read.

    Returns:
        The exit status: 0 where nothing is wrong, or 1.

    Raises:
        ContentError: If there is no such folder.
    """
    if not directory.is_dir():
        raise ContentError(f"{directory} n’est pas un dossier.")
    reading = check(directory)
    for mistake in reading.mistakes:
        tell(mistake.shown(Path.cwd()))
    for note in reading.mistakes.notes:
        tell(f"Remarque, sans conséquence : {note.shown(Path.cwd())}")
    number = len(reading.mistakes)
    if number:
        tell(f"{errors(number)} dans le contenu.")
        return 1
    tell(f"Contenu sans erreur : {amount_of(reading)}.")
    return 0


def errors(number: int) -> str:
    """Return a number of errors in words."""
    return f"{number} erreur{'s' if number > 1 else ''}"


def amount_of(reading: Reading) -> str:
    """Return how much there is, in words."""
    groups = (reading.articles, *(files.articles for files in reading.portals.values()))
    articles = [file.article for group in groups for file in group.values()]
    trees = sum(article.tree is not None for article in articles)
    return (
        f"{len(reading.portals)} portails ({', '.join(reading.portals)}),"
        f" {len(articles)} articles, {trees} arbres, {len(reading.sentences)} phrases communes"
    )
