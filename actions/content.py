"""Loads what the assistant knows and says: one folder a portal under `faq/`, and `faq/common/`.

Every sentence that users read comes from here. Texts are Jinja2 templates in a sandbox, with the
portal, its links and the values that the caller gives; a name that does not exist is an error, not
an empty string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from actions.errors import ContentError
from actions.places import Place
from actions.settings import current_settings
from actions.trees import Tree, read_tree

PUBLIC_MAIL_DOMAINS = (
    "gmail.com", "orange.fr", "wanadoo.fr", "hotmail.com", "hotmail.fr", "outlook.com",
    "outlook.fr", "yahoo.com", "yahoo.fr", "free.fr", "sfr.fr", "laposte.net", "live.fr",
    "bbox.fr", "icloud.com", "gmx.fr", "proton.me", "bluewin.ch", "skynet.be", "telenet.be",
)  # fmt: skip
"""Usual public mail domains, proposed when a typed domain is close to one of them."""

_templates = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=False)


@dataclass(frozen=True)
class Region:
    """A region or sales area of a portal, with the contact that answers for it."""

    id: str
    name: str
    mailbox: str
    covers: frozenset[str]
    manager: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Article:
    """The answer to one intent."""

    intent: str
    title: str
    topic: str
    group: str
    contact: bool
    body: str
    tree: Tree | None
    path: Path


@dataclass(frozen=True)
class Messages:
    """The sentences of the walks, by dotted key; several where a repeat is worded differently."""

    texts: Mapping[str, tuple[str, ...]]

    def text(self, key: str, nth: int) -> str:
        """Return the template for the nth time (from 0) that a sentence is said.

        Raises:
            ContentError: If no such sentence exists.
        """
        try:
            variants = self.texts[key]
        except KeyError:
            raise ContentError(f"La phrase « {key} » manque dans messages.yml.") from None
        return variants[min(nth, len(variants) - 1)]


@dataclass(frozen=True)
class Portal:
    """One portal's facts, contacts, articles and sentences.

    Attributes:
        the_name: The name with its article, as in "pour l’Espace Acheteur".
        of_name: The name after "de", as in "l’assistant de l’Espace Acheteur".
    """

    id: str
    name: str
    the_name: str
    of_name: str
    organisation: str
    tagline: str
    sender: str
    response_delay: str | None
    mail_domains: tuple[str, ...]
    has: Mapping[str, bool]
    links: Mapping[str, str]
    colours: Mapping[str, str]
    former_platform: Mapping[str, date]
    regions: tuple[Region, ...]
    articles: Mapping[str, Article]
    topics: Mapping[str, str]
    messages: Messages
    facts: Mapping[str, Mapping[str, re.Pattern[str]]]
    retention_days: int = 90
    _by_id: dict[str, Region] = field(default_factory=dict, init=False, repr=False)
    _by_code: dict[str, Region] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the regions by id and by the codes that they cover."""
        for region in self.regions:
            self._by_id[region.id] = region
            for code in region.covers:
                self._by_code[code] = region

    def feature(self, name: str) -> bool:
        """Tell whether the portal has something, such as documents or customer numbers."""
        return bool(self.has.get(name, False))

    def region(self, region_id: str | None) -> Region | None:
        """Return a region by its id, or None."""
        return self._by_id.get(region_id) if region_id else None

    def region_for(self, place: Place) -> Region | None:
        """Return the region that covers a place, by its most specific code, or None."""
        return next((self._by_code[code] for code in place.covers if code in self._by_code), None)

    def topic(self, intent: str) -> str | None:
        """Return how a person would name an intent's topic, for a button, or None."""
        article = self.articles.get(intent)
        return article.topic if article else self.topics.get(intent)

    def render(self, template: str, **values: Any) -> str:
        """Fill in a template with the portal's facts and the given values.

        Raises:
            ContentError: If the template is broken or names something that does not exist.
        """
        try:
            text = _templates.from_string(template).render(
                portal=self, links=self.links, retention_days=self.retention_days, **values
            )
        except TemplateError as error:
            raise ContentError(f"Modèle de texte fautif ({self.id}) : {error}") from error
        return _typeset(text)

    def say(self, key: str, nth: int = 0, **values: Any) -> str:
        """Return the sentence under a key, filled in.

        Args:
            key: Dotted key in messages.yml.
            nth: How often it has been said before in this conversation step; picks a variant.
            **values: What the sentence names beyond the portal's own facts.
        """
        return self.render(self.messages.text(key, nth), **values).strip()

    def answer(self, article: Article) -> str:
        """Return an article's text as it is said in the chat."""
        return self.render(article.body).strip()


@dataclass(frozen=True)
class Content:
    """All portals, by id."""

    portals: Mapping[str, Portal]

    def portal(self, portal_id: str) -> Portal:
        """Return a portal.

        Raises:
            ContentError: If it does not exist.
        """
        try:
            return self.portals[portal_id]
        except KeyError:
            known = ", ".join(sorted(self.portals))
            raise ContentError(
                f"Le portail « {portal_id} » n’existe pas (connus : {known})."
            ) from None


