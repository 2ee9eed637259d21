"""The trees of the content, whatever it is at the moment, and a test on each of them."""

from __future__ import annotations

import pytest

from bot.content.live import load_content
from bot.content.trees import Tree
from bot.ground.settings import ROOT

CONTENT = load_content(ROOT / "faq")
TREES = [
    (portal.id, intent)
    for portal in CONTENT.portals.values()
    for intent, article in portal.articles.items()
    if article.tree is not None
]
each_tree = pytest.mark.parametrize(("portal", "intent"), TREES)


def tree_of(portal: str, intent: str) -> Tree:
    """Return the tree of an article that has one."""
    tree = CONTENT.portals[portal].articles[intent].tree
    assert tree is not None
    return tree
