"""What happens to a page meanwhile: loaded again, cut off, open twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.pages import ChatPage
from tests.browser.test_story import ADDRESS, OPENING

CUT_OFF = r"Failed to load resource: net::ERR_(INTERNET_DISCONNECTED|FAILED)"
MESSAGES = "**/chat/messages"


def _history(chat: ChatPage) -> list[str]:
    """Return what the server knows, as the page shows it once it is loaded again."""
    count = chat.replies.count()
    chat.page.reload()
    chat.open()
    expect(chat.replies).to_have_count(count)
    return chat.state()


def test_loaded_again_the_conversation_stands_there_and_goes_on(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah")
    chat.click("Connexion impossible")
    chat.say(ADDRESS["resah"])
    before = chat.state()
    assert "Non merci" in before
    assert _history(chat) == before
    assert "je n’envoie rien" in chat.click("Non merci")
    # What was clicked reads as its title, not as what was sent for it.
    before = chat.state()
    assert chat.texts()[-1] == "Non merci"
    assert _history(chat) == before
    assert "assistant" in chat.say("vous êtes un robot ?")


def test_loaded_again_before_the_answer_nothing_is_lost(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah")
    # The answer never comes to this page, though the server gave it.
    chat.page.route(MESSAGES, lambda route: route.fetch())
    with chat.page.expect_request(MESSAGES):
        chat.write(OPENING)
    chat.page.unroute(MESSAGES)
    chat.page.reload()
    chat.answer(1)
    assert chat.texts() == [OPENING]
    assert chat.replies.count() == 2


def test_a_cut_network_loses_and_doubles_nothing(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("woundwo", complaints=CUT_OFF)
    chat.say(OPENING)
    chat.page.context.set_offline(True)
    chat.write(ADDRESS["woundwo"])
    expect(chat.status).to_have_text("La connexion est interrompue, nouvel essai…")
    chat.write("non merci")
    assert chat.replies.count() == 2
    chat.page.context.set_offline(False)
    chat.settle()
    expect(chat.status).to_be_empty()
    expect(chat.alert).to_be_empty()
    assert chat.texts() == [OPENING, ADDRESS["woundwo"], "non merci"]
    assert chat.replies.count() == 4
    before = chat.state()
    assert _history(chat) == before


def test_an_answer_lost_on_its_way_is_given_again(open_chat: Callable[..., ChatPage]) -> None:
    chat = open_chat("resah", complaints=CUT_OFF)
    chat.say(OPENING)
    sent: list[str] = []
    bodies: list[bytes] = []

    def lose_one(route: Any) -> None:
        sent.append(json.loads(route.request.post_data)["message_id"])
        answer = route.fetch()
        bodies.append(answer.body())
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    chat.page.route(MESSAGES, lose_one)
    assert "reconnue" in chat.say(ADDRESS["resah"])
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert len(set(bodies)) == 1
    assert chat.texts() == [OPENING, ADDRESS["resah"]]
    assert chat.replies.count() == 3
    before = chat.state()
    assert _history(chat) == before


def test_a_service_that_stays_away_leaves_the_message_to_be_sent_again(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah", complaints="Failed to load resource.*429")
    chat.page.route(
        MESSAGES,
        lambda route: route.fulfill(
            status=429, content_type="application/json", body='{"error": "Trop de demandes."}'
        ),
    )
    chat.write(OPENING)
    again = chat.alert.get_by_role("button", name="Réessayer")
    expect(again).to_be_visible()
    expect(chat.alert).to_contain_text("Trop de demandes.")
    chat.page.unroute(MESSAGES)
    again.click()
    assert "adresse e-mail" in chat.answer(1)
    assert chat.texts() == [OPENING]


def test_a_message_that_is_too_early_goes_by_itself_when_it_may(
    open_chat: Callable[..., ChatPage],
) -> None:
    chat = open_chat("resah", complaints="Failed to load resource.*429")
    sent: list[str] = []

    def refuse_twice(route: Any) -> None:
        sent.append(route.request.post_data_json["message_id"])
        if len(sent) > 2:
            route.continue_()
            return
        body = '{"error": "Trop de messages.", "retry_after": 1}'
        route.fulfill(status=429, content_type="application/json", body=body)

    chat.page.route(MESSAGES, refuse_twice)
    chat.write(OPENING)
    status = chat.page.locator("#status")
    expect(status).to_contain_text("Trop de messages. Rien n’est perdu : nouvel essai automatique.")
    chat.input.fill("Ce que j’écris en attendant")
    assert "adresse e-mail" in chat.answer(1)
    expect(status).to_be_empty()
    expect(chat.alert).to_be_empty()
    assert len(sent) == 3 and len(set(sent)) == 1
    assert chat.texts() == [OPENING]
    expect(chat.input).to_have_value("Ce que j’écris en attendant")


def test_two_tabs_are_two_conversations(open_chat: Callable[..., ChatPage]) -> None:
    one = open_chat("resah")
    one.say(OPENING)
    page = one.page.context.new_page()
    page.goto("/resah/")
    other = ChatPage(page).open()
    expect(other.replies).to_have_count(1)
    assert "région" in other.say("je voudrais l'adresse mail de ma région")
    assert "reconnue" in one.say(ADDRESS["resah"])
    assert "bretagne@" in other.say("Rennes")
    assert one.texts() == [OPENING, ADDRESS["resah"]]
    before = other.state()
    assert _history(other) == before


def test_a_tab_and_its_copy_share_one_conversation(open_chat: Callable[..., ChatPage]) -> None:
    one = open_chat("resah")
    one.say(OPENING)
    with one.page.expect_popup() as copied:
        one.page.evaluate("void window.open(location.href)")
    copy = ChatPage(copied.value).open()
    expect(copy.replies).to_have_count(2)
    assert copy.texts() == [OPENING]
    # Both at once: neither waits for the other.
    one.write(ADDRESS["resah"])
    copy.write("vous êtes un robot ?")
    one.settle()
    copy.settle()
    for chat in (one, copy):
        chat.page.reload()
        expect(chat.said).to_have_count(3)
    assert one.state() == copy.state()
    assert sorted(one.texts()) == sorted([OPENING, ADDRESS["resah"], "vous êtes un robot ?"])