def load_content(directory: Path, retention_days: int = 90) -> Content:
    """Load every portal folder under a content directory.

    Args:
        directory: The folder that holds `common/` and one folder a portal.
        retention_days: How long conversations are kept; named by the privacy article.

    Raises:
        ContentError: If a file is missing or malformed; the message names it.
    """
    common_messages = _load_messages(directory / "common" / "messages.yml")
    common_topics = _load_yaml(directory / "common" / "topics.yml")
    common_articles = _load_articles(directory / "common" / "articles")
    facts_told = _load_facts(directory / "common" / "facts.yml")
    folders = sorted(path.parent for path in directory.glob("*/portal.yml"))
    if not folders:
        raise ContentError(f"Aucun portail (dossier avec portal.yml) dans {directory}.")
    portals = {}
    for folder in folders:
        facts = _load_yaml(folder / "portal.yml")
        own = folder / "messages.yml"
        texts = common_messages | (_load_messages(own) if own.exists() else {})
        try:
            portal = Portal(
                id=facts["id"],
                name=facts["name"],
                the_name=facts.get("the_name", f"« {facts['name']} »"),
                of_name=facts.get("of_name", f"de « {facts['name']} »"),
                organisation=facts["organisation"],
                tagline=facts.get("tagline", ""),
                sender=facts["sender"],
                response_delay=facts.get("response_delay"),
                mail_domains=tuple(facts.get("mail_domains", ())),
                has=_mapping(facts.get("has", {})),
                links=_mapping(facts["links"]),
                colours=_mapping(facts.get("colours", {})),
                former_platform=_mapping(facts.get("former_platform", {})),
                regions=_load_regions(folder / "regions.yml"),
                articles=common_articles | _load_articles(folder / "articles"),
                topics=common_topics,
                messages=Messages(texts),
                facts=facts_told,
                retention_days=retention_days,
            )
        except KeyError as error:
            raise ContentError(f"{folder / 'portal.yml'} : la clé {error} manque.") from error
        except TypeError as error:
            raise ContentError(f"{folder / 'portal.yml'} : {error}.") from error
        if portal.id != folder.name:
            raise ContentError(f"{folder / 'portal.yml'} : id doit être « {folder.name} ».")
        portals[portal.id] = portal
    return Content(portals)


def _typeset(text: str) -> str:
    """Put the no-break spaces that French wants, so that writers need not type them."""
    return _OPENING.sub("«\u00a0", _CLOSING.sub("\u00a0\\1", text))


_CLOSING = re.compile(r" +([;:?!»])")
_OPENING = re.compile(r"« +")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError(f"{path} ne peut pas être lu ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path} n’est pas en UTF-8.") from error


def _load_yaml(path: Path) -> dict[str, Any]:
    try:
        value = yaml.safe_load(_read(path))
    except yaml.YAMLError as error:
        raise ContentError(f"{path} n’est pas du YAML valable : {error}") from error
    if not isinstance(value, dict):
        raise ContentError(f"{path} doit contenir des clés et des valeurs.")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"des clés et des valeurs sont attendues au lieu de « {value} »")
    return value


def _check_template(template: str, where: str) -> None:
    try:
        _templates.parse(template)
    except TemplateError as error:
        raise ContentError(f"{where} : modèle de texte fautif ({error}).") from error


def _load_messages(path: Path) -> dict[str, tuple[str, ...]]:
    texts = _flatten(_load_yaml(path))
    for key, variants in texts.items():
        if not variants or not all(isinstance(v, str) and v.strip() for v in variants):
            raise ContentError(f"{path} : la phrase « {key} » est vide ou n’est pas un texte.")
        for variant in variants:
            _check_template(variant, f"{path}, « {key} »")
    return texts


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, tuple[str, ...]]:
    """Turn nested sentences into dotted keys; a list holds the wordings of successive repeats."""
    flat: dict[str, tuple[str, ...]] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= _flatten(value, f"{name}.")
        else:
            flat[name] = tuple(value) if isinstance(value, list) else (value,)
    return flat


def _load_facts(path: Path) -> dict[str, dict[str, re.Pattern[str]]]:
    """Read the words that tell a fact, as patterns over text in lower case without accents."""
    facts: dict[str, dict[str, re.Pattern[str]]] = {}
    for name, values in _load_yaml(path).items():
        for value, patterns in values.items():
            try:
                compiled = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
            except (re.error, TypeError) as error:
                raise ContentError(f"{path}, {name} : motif fautif ({error}).") from error
            facts.setdefault(name, {})[str(value)] = compiled
    return facts


def _load_regions(path: Path) -> tuple[Region, ...]:
    entries = _load_yaml(path).get("regions", [])
    if not isinstance(entries, list):
        raise ContentError(f"{path} : « regions » doit être une liste.")
    regions = []
    for number, entry in enumerate(entries, start=1):
        try:
            if not isinstance(entry["covers"], list):
                raise TypeError("une liste sous « covers »")
            regions.append(
                Region(
                    id=entry["id"],
                    name=entry["name"],
                    mailbox=entry["mailbox"],
                    covers=frozenset(entry["covers"]),
                    manager=entry.get("manager"),
                    phone=entry.get("phone"),
                )
            )
        except (KeyError, TypeError) as error:
            raise ContentError(f"{path}, région n° {number} : {error} manque.") from error
    return tuple(regions)


def _load_articles(folder: Path) -> dict[str, Article]:
    return {
        article.intent: article
        for article in (_load_article(path) for path in sorted(folder.glob("*.md")))
    }


def _load_article(path: Path) -> Article:
    head, separator, body = _read(path).removeprefix("---\n").partition("\n---\n")
    if not separator:
        raise ContentError(f"{path} : l’en-tête entre deux lignes « --- » manque.")
    _check_template(body, str(path))
    try:
        front = yaml.safe_load(head)
        return Article(
            intent=front["intent"],
            title=front["title"],
            topic=front["topic"],
            group=front["group"],
            contact=bool(front.get("contact", False)),
            tree=read_tree(front["tree"], str(path)) if "tree" in front else None,
            body=body.strip(),
            path=path,
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{path} : en-tête fautif ({error}).") from error


@lru_cache(maxsize=1)
def current_content() -> Content:
    """Return the process's content, loaded at the first call."""
    settings = current_settings()
    return load_content(settings.content_dir, settings.retention_days)
