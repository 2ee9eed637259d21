"""Which article a reply comes from, so that the chat can lead to its page."""

from __future__ import annotations

from bot.content.portals import Article, Portal
from bot.ground.errors import ContentError

_finders: dict[str, ArticleFinder] = {}


def finder_of(portal: Portal) -> ArticleFinder:
    """Return the finder of a portal as its files say now."""
    finder = _finders.get(portal.id)
    # Content that was read anew is another portal object.
    if finder is None or finder.portal is not portal:
        finder = _finders[portal.id] = ArticleFinder(portal)
    return finder


class ArticleFinder:
    """Recognises replies that are an article's text, or the first step of its tree.

    The reply itself is compared: neither the transcript nor Rasa keeps where a sentence stands.

    Args:
        portal: The portal whose articles are meant.
    """

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._texts = dict(self._read())

    def find(self, text: str) -> tuple[Article, bool] | None:
        """Return the article, and whether the reply is all of it; None for any other reply."""
        return self._texts.get(text)

    def _read(self) -> list[tuple[str, tuple[Article, bool]]]:
        texts = []
        for article in self.portal.articles.values():
            tree = article.tree
            first = tree.steps.get(tree.first) if tree else None
            try:
                if first and first.say:
                    opening = self.portal.render(first.say[0]).strip()
                    texts.append((opening, (article, False)))
                texts.append((self.portal.answer(article), (article, True)))
            except ContentError:
                # `guichet content check` names it; the reply is only shown without its link.
                continue
        return texts
