"""What the assistant says: every text renders, every key exists, and portals keep apart."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.live import Content, Portal, current_content, load_content
from bot.dialogue.answers import SMALL_TALK
from bot.ground.errors import ContentError
from bot.ground.settings import ROOT

PORTALS = ("resah", "woundwo")

WORDS_OF_RESAH = (
    r"48\s*h", r"no-reply@resah\.fr", "mailinblack", "administrateur", r"\bresah\b",
    "espace acheteur", "mes marchés", "ancienne plateforme", "webinaire", "famille d.achat",
    "avenant", "convention", "équipe d.appui", "générer un nouveau mot de passe",
)  # fmt: skip
WORDS_OF_WOUNDWO = (
    r"\bwoundwo\b", r"noreply@woundwo\.com", "gestionnaire régional", "numéro client",
    r"\b0?4\s*h(?:\s*00)?\b", r"\bdownloads\b", "revendeur", "cadre vert", "firefox", r"\bb2b\b",
    "demander un compte »", "client final",
)  # fmt: skip


@pytest.fixture(scope="module")
def content() -> Content:
    """The content that ships."""
    return load_content(ROOT / "faq")


def texts(portal: Portal) -> Iterator[tuple[str, str]]:
    """Yield all that a portal may say, with where it stands, as far as its facts fill it in."""
    for key, variants in portal.messages.texts.items():
        for variant in variants:
            filled = re.sub(
                r"\{\{ portal\.(\w+) \}\}", lambda m: str(getattr(portal, m[1])), variant
            )
            yield f"{portal.id} {key}", filled
    for article in portal.articles.values():
        yield f"{portal.id} {article.path}", f"{article.title}\n{article.topic}"
        yield f"{portal.id} {article.path}", portal.answer(article)
        yield f"{portal.id} {article.path}", str(article.tree or "")
    yield f"{portal.id} portal.yml", f"{portal.name} {portal.the_name} {portal.tagline}"
    for region in portal.regions:
        yield f"{portal.id} regions.yml", f"{region.name} {region.manager or ''}"


def test_both_portals_ship(content: Content) -> None:
    assert sorted(content.portals) == sorted(PORTALS)
    assert content.portal("resah").sender == "no-reply@resah.fr"
    assert content.portal("resah").response_delay in {"48 heures", "48\u00a0heures"}
    assert content.portal("woundwo").sender == "noreply@woundwo.com"
    assert content.portal("woundwo").response_delay is None


@pytest.mark.parametrize("name", PORTALS)
def test_every_article_renders_and_answers_an_intent_of_the_domain(
    content: Content, name: str
) -> None:
    portal = content.portal(name)
    intents = set(re.findall(r"^  - (\w+):", (ROOT / "domain.yml").read_text(), re.MULTILINE))
    assert len(portal.articles) > 15
    for intent, article in portal.articles.items():
        assert intent in intents, article.path
        assert article.path.stem == intent
        answer = portal.answer(article)
        assert len(answer) > 40, article.path
        assert "{{" not in answer and "{%" not in answer, article.path
        assert "None" not in answer and "https:///" not in answer, article.path
        assert article.title and article.topic and article.group


@pytest.mark.parametrize(
    ("name", "foreign"), [("resah", WORDS_OF_WOUNDWO), ("woundwo", WORDS_OF_RESAH)]
)
def test_portals_keep_apart(content: Content, name: str, foreign: tuple[str, ...]) -> None:
    found = [
        (where, word)
        for where, text in texts(content.portal(name))
        for word in foreign
        if re.search(word, text.casefold().replace("\u00a0", " "))
    ]
    assert not found


@pytest.mark.parametrize(
    ("name", "own"), [("resah", WORDS_OF_RESAH), ("woundwo", WORDS_OF_WOUNDWO)]
)
def test_each_portal_uses_its_own_words(content: Content, name: str, own: tuple[str, ...]) -> None:
    said = "\n".join(text for _, text in texts(content.portal(name))).casefold()
    missing = [word for word in own if not re.search(word, said.replace("\u00a0", " "))]
    assert len(missing) <= 3, missing


def _calls() -> Iterator[tuple[Path, str, str]]:
    """Yield every literal first argument of `….say(…)`, `….button(…)` and `….note_tried(…)`."""
    for folder in ("actions", "bot"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "attr", "")
                first = node.args[0]
                literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
                if literal and name in {"say", "button", "note_tried"}:
                    yield path, name, first.value  # type: ignore[attr-defined]


@pytest.mark.parametrize("portal", PORTALS)
def test_every_sentence_that_the_code_names_exists(content: Content, portal: str) -> None:
    known = content.portal(portal).messages.texts
    prefix = {"say": "", "button": "buttons.", "note_tried": "tried."}
    named = {(path.name, prefix[call] + key) for path, call, key in _calls()}
    assert len(named) > 50
    assert not sorted((path, key) for path, key in named if key not in known)
    assert not sorted(f"small_talk.{intent}" for intent in SMALL_TALK if
                      f"small_talk.{intent}" not in known)  # fmt: skip


@pytest.mark.parametrize("name", PORTALS)
def test_a_later_repeat_is_worded_otherwise(content: Content, name: str) -> None:
    portal = content.portal(name)
    wordings = {portal.say("login.ask_address", nth) for nth in range(3)}
    assert len(wordings) == 3
    assert portal.say("login.ask_address", 99) in wordings
    with pytest.raises(ContentError, match="n_existe"):
        portal.say("login.n_existe_pas")


def test_a_name_that_does_not_exist_is_an_error_not_a_blank(content: Content) -> None:
    portal = content.portal("resah")
    for template in ("{{ nothing }}", "{{ links.nothing }}", "{{ portal.nothing }}"):
        with pytest.raises(ContentError, match="nothing"):
            portal.render(template)


def test_templates_run_in_a_sandbox(content: Content) -> None:
    portal = content.portal("resah")
    for template in ("{{ ''.__class__.__mro__ }}", "{{ portal.__init__.__globals__ }}"):
        with pytest.raises(ContentError):
            portal.render(template)


def test_values_are_not_templates(content: Content) -> None:
    said = content.portal("resah").say("login.pending", address="{{ links.login }}")
    assert "{{ links.login }}" in said


def test_no_code_belongs_to_two_regions(content: Content) -> None:
    for portal in content.portals.values():
        codes = [code for region in portal.regions for code in region.covers]
        assert len(codes) == len(set(codes))
        assert all(re.fullmatch(r"(region|dep|pays):\w+", code) for code in codes)
        assert portal.region(portal.regions[0].id) is portal.regions[0]
        assert portal.region(None) is None and portal.region("nulle-part") is None


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the content that may be broken."""
    shutil.copytree(ROOT / "faq", tmp_path / "faq")
    return tmp_path / "faq"


