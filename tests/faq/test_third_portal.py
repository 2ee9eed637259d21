"""A third portal from faq/README.md's own blocks: talked to at once, without code or training."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.check import check
from bot.ground.settings import ROOT
from tests.faq.readme import write_blocks
from tests.support.service import Chat, Service

PORTAL = "fournisseurs"


def _models(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}


@pytest.fixture(scope="module")
def third(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that knows the common texts and the README's portal alone."""
    folder = tmp_path_factory.mktemp("third")
    models = folder / "models"
    models.mkdir()
    shutil.copy2(model, models)
    before = _models(models)
    shutil.copytree(ROOT / "faq" / "common", folder / "faq" / "common")
    assert len(write_blocks(folder / "faq")) == 7
    service = Service(
        folder,
        env={
            "GUICHET_CONTENT_DIR": str(folder / "faq"),
            "GUICHET_DEFAULT_PORTAL": PORTAL,
            "GUICHET_MODELS_DIR": str(models),
        },
    ).start()
    yield service
    service.stop()
    assert _models(models) == before, "nothing was trained"


@pytest.fixture
def chat(third: Service) -> Chat:
    return Chat(third, PORTAL)


def test_beside_the_portals_that_ship_it_has_no_mistake(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "faq", tmp_path / "faq")
    write_blocks(tmp_path / "faq")
    assert [mistake.shown() for mistake in check(tmp_path / "faq").mistakes] == []


def test_it_has_a_page(third: Service) -> None:
    page = requests.get(f"{third.url}/{PORTAL}/", timeout=10)
    assert page.ok and "Espace Fournisseurs" in page.text


def test_an_article_is_answered(chat: Chat) -> None:
    reply = chat.say("y a-t-il des formations ?")
    assert "visite guidée" in reply
    assert "[page de connexion](https://fournisseurs.brevane.example/connexion)" in reply


def test_a_tree_is_walked_to_its_end(chat: Chat) -> None:
    assert "archives" in chat.say("il manque un avenant")
    assert "vos commandes" in chat.click("Non, pas encore")
    assert "numéro" in chat.click("Toujours pas")
    assert "ville" in chat.say("BC-4711")
    chat.say("Lille")
    preview = chat.say("jean.dupont@entreprise.example")
    for part in ("BC-4711", "Archives regardées", "achats-nord@brevane.example"):
        assert part in preview
    assert "Déjà cherché" not in preview, "the other answer tells that"
    sent = chat.click("Envoyer")
    assert re.search(r"référence est \*\*\S+\*\*", sent) and "3 jours ouvrés" in sent
    assert not chat.slots["walk_stack"]


def test_a_tree_can_end_well(chat: Chat) -> None:
    chat.say("il manque un avenant")
    chat.say("non pas encore")
    assert "Parfait" in chat.click("Oui, le voilà")
    assert chat.slots["memory"]["outcome"] == "solved"


@pytest.mark.parametrize(
    "said",
    [
        "oui j'ai fouillé partout et rien du tout",
        "j'ai déjà parcouru, il n'y figure pas du tout",
        "Bonjour, je les ai consultées ce matin, il n'y est pas.",
    ],
)
def test_an_answer_is_understood_by_its_examples(chat: Chat, said: str) -> None:
    chat.say("il manque un avenant")
    assert "numéro" in chat.say(said)
    chat.say("BC-4711")
    chat.say("Lille")
    assert "Déjà cherché dans les archives" in chat.say("jean.dupont@entreprise.example")


def test_a_fact_told_in_passing_spares_its_question(chat: Chat) -> None:
    reply = chat.say("il manque un avenant, j'ai déjà cherché dans les archives")
    assert "numéro" in reply and "trois mois" not in reply


def test_the_contact_of_a_region_is_given(third: Service) -> None:
    for place, mailbox in (("Amiens", "achats-nord"), ("Lyon", "achats")):
        chat = Chat(third, PORTAL)
        assert "entreprise" in chat.say("je voudrais l'adresse mail de ma région")
        assert f"(mailto:{mailbox}@brevane.example)" in chat.say(place)
