"""What the assistant's window offers beside the conversation itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pages import ChatPage, plain
from tests.browser.test_layout import PHONE
from tests.browser.test_resilience import CUT_OFF
from tests.browser.test_story import ADDRESS, OPENING

ARTICLE = "y a-t-il des formations ?"
SOLVABLE = "que sont les mails automatiques ?"


def test_choices_stay_to_read_once_one_was_taken(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.click("Connexion impossible")
    chosen = chat.page.locator(".chosen-of").first
    assert [plain(text) for text in chosen.locator("li").all_text_contents()] == [
        "Connexion impossible (choisie)",
        "Mail non reçu",
        "Accès aux documents",
        "Demander un compte",
    ]
    assert chosen.locator("button").count() == 0
    assert chat.texts() == ["Connexion impossible"]


def test_an_answer_is_rated_with_a_word(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.say(ARTICLE)
    rating = chat.page.locator(".rating").last
    no = rating.get_by_role("button", name="ne m’a pas aidé")
    with chat.page.expect_response("**/chat/ratings") as first:
        no.click()
    assert first.value.status == 204
    expect(no).to_have_attribute("aria-pressed", "true")
    rating.get_by_label("Que manquait-il").fill("les dates")
    with chat.page.expect_response("**/chat/ratings") as second:
        rating.get_by_role("button", name="Envoyer").click()
    assert second.value.request.post_data_json["comment"] == "les dates"
    expect(rating.get_by_role("status")).to_have_text("Merci.")
    expect(no).to_be_focused()
    chat.page.reload()
    chat.open()
    expect(no).to_have_attribute("aria-pressed", "true")
    yes = chat.page.locator(".rating").last.get_by_role("button", name="m’a aidé").first
    yes.click()
    expect(yes).to_have_attribute("aria-pressed", "true")
    expect(no).to_have_attribute("aria-pressed", "false")


def test_it_asks_whether_an_answer_solved_it(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.say(SOLVABLE)
    question = chat.page.get_by_role("group", name="Est-ce résolu ?")
    expect(question).to_be_visible()
    assert "Bonne journée" in chat.click("C’est résolu")
    expect(question).to_have_count(0)
    chat.say(SOLVABLE)
    answer = chat.click("Ça ne marche toujours pas")
    assert "contact" in answer


def test_an_answer_leads_to_its_article(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.say(ARTICLE)
    link = chat.replies.last.locator(".lead a")
    assert link.get_attribute("href").endswith("/resah/faq/training")


def test_the_conversation_is_begun_anew_and_erased(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.say(OPENING)
    chat.option("Recommencer")
    expect(chat.said).to_have_count(0)
    chat.say(ARTICLE)
    chat.option("Effacer la conversation")
    expect(chat.alert).to_contain_text("Effacer cette conversation")
    expect(chat.alert.get_by_role("button", name="Garder")).to_be_focused()
    chat.alert.get_by_role("button", name="Garder").click()
    expect(chat.said).to_have_count(1)
    chat.option("Effacer la conversation")
    with chat.page.expect_response("**/chat/history") as erased:
        chat.alert.get_by_role("button", name="Effacer").click()
    assert (erased.value.request.method, erased.value.status) == ("DELETE", 204)
    expect(chat.said).to_have_count(0)
    expect(chat.status).to_have_text("La conversation est effacée.")
    chat.page.reload()
    chat.open()
    expect(chat.said).to_have_count(0)


@pytest.mark.parametrize(
    ("touch", "first"), [(True, "tel:0199000001"), (False, "mailto:ile-de-france-centre@")]
)
def test_a_person_is_always_in_reach(
    open_chat: Callable[..., ChatPage], touch: bool, first: str
) -> None:
    chat = open_chat("woundwo", has_touch=touch, is_mobile=touch, **(PHONE if touch else {}))
    person = chat.page.get_by_role("button", name="Joindre une personne")
    person.click()
    expect(chat.page.get_by_role("heading", name="Joindre une personne")).to_be_focused()
    assert chat.page.locator("#people a").first.get_attribute("href").startswith(first)
    back = chat.page.get_by_role("button", name="Revenir à la conversation")
    expect(back).to_have_attribute("aria-expanded", "true")
    chat.page.keyboard.press("Escape")
    expect(person).to_be_focused()
    person.click()
    before = chat.replies.count()
    chat.page.get_by_role("button", name="Transmettre ma demande").click()
    assert chat.answer(before)


def test_a_person_is_in_reach_without_the_network(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("woundwo", complaints=CUT_OFF)
    chat.page.context.set_offline(True)
    chat.write(OPENING)
    chat.page.get_by_role("button", name="Joindre une personne").click()
    expect(chat.page.locator('#people a[href^="tel:"]').first).to_be_visible()


def test_it_says_that_it_is_a_machine_and_what_is_kept(
    open_chat: Callable[..., ChatPage],
) -> None:
    notice = plain(open_chat("resah").page.locator("#notice").inner_text())
    for part in ("une machine", "mot de passe", "90 jours", "24 heures", "effacer"):
        assert part in notice


@pytest.mark.parametrize(
    ("text", "warns"),
    [
        ("mon mot de passe est Soleil2024!", True),
        ("mdp: azerty123", True),
        ("Tr0ub4dor&3x", True),
        ("mon mot de passe est refusé", False),
        ("mot de passe : oublié", False),
        (ADDRESS["resah"], False),
        ("marché 2019-069, document G-7K2M", False),
        ("https://exemple.example/Page?a=1&B=2", False),
    ],
)
def test_a_password_is_warned_of_while_it_is_typed(
    open_chat: Callable[..., ChatPage], text: str, warns: bool
) -> None:
    chat = open_chat("resah")
    chat.input.press_sequentially(text)
    if warns:
        expect(chat.alert).to_contain_text("On dirait un mot de passe")
        chat.input.fill("")
    expect(chat.alert).to_be_empty()


def test_a_long_text_is_counted_and_cut(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    chat.input.fill("é" * 2100)
    expect(chat.alert).to_contain_text("dépassait 2000 caractères")
    assert len(chat.input.input_value()) == 2000
    expect(chat.page.locator("#hint")).to_have_text("Encore 0 caractères possibles.")
    chat.input.press("Enter")
    chat.settle()
    expect(chat.alert).to_be_empty()
    assert len(chat.texts()[0]) == 2000


def test_it_tells_that_an_answer_is_on_its_way(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah")
    held: list[Any] = []
    chat.page.route("**/chat/messages", lambda route: held.append(route))
    chat.write(OPENING)
    expect(chat.status).to_have_text("L’assistant écrit…")
    held[0].continue_()
    chat.answer(1)
    expect(chat.status).to_be_empty()