def test_a_third_portal_is_a_folder(copy: Path) -> None:
    shutil.copytree(copy / "woundwo", copy / "tiers")
    facts = copy / "tiers" / "portal.yml"
    facts.write_text(facts.read_text().replace("id: woundwo", "id: tiers"))
    assert load_content(copy).portal("tiers").name == "Portail B2B"


BROKEN = [
    ("resah/portal.yml", "id: resah\nname: [", "n’est pas du YAML"),
    ("resah/portal.yml", "id: resah\n", "name"),
    ("resah/portal.yml", "- id\n- name\n", "clés et des valeurs"),
    ("resah/portal.yml", "id: autre\nname: A\norganisation: B\nsender: c@d.fr\nlinks: {}", "resah"),
    ("resah/portal.yml", "id: resah\nname: A\norganisation: B\nsender: c@d.fr\nlinks:\n", "clés"),
    ("resah/portal.yml", "id: resah\nname: A\norganisation: B\nsender: c@d.fr\nlinks: {}\n"
     "mail_domains: 3", "mail_domains"),
    ("resah/messages.yml", "login:\n  pending:\n", "login.pending"),
    ("resah/messages.yml", "login:\n  pending: []\n", "login.pending"),
    ("resah/messages.yml", "login:\n  pending: 12\n", "login.pending"),
    ("resah/messages.yml", "login:\n  pending: '{{ address'\n", "login.pending"),
    ("resah/messages.yml", "", "clés et des valeurs"),
    ("common/topics.yml", "\t- x: :", "YAML"),
    ("resah/regions.yml", "regions:\n", "liste"),
    ("resah/regions.yml", "regions:\n- id: a\n  name: A\n", "région n° 1"),
    ("resah/regions.yml", "regions:\n- id: a\n  name: A\n  mailbox: m\n  covers: a\n", "liste"),
    ("resah/articles/training.md", "Sans en-tête.\n", "en-tête"),
    ("resah/articles/training.md", "---\nintent: training\n---\nTexte.\n", "en-tête fautif"),
    ("resah/articles/training.md", "---\nintent: [\n---\nTexte.\n", "en-tête fautif"),
    ("resah/articles/training.md",
     "---\nintent: training\ntitle: t\ntopic: t\ngroup: g\n---\n{% if x %}\n", "modèle de texte"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), BROKEN)
def test_a_broken_file_is_named(copy: Path, name: str, text: str, expected: str) -> None:
    (copy / name).write_text(text)
    with pytest.raises(ContentError) as caught:
        load_content(copy)
    assert str(copy / name) in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "name", ["resah/portal.yml", "common/messages.yml", "resah/articles/training.md"]
)
def test_another_encoding_is_named(copy: Path, name: str) -> None:
    (copy / name).write_bytes("é: à\n".encode("latin-1"))
    with pytest.raises(ContentError, match="UTF-8") as caught:
        load_content(copy)
    assert str(copy / name) in str(caught.value)


@pytest.mark.parametrize("name", ["resah/regions.yml", "common/messages.yml", "common/topics.yml"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ContentError, match="ne peut pas être lu") as caught:
        load_content(copy)
    assert str(copy / name) in str(caught.value)


def test_a_folder_without_portals_is_named(tmp_path: Path, copy: Path) -> None:
    for name in PORTALS:
        shutil.rmtree(copy / name)
    with pytest.raises(ContentError, match="Aucun portail"):
        load_content(copy)


def test_an_unknown_portal_is_named_with_the_known_ones() -> None:
    with pytest.raises(ContentError, match=r"« autre » n’existe pas \(connus : resah, woundwo\)"):
        current_content().portal("autre")
