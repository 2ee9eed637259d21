"""Long conversations are read in pages, and what was pressed late is not taken for an answer."""

from __future__ import annotations

import pytest

from bot.web.api import history
from tests.http.conftest import KNOWN, Chat, on_both_databases, sentence_of

STALE = "question plus ancienne"


@on_both_databases
async def test_a_long_history_is_read_in_pages(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_TURNS", 2)
    monkeypatch.setattr("bot.web.api.chat.MOST_TURNS", 2)
    await chat.say("mot de passe oublié")
    await chat.say(KNOWN)
    await chat.say("vous êtes un robot ?")
    await chat.say("merci")
    # Offered on an earlier page than it was pressed on.
    await chat.click("Oui, envoyez-le")
    latest = await chat.page()
    assert [turn["text"] for turn in latest["turns"]] == ["merci", "Oui, envoyez-le"]
    assert [turn["number"] for turn in latest["turns"]] == [4, 5]
    assert latest["before"] == 4
    middle = await chat.page(before=latest["before"])
    assert [turn["text"] for turn in middle["turns"]] == [KNOWN, "vous êtes un robot ?"]
    first = await chat.page(before=middle["before"])
    assert [turn["text"] for turn in first["turns"]] == ["mot de passe oublié"]
    assert first["before"] is None
    assert [turn["number"] for turn in (await chat.page(most=1))["turns"]] == [5]
    assert len((await chat.page(most=1000))["turns"]) == 2


@pytest.mark.parametrize("query", ["before=x", "before=-1", "most=1e3", "before=9999999999"])
async def test_a_page_that_is_no_number_is_refused(chat: Chat, query: str) -> None:
    await chat.say("bonjour")
    response = await chat.site.client.get(
        f"/resah/chat/history?{query}", headers={"Authorization": f"Bearer {chat.session}"}
    )
    assert response.status == 400
    assert "nombre" in await sentence_of(response)


async def test_an_answer_tells_its_turn(chat: Chat) -> None:
    numbers = [
        (await (await chat.post(text, text)).json())["turn"] for text in ("bonjour", "merci")
    ]
    assert numbers == [1, 2]
    assert (await (await chat.post("bonjour", "bonjour")).json())["turn"] == 1


@on_both_databases
@pytest.mark.parametrize("pressed", ["/deny", "/affirm", "C’est résolu"])
async def test_an_old_yes_or_no_does_not_answer_a_newer_question(chat: Chat, pressed: str) -> None:
    await chat.post("mot de passe oublié", "one")
    question = (await (await chat.post(KNOWN, "two")).json())["messages"][-1]
    stale = await (await chat.post(pressed, "three", offered_by="one")).json()
    assert STALE in stale["messages"][0]["text"]
    assert stale["messages"][-1] == question
    # What was repeated is the question that stands; it is answered as if nothing had been.
    answer = await (await chat.post("/affirm", "four", offered_by="three")).json()
    assert "C’est fait" in answer["messages"][0]["text"]
    turns = await chat.history()
    # Under the title that it had where it was pressed.
    titles = {"/deny": "Je préfère ne pas la donner", "/affirm": "Oui, envoyez-le"}
    assert turns[2]["text"] == titles.get(pressed, pressed)
    assert turns[2]["messages"] == stale["messages"]
    assert turns[3]["text"] == "Oui, envoyez-le"


async def test_an_old_topic_still_opens(chat: Chat) -> None:
    await chat.post("mot de passe oublié", "one")
    await chat.post(KNOWN, "two")
    answer = await (await chat.post("/human_handoff", "three", offered_by="one")).json()
    assert STALE not in answer["messages"][0]["text"]


async def test_a_press_on_the_question_that_stands_answers_it(chat: Chat) -> None:
    await chat.post("mot de passe oublié", "one")
    await chat.post(KNOWN, "two")
    answer = await (await chat.post("/affirm", "three", offered_by="two")).json()
    assert "C’est fait" in answer["messages"][0]["text"]
