"""Reads the articles of a folder: front matter, tree and answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.files.fields import Fields
from bot.content.files.mistakes import Mistakes
from bot.content.files.sentences import check_template
from bot.content.files.trees import read_tree
from bot.content.files.yaml_lines import Marked, parse_yaml, read_source
from bot.content.portals import Article
from bot.content.trees import Tree

_KEYS = ("intent", "title", "topic", "group", "contact", "tree")


@dataclass(frozen=True)
class ArticleFile:
    """An article with where its parts stand.

    Attributes:
        front: The front matter.
        body_line: The line at which the answer begins.
    """

    article: Article
    front: Marked
    body_line: int


def read_articles(folder: Path, mistakes: Mistakes) -> dict[str, ArticleFile]:
    """Read all articles of a folder, by intent; those that cannot be read are left out."""
    articles: dict[str, ArticleFile] = {}
    for file in _read_all(folder, mistakes):
        intent = file.article.intent
        if intent in articles:
            other = articles[intent].article.path.name
            mistakes.breaks(
                file.article.path,
                file.front.line("intent"),
                f"l’intent « {intent} » a déjà une réponse dans {other}",
                "gardez l’un des deux fichiers",
            )
        articles[intent] = file
    return articles


def _read_all(folder: Path, mistakes: Mistakes) -> Iterator[ArticleFile]:
    for path in sorted(folder.glob("*.md")):
        file = _read_article(path, mistakes)
        if file is not None:
            yield file


def _read_article(path: Path, mistakes: Mistakes) -> ArticleFile | None:
    text = read_source(path, mistakes)
    if text is None:
        return None
    head, separator, body = text.partition("\n---\n")
    if not separator or not head.startswith("---\n"):
        mistakes.blocks(
            path,
            1,
            "l’en-tête entre deux lignes « --- » manque",
            "commencez le fichier par « --- », intent, title, topic, group, puis « --- »",
        )
        return None
    lines = text.splitlines()
    front = parse_yaml(
        path,
        head.removeprefix("---\n"),
        mistakes,
        source=lines,
        first_line=2,
        what="en-tête fautif : ",
    )
    if not front.value:
        return None
    blank = len(body) - len(body.lstrip("\n"))
    body_line = head.count("\n") + 3 + blank
    body = body.strip()
    fields = Fields(front, mistakes, front.value, what="en-tête fautif : ")
    fields.only(*_KEYS)
    article = Article(
        intent=fields.text("intent"),
        title=fields.text("title"),
        topic=fields.text("topic"),
        group=fields.text("group"),
        contact=fields.flag("contact"),
        tree=_read_tree(front, mistakes),
        body=body,
        path=path,
    )
    if not body:
        mistakes.breaks(path, len(lines), "la réponse est vide", "écrivez-la sous l’en-tête")
    check_template(body, front, (), mistakes, first_line=body_line)
    return ArticleFile(article, front, body_line) if article.intent else None


def _read_tree(front: Marked, mistakes: Mistakes) -> Tree | None:
    value: Any = front.value.get("tree")
    if "tree" not in front.value:
        return None
    tree, problems = read_tree(value)
    for problem in problems:
        line = front.line("tree", *problem.at)
        mistakes.blocks(front.path, line, problem.text, problem.mend)
    for step in tree.steps.values():
        for wording in step.say:
            at = ("tree", "steps", step.name, "say")
            check_template(wording, front, at, mistakes, f"étape « {step.name} » : ")
    return tree
