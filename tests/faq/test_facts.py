"""The facts of the two FAQ texts: each is said by its portal, and by no other; none is made up.

`facts.yml` lists every sentence of the texts. The texts themselves do not belong to the repository:
that the list is complete, and that no sentence of ours is copied from them, is checked where they
are at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta

from bot.check.facts import facts_in_code
from bot.content.live import Portal, load_content
from bot.content.portals import templates
from bot.content.trees import MEANINGS, TreeStep
from bot.french.fold import fold
from bot.ground.settings import ROOT
from bot.ground.yaml_text import read_yaml

CONTENT = load_content(ROOT / "faq")
FACTS: dict[str, list[dict[str, Any]]] = read_yaml(Path(__file__).parent / "facts.yml")
OTHER = {"resah": "woundwo", "woundwo": "resah"}
SEEDS = {"resah": "000_7dbcc9ca19a0816b.txt", "woundwo": "004_9bf260538a7a2a85.txt"}
SEED_FOLDER = ROOT.parent / "shared" / "seeds"

_MARK = re.compile(r"^\s*(?:-|\d+\.|⚠️)\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀÉÈÊ«])")
_MOST_SHARED = 8
"""How many words in a row a text of ours may share with a FAQ text."""


def _cases(*keys: str) -> list[Any]:
    return [
        pytest.param(portal, entry, id=f"{portal} {entry['n']}")
        for portal, entries in FACTS.items()
        for entry in entries
        if all(key in entry for key in keys)
    ]


def sentences_of(text: str) -> list[str]:
    """Split a FAQ text as facts.yml counts it.

    Every line that is not empty counts, without its bullet, number or warning sign. A line is split
    behind a full stop, question or exclamation mark that a capital letter or « follows.
    """
    return [
        sentence.strip()
        for line in text.splitlines()
        for sentence in _SENTENCE_END.split(_MARK.sub("", line.strip()))
        if sentence.strip()
    ]


class _Anything:
    """Stands for whatever a sentence is given when it is said."""

    def __getattr__(self, name: str) -> _Anything:
        return self

    def __str__(self) -> str:
        return "…"

    def __iter__(self) -> Iterator[_Anything]:
        return iter((self,))

    def __add__(self, other: object) -> int:
        return 2

    def __gt__(self, other: object) -> bool:
        return True


def _plain(text: str) -> str:
    """Return a text without marks of emphasis, in lower case, with plain spaces."""
    return " ".join(text.replace("**", "").replace("\u00a0", " ").casefold().split())


def _filled(portal: Portal, template: str) -> str:
    names = meta.find_undeclared_variables(templates.parse(template))
    values = {name: _Anything() for name in names - {"portal", "links", "retention_days"}}
    return portal.render(template, **values)


def _steps(portal: Portal) -> Iterator[tuple[str, TreeStep]]:
    for intent, article in portal.articles.items():
        if article.tree is not None:
            yield from ((intent, step) for step in article.tree.steps.values())


@lru_cache
def texts_of(portal_id: str) -> dict[str, str]:
    """Return all that a portal says: articles with their trees, sentences as `message:<key>`."""
    portal = CONTENT.portal(portal_id)
    said: dict[str, list[str]] = {}
    for intent, article in portal.articles.items():
        said[intent] = [article.title, article.topic, portal.answer(article)]
    for intent, step in _steps(portal):
        labels = [answer.label for answer in step.answers]
        said[intent] += [portal.render(wording) for wording in step.say] + labels + [step.tried]
    for key, variants in portal.messages.texts.items():
        said[f"message:{key}"] = [_filled(portal, variant) for variant in variants]
    return {where: _plain("\n".join(parts)) for where, parts in said.items()}


def _stands_in(words: str, text: str) -> bool:
    """Tell whether a text contains the words; `a|b` is either."""
    return any(_plain(choice) in text for choice in words.split("|"))


@pytest.mark.parametrize(("portal", "entry"), _cases("said_in"))
def test_a_fact_is_said_where_the_list_says(portal: str, entry: dict[str, Any]) -> None:
    texts = texts_of(portal)
    assert entry["words"]
    for where in entry["said_in"]:
        missing = [words for words in entry["words"] if not _stands_in(words, texts[where])]
        assert not missing, f"{where}: {texts[where]}"


@pytest.mark.parametrize(("portal", "entry"), _cases("only"))
def test_a_fact_of_one_portal_is_not_said_by_the_other(portal: str, entry: dict[str, Any]) -> None:
    other = CONTENT.portal(OTHER[portal])
    behind = entry.get("behind")
    assert entry["never_elsewhere"]
    assert behind is None or not other.feature(behind)
    gated = set(entry["said_in"]) if behind else set()
    found = [
        (where, words)
        for where, text in texts_of(other.id).items()
        for words in entry["never_elsewhere"]
        if _stands_in(words, text) and not (where.startswith("message:") and where in gated)
    ]
    assert not found


@pytest.mark.parametrize(("portal", "entry"), _cases("gap"))
def test_a_gap_is_not_filled_in(portal: str, entry: dict[str, Any]) -> None:
    assert entry["gap"].strip() and entry["unsaid"]
    for portal_id in CONTENT.portals:
        for where, text in texts_of(portal_id).items():
            assert not [words for words in entry["unsaid"] if _stands_in(words, text)], where


@pytest.mark.parametrize(("portal", "entry"), _cases())
def test_a_sentence_is_said_or_its_absence_has_a_reason(portal: str, entry: dict[str, Any]) -> None:
    assert entry["fact"].strip()
    assert 1 <= len(entry["starts"].split()) <= 8
    assert "said_in" in entry or entry.get("not_said", entry.get("gap", "")).strip()
    assert not ("said_in" in entry and "not_said" in entry)


@pytest.mark.parametrize("portal", sorted(FACTS))
def test_sentences_are_numbered_without_a_break(portal: str) -> None:
    assert [entry["n"] for entry in FACTS[portal]] == list(range(1, len(FACTS[portal]) + 1))


def _seed(portal: str) -> str:
    path = SEED_FOLDER / SEEDS[portal]
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("portal", sorted(FACTS))
def test_every_sentence_of_the_text_is_in_the_list(portal: str) -> None:
    sentences = sentences_of(_seed(portal))
    assert len(sentences) == len(FACTS[portal])
    for sentence, entry in zip(sentences, FACTS[portal], strict=True):
        assert sentence.startswith(entry["starts"]), entry["n"]


@pytest.mark.parametrize("portal", sorted(FACTS))
def test_articles_are_ours(portal: str) -> None:
    theirs = {run for sentence in sentences_of(_seed(portal)) for run in _runs(sentence)}
    copied = [
        (where, run)
        for where, text in texts_of(portal).items()
        for run in _runs(text)
        if run in theirs and not where.startswith("message:")
    ]
    assert not copied


def _runs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", fold(text))
    for start in range(len(words) - _MOST_SHARED + 1):
        yield " ".join(words[start : start + _MOST_SHARED])


def _questions() -> list[Any]:
    return [
        pytest.param(step, id=f"{portal.id} {intent} {step.name}")
        for portal in CONTENT.portals.values()
        for intent, step in _steps(portal)
        if step.answers
    ]


@pytest.mark.parametrize("step", _questions())
def test_a_question_understands_the_usual_answers(step: TreeStep) -> None:
    meant = {meaning for answer in step.answers for meaning in answer.means}
    assert set(MEANINGS) - {"solved"} <= meant
    assert len(step.say) >= 2
    assert all(len(answer.examples) >= 3 for answer in step.answers)


@pytest.mark.parametrize("portal", sorted(FACTS))
def test_every_tree_can_end_well_and_with_a_person(portal: str) -> None:
    ends: dict[str, set[str]] = {}
    for intent, step in _steps(CONTENT.portal(portal)):
        ends.setdefault(intent, set()).add(step.end)
    assert ends
    for intent, reached in ends.items():
        assert "solved" in reached, intent
        # The login walk ends with a contact itself.
        assert reached & {"hand_over", "contact", "login"}, intent


TOLD = [
    ("j'ai regardé dans les spams et rien", {"junk_checked": "yes"}),
    ("je n’ai pas trouvé le mail dans mes spams", {"junk_checked": "yes"}),
    ("pas reçu, même dans les spams", {"junk_checked": "yes"}),
    ("je n'ai pas encore regardé dans les spams", {"junk_checked": "no"}),
    ("je l'ai trouvé dans mes spams", {"junk_checked": "mail_in_spam"}),
    ("vos mails tombent en spam", {"junk_checked": "mail_in_spam"}),
    ("faut-il regarder dans les indésirables ?", {}),
    ("est-ce que le mail est dans mes spams ?", {}),
    ("on est équipés de MailInBlack", {"mailinblack": "yes"}),
    ("nous n'utilisons pas mail in black", {"mailinblack": "no"}),
    ("c'est quoi mailinblack ?", {}),
    ("je connais mon administratrice", {"administrator_known": "yes"}),
    (
        "mon administrateur ne répond pas",
        {
            "administrator_known": "yes",
            "administrator_listed": "no",
            "administrator_answers": "no",
        },
    ),
    ("je ne connais pas mon administrateur", {"administrator_known": "no"}),
    ("comment devenir administrateur ?", {"administrator_listed": "admin_duties"}),
    ("notre admin est partie à la retraite", {"administrator_listed": "admin_duties"}),
    ("comment valider un compte ?", {"admin_task": "account_pending"}),
    ("mon compte n'est pas validé", {}),
    ("je vois bien le marché mais la convention n'y est pas", {"market_visible": "yes"}),
    ("je ne vois pas le marché 2019-069", {"market_visible": "no"}),
    ("je ne vois pas la convention du marché", {}),
    ("j'ai cherché par numéro et par mots clés, rien", {"market_searched": "yes"}),
    ("j'ai rempli le formulaire", {"form_sent": "yes"}),
    ("je n'ai pas encore rempli le formulaire", {"form_sent": "no"}),
    ("le formulaire d'inscription ne marche pas", {"form_sent": "not_solved"}),
    ("ça bloque sur firefox", {"firefox": "yes"}),
    ("je n'utilise pas firefox", {"firefox": "no"}),
    ("j'ai essayé avec chrome et edge", {"firefox": "no"}),
    ("je suis revendeur, on a déjà commandé", {"trade_partner": "yes", "has_ordered": "yes"}),
    ("je suis un particulier", {"trade_partner": "no"}),
    ("je ne suis pas un particulier", {"trade_partner": "yes"}),
    ("nous n'avons pas encore passé de commande", {"has_ordered": "no"}),
    ("où trouver mon numéro client ?", {}),
    ("pas reçu le mail d'activation", {"awaited_mail": "account_pending"}),
    ("le mail de réinitialisation n'arrive pas", {"awaited_mail": "password_reset"}),
]


@pytest.mark.parametrize(("message", "told"), TOLD)
def test_what_is_told_in_passing_is_understood(message: str, told: dict[str, str]) -> None:
    patterns = CONTENT.portal("resah").facts
    found = {
        name: next(value for value, pattern in values.items() if pattern.search(fold(message)))
        for name, values in patterns.items()
        if any(pattern.search(fold(message)) for pattern in values.values())
    }
    assert found == told


def test_facts_told_in_passing_are_those_that_trees_or_walks_ask_for() -> None:
    asked: dict[str, set[str]] = {}
    for portal in CONTENT.portals.values():
        for _, step in _steps(portal):
            if step.fact:
                meant = asked.setdefault(step.fact, set())
                meant.update(meaning for answer in step.answers for meaning in answer.means)
    told = CONTENT.portal("resah").facts
    assert set(told) == set(asked) | facts_in_code()
    for name, values in told.items():
        assert set(values) <= asked.get(name, set()), name
