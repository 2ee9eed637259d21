"""Changed texts are said within moments; broken ones never."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bot.check import check
from bot.content.live import LiveContent
from bot.ground.settings import ROOT
from tests.support.service import Chat, Service

QUESTION = "y a-t-il des formations ?"


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False


def change(path: Path, old: str, new: str) -> None:
    """Change a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    """A copy of the content."""
    shutil.copytree(ROOT / "faq", tmp_path / "faq")
    return tmp_path / "faq"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the service."""
    return shutil.copytree(ROOT / "faq", tmp_path_factory.mktemp("live") / "faq")


@pytest.fixture(scope="module")
def live(served: Path, model: Path) -> Iterator[Service]:
    """The real service on a content of its own."""
    env = {"GUICHET_CONTENT_DIR": str(served)}
    service = Service(served.parent / "service", env=env).start()
    yield service
    service.stop()


def test_the_service_says_what_the_files_say_now(live: Service, served: Path) -> None:
    faq = served

    def answered(part: str) -> bool:
        return part in Chat(live, "resah").say(QUESTION)

    article = faq / "resah" / "articles" / "training.md"
    whole = article.read_text(encoding="utf-8")
    assert answered("webinaires gratuits")
    change(article, "webinaires gratuits", "ateliers du jeudi")
    change(faq / "common" / "messages.yml", "Bonjour, je suis", "Salut, c’est moi,")
    assert eventually(lambda: answered("ateliers du jeudi"))
    assert eventually(lambda: "Salut, c’est moi," in Chat(live, "woundwo").say("bonjour"))
    # So are the words of a yes, for which nothing else is read.
    asks = Chat(live, "resah")
    asks.say("mot de passe oublié camille.martin@chu-exemple.example")
    assert "C’est fait" not in asks.say("tope là mon gars")
    change(faq / "common" / "consent.yml", '"yes":\n', '"yes":\n  - tope là mon gars\n')
    assert eventually(lambda: "C’est fait" in asks.say("tope là mon gars"))
    # The widget takes the greeting from the same content.
    opening = requests.get(f"{live.url}/woundwo/chat/portal", timeout=10).text
    assert "Salut, c’est moi," in opening

    change(article, "webinars", "webinar")
    assert eventually(lambda: "training.md:" in live.log.read_text(encoding="utf-8"))
    assert answered("ateliers du jeudi")
    time.sleep(2.5)
    log = live.log.read_text(encoding="utf-8")
    line = next(
        n for n, text in enumerate(article.read_text().splitlines(), 1) if "webinar" in text
    )
    assert log.count("n’est pas repris") == 1
    assert f"{article}:{line} : « links.webinar » n’existe pas pour « resah »" in log

    article.write_text("---\nintent: training\ntitle: [\n---\nTexte.\n", encoding="utf-8")
    assert eventually(lambda: "training.md:4" in live.log.read_text(encoding="utf-8"))
    assert answered("ateliers du jeudi")

    article.write_text(whole.replace("gratuits", "offerts"), encoding="utf-8")
    assert eventually(lambda: answered("webinaires offerts"))
    assert "Contenu relu" in live.log.read_text(encoding="utf-8")


def test_a_tree_may_change_while_it_is_walked(live: Service, served: Path) -> None:
    article = served / "resah" / "articles" / "training.md"
    tree = (
        "tree:\n  first: ask\n  steps:\n    ask:\n      say: Première fois ?\n      answers:\n"
        "        - {label: Oui, means: yes, go: end}\n        - {label: Non, means: no, go: end}\n"
        "    end: {say: Fini., end: informed}\n"
    )
    change(article, "contact: false\n", f"contact: false\n{tree}")
    chat = Chat(live, "resah")
    assert eventually(lambda: "Première fois" in Chat(live, "resah").say(QUESTION))
    assert "Première fois" in chat.say(QUESTION)
    change(article, "    ask:\n", "    other:\n")
    change(article, "first: ask", "first: other")
    change(article, "Première fois", "Première visite")
    assert eventually(lambda: "Première visite" in Chat(live, "resah").say(QUESTION))
    assert chat.click("Oui").strip()
    again = Chat(live, "resah")
    assert "Fini." in (again.say(QUESTION) + again.click("Oui"))


def test_nothing_watches_over_what_nobody_holds(faq: Path) -> None:
    content = LiveContent(faq, 90)
    thread = content._watcher
    assert thread.is_alive()
    del content
    assert eventually(lambda: not thread.is_alive())


def test_a_mistake_that_was_there_before_does_not_hold_up_changes(faq: Path) -> None:
    article = faq / "resah" / "articles" / "training.md"
    change(article, "links.webinars", "links.nothing")
    content = LiveContent(faq, 90)
    content.hold_against(check)
    assert len(content.mistakes) == 1
    change(faq / "resah" / "portal.yml", "organisation: Resah", "organisation: Autre")
    assert eventually(lambda: content.portal("resah").organisation == "Autre")


def test_what_contradicts_the_code_is_refused_once_the_check_is_handed_in(faq: Path) -> None:
    article = faq / "resah" / "articles" / "training.md"
    content = LiveContent(faq, 90)
    content.hold_against(check)
    assert len(content.mistakes) == 0
    change(article, "links.webinars", "links.nothing")
    change(faq / "resah" / "portal.yml", "organisation: Resah", "organisation: Autre")
    content.look()
    assert content.portal("resah").organisation == "Resah"
    change(article, "links.nothing", "links.webinars")
    assert eventually(lambda: content.portal("resah").organisation == "Autre")
