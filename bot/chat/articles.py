"""Which article a reply comes from, so that the chat can lead to its page."""

from __future__ import annotations

from actions.errors import ContentError
from actions.portals import Article, Portal


class ArticleFinder:
    """Recognises replies that are an article's text, or the first step of its tree.

    The reply itself is compared: neither the transcript nor Rasa keeps where a sentence stands.

    Args:
        portal: The portal whose articles are meant.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._texts: dict[str, tuple[Article, bool]] | None = None

    def find(self, text: str) -> tuple[Article, bool] | None:
        """Return the article, and whether the reply is all of it; None for any other reply."""
        if self._texts is None:
            self._texts = dict(self._read())
        return self._texts.get(text)

    def _read(self) -> list[tuple[str, tuple[Article, bool]]]:
        texts = []
        for article in self._portal.articles.values():
            tree = article.tree
            first = tree.steps.get(tree.first) if tree else None
            try:
                if first and first.say:
                    opening = self._portal.render(first.say[0]).strip()
                    texts.append((opening, (article, False)))
                texts.append((self._portal.answer(article), (article, True)))
            except ContentError:
                # `guichet content check` names it; the reply is only shown without its link.
                continue
        return texts
