"""What a portal is to the rest of the code: its facts, contacts, articles and sentences.

Texts are Jinja2 templates in a sandbox, with the portal, its links and the values that the caller
gives; a name that does not exist is an error, not an empty string. `bot.content.files` reads
portals from their folders, `bot.content.live` hands them out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from bot.content.asides import Aside
from bot.content.delays import Delay, read_delay
from bot.content.trees import Tree
from bot.french.places import Place
from bot.french.wording import Wording
from bot.ground.errors import ContentError

PUBLIC_MAIL_DOMAINS = (
    "gmail.com", "orange.fr", "wanadoo.fr", "hotmail.com", "hotmail.fr", "outlook.com",
    "outlook.fr", "yahoo.com", "yahoo.fr", "free.fr", "sfr.fr", "laposte.net", "live.fr",
    "bbox.fr", "icloud.com", "gmx.fr", "proton.me", "bluewin.ch", "skynet.be", "telenet.be",
)  # fmt: skip
"""Usual public mail domains, proposed when a typed domain is close to one of them."""

FEATURES = (
    "documents", "administrators", "customer_numbers", "former_platform", "mailinblack",
    "shared_addresses", "countries", "activation_mail_next_day", "login_traffic",
)  # fmt: skip
"""What a portal may have, under `has:` in its portal.yml."""

templates = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=False)
"""How texts are filled in."""


@lru_cache(maxsize=4096)
def compiled(template: str) -> Template:
    """Return a text ready to be filled in.

    Raises:
        TemplateError: If it is no template.
    """
    return templates.from_string(template)


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
        signature: What staff's replies end with.
        answers: The mailbox whose mails Guichet takes; empty where it takes none.
        second_factor: The least role in the console that takes a second factor; empty for none.
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
    asides: tuple[Aside, ...] = ()
    retention_days: int = 90
    signature: str = ""
    answers: str = ""
    second_factor: str = ""
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

    @property
    def promise(self) -> Delay | None:
        """Within what time an answer is promised, or None where it is not."""
        return read_delay(self.response_delay) if self.response_delay else None

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
            always = {
                "links": self.links,
                "retention_days": self.retention_days,
                "for_other": False,
            }
            text = compiled(template).render(portal=self, **{**always, **values})
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


class Content:
    """All portals, by id.

    Args:
        portals: The portals.
        wording: The words by which people agree or name an address, the same in all.
    """

    def __init__(self, portals: Mapping[str, Portal], wording: Wording) -> None:
        self._portals = portals
        self._wording = wording

    @property
    def wording(self) -> Wording:
        """The words by which people agree, refuse, or say whose an address is."""
        return self._wording

    @property
    def portals(self) -> Mapping[str, Portal]:
        """The portals by id."""
        return self._portals

    def portal(self, portal_id: str) -> Portal:
        """Return a portal.

        Raises:
            ContentError: If it does not exist.
        """
        portals = self.portals
        try:
            return portals[portal_id]
        except KeyError:
            known = ", ".join(sorted(portals))
            raise ContentError(
                f"Le portail « {portal_id} » n’existe pas (connus : {known})."
            ) from None


def _typeset(text: str) -> str:
    """Put the no-break spaces that French wants, so that writers need not type them."""
    return _OPENING.sub("«\u00a0", _CLOSING.sub("\u00a0\\1", text))


_CLOSING = re.compile(r" +([;:?!»])")
_OPENING = re.compile(r"« +")
