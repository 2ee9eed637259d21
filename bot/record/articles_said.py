"""Which articles a turn said, so that their readers in the chat are counted too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.content.article_finder import finder_of
from bot.content.live import current_content


def articles_said(portal: str, events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the intent of each article that stands in the replies of a turn, once.

    Args:
        portal: Whose articles are meant.
        events: The turn's events, in Rasa's shape.
    """
    known = current_content().portals.get(portal)
    if known is None:
        return
    finder = finder_of(known)
    texts = (str(event.get("text") or "") for event in events if event["event"] == "bot")
    found = (finder.find(text) for text in texts)
    yield from dict.fromkeys(article.intent for article, _ in filter(None, found))
