"""A portal's help as people look for it: its articles in groups, as HTML and as plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.content.portals import Article, Portal

GROUPS = (
    ("connexion", "Se connecter", "Mot de passe, adresse, champ ou lien qui bloque"),
    ("mails", "Recevoir les mails", "Un mail attendu, les indésirables, les filtres"),
    ("comptes", "Comptes et contacts", "Demander un compte, savoir qui valide, joindre quelqu’un"),
    ("documents", "Documents et droits", "Trouver un document, un marché, comprendre ses accès"),
    ("informations", "S’informer", "Formations, fonctionnement, et ce que devient votre demande"),
)  # fmt: skip
"""Groups of articles in the order in which people meet the problems, with what is in them."""

_OTHER = ("", "Autres questions", "")
_ALLOWED = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|^\s*(?:[-*]|\d+[.)])\s+|[<>]", re.MULTILINE)


def _renderer() -> MarkdownIt:
    # What is not light Markdown is text, as in the chat.
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
    markdown.validateLink = lambda url: bool(_ALLOWED.match(url))  # type: ignore[method-assign]
    return markdown


_MARKDOWN = _renderer()


@dataclass(frozen=True)
class Group:
    """Articles that belong together."""

    id: str
    title: str
    about: str
    articles: tuple[Article, ...]


def groups_of(portal: Portal) -> list[Group]:
    """Return a portal's articles in groups; a group without any is left out."""
    named = {name for name, _, _ in GROUPS}
    # common/topics.yml names what is asked most first.
    rank = {intent: number for number, intent in enumerate(portal.topics)}
    ordered = sorted(portal.articles.values(), key=lambda a: rank.get(a.intent, len(rank)))
    groups = []
    for name, title, about in (*GROUPS, _OTHER):
        articles = tuple(
            article
            for article in ordered
            if article.group == name or (not name and article.group not in named)
        )
        if articles:
            groups.append(Group(name or "autres", title, about, articles))
    return groups


def html_of(portal: Portal, article: Article) -> Markup:
    """Return an article's text as HTML."""
    return Markup(_MARKDOWN.render(portal.answer(article)))


def plain_of(portal: Portal, article: Article) -> str:
    """Return an article's text without its marks, on one line."""
    text = _MARKS.sub("", _LINK.sub(r"\1", portal.answer(article)))
    return " ".join(text.split())
