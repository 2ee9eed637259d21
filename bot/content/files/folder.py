"""Reads the content directory: `common/` and one folder a portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.asides import merged
from bot.content.files.articles import ArticleFile, read_articles
from bot.content.files.asides import AsidesFile, read_asides
from bot.content.files.facts import Facts, read_facts
from bot.content.files.fields import Fields
from bot.content.files.mistakes import Mistakes
from bot.content.files.regions import read_regions
from bot.content.files.sentences import Sentence, read_sentences
from bot.content.files.wording import read_wording
from bot.content.files.yaml_lines import Marked, read_yaml
from bot.content.portals import FEATURES, Messages, Portal, Region
from bot.french.wording import Wording

_KEYS = (
    "id", "name", "the_name", "of_name", "organisation", "tagline", "sender", "answers",
    "response_delay", "mail_domains", "has", "former_platform", "links", "colours", "signature",
    "second_factor",
)  # fmt: skip
_REQUIRED_LINKS = ("login", "reset_url")
"""What the login walk and its mail lead to."""


@dataclass(frozen=True)
class PortalFiles:
    """A portal with where its parts stand."""

    folder: Path
    portal: Portal
    facts: Marked
    regions: Marked
    sentences: Mapping[str, Sentence]
    articles: Mapping[str, ArticleFile]
    asides: AsidesFile


@dataclass
class Reading:
    """All that was read, as far as it could be.

    Attributes:
        topics: `common/topics.yml`.
        facts: `common/facts.yml`.
        sentences: `common/messages.yml`.
        articles: `common/articles/`.
        wording: `common/consent.yml`, `common/addresses.yml` and `common/requests.yml`.
        asides: `common/asides.yml`.
        portals: The portals by folder name.
    """

    directory: Path
    mistakes: Mistakes
    topics: Marked
    facts: Marked
    sentences: Mapping[str, Sentence]
    articles: Mapping[str, ArticleFile]
    wording: Wording
    asides: AsidesFile
    portals: dict[str, PortalFiles] = field(default_factory=dict)


def read_folder(directory: Path, retention_days: int) -> Reading:
    """Read everything under a content directory.

    Args:
        directory: The folder that holds `common/` and one folder a portal.
        retention_days: How long conversations are kept; named by the privacy article.
    """
    mistakes = Mistakes()
    common = directory / "common"
    topics = read_yaml(common / "topics.yml", mistakes)
    topics_by_intent = {
        intent: Fields(topics, mistakes, topics.value).text(intent) for intent in topics.value
    }
    facts_file, facts = read_facts(common / "facts.yml", mistakes)
    reading = Reading(
        directory,
        mistakes,
        topics,
        facts_file,
        read_sentences(common / "messages.yml", mistakes),
        read_articles(common / "articles", mistakes),
        read_wording(common, mistakes),
        read_asides(common / "asides.yml", mistakes),
    )
    for path in sorted(directory.glob("*/portal.yml")):
        reading.portals[path.parent.name] = _read_portal(
            path.parent, reading, topics_by_intent, facts, retention_days
        )
    if not reading.portals:
        mistakes.blocks(
            directory,
            1,
            "Aucun portail (dossier avec portal.yml) n’est dans ce dossier",
            "donnez à GUICHET_CONTENT_DIR le dossier qui contient common/ et vos portails",
        )
    return reading


def _read_portal(
    folder: Path,
    common: Reading,
    topics: Mapping[str, str],
    facts_told: Facts,
    retention_days: int,
) -> PortalFiles:
    mistakes = common.mistakes
    file = read_yaml(folder / "portal.yml", mistakes)
    own = folder / "messages.yml"
    sentences = read_sentences(own, mistakes) if own.exists() else {}
    articles = read_articles(folder / "articles", mistakes)
    asides = read_asides(folder / "asides.yml", mistakes)
    regions_file, regions = read_regions(folder / "regions.yml", mistakes)
    texts = {key: sentence.variants for key, sentence in {**common.sentences, **sentences}.items()}
    read = {**common.articles, **articles}
    portal = _portal(
        Fields(file, mistakes, file.value),
        folder.name,
        regions=regions,
        articles={intent: one.article for intent, one in read.items()},
        topics=topics,
        messages=Messages(texts),
        asides=merged(dict(common.asides.asides), dict(asides.asides)),
        facts=facts_told,
        retention_days=retention_days,
    )
    return PortalFiles(folder, portal, file, regions_file, sentences, articles, asides)


def _portal(
    fields: Fields, folder: str, *, regions: tuple[Region, ...], **further: object
) -> Portal:
    # A file that could not be read at all has been named; its keys are not missing besides.
    required = bool(fields.values)
    fields.only(*_KEYS)
    own_id = fields.text("id", required=required)
    if own_id and own_id != folder:
        fields.mistakes.blocks(
            fields.file.path,
            fields.file.line("id"),
            f"id doit être « {folder} », comme le dossier",
            f"écrivez « id: {folder} »",
        )
    has = fields.below("has")
    has.only(*FEATURES)
    former = fields.below("former_platform")
    former.only("closed_on", "documents_until")
    colours = fields.below("colours")
    colours.only("primary", "accent")
    links = fields.below("links", required=required)
    for key in _REQUIRED_LINKS if "links" in fields.values else ():
        links.text(key)
    name = fields.text("name", required=required)
    of_name = fields.text("of_name", required=False) or f"de « {name} »"
    return Portal(
        id=folder,
        name=name,
        the_name=fields.text("the_name", required=False) or f"« {name} »",
        of_name=of_name,
        organisation=fields.text("organisation", required=required),
        tagline=fields.text("tagline", required=False),
        sender=fields.text("sender", required=required),
        answers=fields.text("answers", required=False),
        response_delay=fields.text("response_delay", required=False) or None,
        signature=fields.text("signature", required=False).strip() or f"L’équipe {of_name}",
        mail_domains=fields.texts("mail_domains"),
        second_factor=fields.text("second_factor", required=False),
        has={key: has.flag(key) for key in has.values},
        links={key: links.text(key) for key in links.values},
        colours={key: colours.text(key) for key in colours.values},
        former_platform={key: day for key in former.values if (day := former.day(key)) is not None},
        regions=regions,
        **further,  # type: ignore[arg-type]
    )
