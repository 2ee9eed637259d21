"""Checks the content as a whole: what only shows once every file has been read.

A rule that a file must keep to be read at all stands in `bot.content.files`; here is what
holds between files, and between the files and the code: names in texts, sentences that the code
says, intents, examples, places, links, facts, colours, demo accounts, asides; and the replies
of `data/replies/`, which answer its questions.
"""

from __future__ import annotations

from pathlib import Path

from bot.check import (
    accounts,
    asides,
    examples,
    facts,
    intents,
    links,
    places,
    portals,
    replies,
    sentences,
    texts,
)
from bot.content.files import Reading, read_folder

_CHECKS = (
    sentences.check,
    texts.check,
    intents.check,
    examples.check,
    links.check,
    places.check,
    portals.check,
    facts.check,
    replies.check,
    asides.check,
    accounts.check,
)


def check(directory: Path, retention_days: int = 90) -> Reading:
    """Read a content directory and name every mistake in it.

    Args:
        directory: The folder that holds `common/` and one folder a portal.
        retention_days: How long conversations are kept; named by the privacy article.

    Returns:
        What was read, with its mistakes.
    """
    reading = read_folder(directory, retention_days)
    for run in _CHECKS:
        run(reading)
    return reading


__all__ = ["check"]
