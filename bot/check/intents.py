"""Intents and topics: an article answers a known intent, under a name of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.content.files import Mistakes, Reading
from bot.content.files.articles import ArticleFile
from bot.content.files.mistakes import closest
from bot.content.trees import MEANINGS
from bot.dialogue.answers import SMALL_TALK
from bot.dialogue.openers import OPENERS
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml

MOST_CHARACTERS = 40
"""Characters of a topic or a label: it is the text of a button, on a phone too."""


@lru_cache(maxsize=1)
def known_intents() -> frozenset[str]:
    """Return the intents of the domain."""
    domain: Any = read_yaml(ROOT / "domain.yml")
    return frozenset(
        next(iter(entry)) if isinstance(entry, dict) else str(entry) for entry in domain["intents"]
    )


def check(reading: Reading) -> None:
    """Name unknown intents, and topics that are too long or stand twice on a portal."""
    mistakes, topics = reading.mistakes, reading.topics
    for intent, topic in topics.value.items():
        line = topics.line(intent)
        if intent not in known_intents():
            mistakes.remark(topics.path, line, *_unknown(intent))
        if isinstance(topic, str) and len(topic) > MOST_CHARACTERS:
            mistakes.remark(topics.path, line, *_too_long(topic))
    for article in reading.articles.values():
        _check_article(article, mistakes)
    for files in reading.portals.values():
        for article in files.articles.values():
            _check_article(article, mistakes)
        _check_twice({**reading.articles, **files.articles}, reading)


def _check_article(file: ArticleFile, mistakes: Mistakes) -> None:
    article, front = file.article, file.front
    intent, path = article.intent, article.path
    if intent not in known_intents():
        mistakes.remark(path, front.line("intent"), *_unknown(intent))
    elif intent in SMALL_TALK:
        mistakes.remark(
            path,
            front.line("intent"),
            f"« {intent} » est répondu par une phrase, jamais par un article",
            f"écrivez « small_talk.{intent} » dans messages.yml et retirez ce fichier",
        )
    if path.stem != intent:
        mistakes.remark(
            path,
            front.line("intent"),
            f"le fichier s’appelle « {path.name} », mais répond à « {intent} »",
            f"renommez-le en « {intent}.md », ou corrigez l’intent",
        )
    if len(article.topic) > MOST_CHARACTERS:
        mistakes.remark(path, front.line("topic"), *_too_long(article.topic))
    if article.tree is None:
        return
    if intent in OPENERS:
        mistakes.remark(
            path,
            front.line("tree"),
            f"cet arbre n’est jamais suivi : « {intent} » ouvre le parcours « {OPENERS[intent]} »",
            "retirez l’arbre, ou placez-le dans l’article d’un autre intent",
        )
    meanings = known_intents() | set(MEANINGS)
    for step in article.tree.steps.values():
        for number, answer in enumerate(step.answers):
            if len(answer.label) > MOST_CHARACTERS:
                at = ("tree", "steps", step.name, "answers", number, "label")
                mistakes.remark(path, front.line(*at), *_too_long(answer.label, "le libellé"))
            for meaning in answer.means:
                if meaning not in meanings:
                    mistakes.remark(
                        path,
                        front.line("tree", "steps", step.name, "answers", number, "means"),
                        f"étape « {step.name} » : « means: {meaning} » n’existe pas",
                        closest(meaning, meanings) or f"prenez {', '.join(MEANINGS)}, ou un intent",
                    )


def _check_twice(articles: Mapping[str, ArticleFile], reading: Reading) -> None:
    """Name topics that two intents of a portal share: their buttons could not be told apart."""
    seen: dict[str, str] = {}
    for intent, topic in reading.topics.value.items():
        if intent not in articles and isinstance(topic, str):
            seen.setdefault(topic.casefold(), f"common/topics.yml, « {intent} »")
    for article in (file.article for file in articles.values()):
        topic = article.topic.casefold()
        if topic in seen:
            reading.mistakes.remark(
                article.path,
                articles[article.intent].front.line("topic"),
                f"le sujet « {article.topic} » est déjà pris ({seen[topic]})",
                "donnez-lui un autre nom, deux boutons seraient les mêmes",
            )
        seen.setdefault(topic, article.path.name)


def _unknown(intent: str) -> tuple[str, str]:
    return (
        f"l’intent « {intent} » n’existe pas",
        closest(intent, known_intents()) or "prenez l’un des intents de domain.yml",
    )


def _too_long(text: str, what: str = "le sujet") -> tuple[str, str]:
    return (
        f"{what} « {text} » a {len(text)} caractères",
        f"raccourcissez-le à {MOST_CHARACTERS} au plus, c’est le texte d’un bouton",
    )
