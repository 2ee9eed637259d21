"""The widget's script, what it may ask from other sites, and what it sends beside messages."""

from __future__ import annotations

import gzip
import re

import pytest
from sqlalchemy import func, select

from bot.content.live import current_content
from bot.ground.db import Database
from bot.record.ratings import Rating
from bot.record.summaries import Summary
from bot.record.transcript import Conversation, TranscriptEvent, read_lines
from bot.web.api.widget_config import TEXTS
from bot.web.keys import ASSISTANT
from bot.web.widget import bundle
from tests.http.conftest import KNOWN, Chat, Site, Start, on_both_databases, sentence_of

MOST_BYTES = 14 * 1000
HOST = "https://portail.example"


def test_the_script_is_small_and_whole() -> None:
    script = bundle.script()
    assert len(script.packed) <= MOST_BYTES
    assert gzip.decompress(script.packed).decode() == script.text
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in script.text
    assert "document.cookie" not in script.text
    assert not re.search(r"^\s*(/\*|//)", script.text, re.MULTILINE)


def test_its_sentences_are_the_portals_and_none_is_superfluous() -> None:
    source = bundle._joined("*.js")
    named = set(re.findall(r"""\bt\("([a-z_]+)"|this\.t\("([a-z_]+)""", source))
    said = {one or other for one, other in named}
    # Names that the script puts together or keeps in lists.
    said |= {"rate_yes", "rate_no", "choices_one", "choices_many", "you", "assistant"}
    said |= {"restart", "download", "erase", "person", "back"}
    assert said - {"rate_"} == set(TEXTS)
    texts = {key for key in current_content().portals["resah"].messages.texts if "widget." in key}
    assert texts == {f"widget.{name}" for name in TEXTS}


@pytest.mark.parametrize(("path", "kind"), [("js", "text/javascript"), ("css", "text/css")])
async def test_it_is_served_packed_and_asked_for_again(site: Site, path: str, kind: str) -> None:
    response = await site.client.get(f"/widget.{path}")
    assert response.status == 200
    assert response.content_type == kind
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Content-Encoding"] == "gzip"
    plain = await site.client.get(f"/widget.{path}", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert await plain.text() == await response.text()
    again = await site.client.get(
        f"/widget.{path}", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status == 304


async def _preflight(site: Site, path: str, origin: str) -> tuple[int, str | None, str | None]:
    response = await site.client.options(
        f"/resah/chat/{path}",
        headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
    )
    names = ("Access-Control-Allow-Origin", "Access-Control-Allow-Methods")
    origin_allowed, methods = (response.headers.get(name) for name in names)
    return response.status, origin_allowed, methods


async def test_named_origins_may_talk_to_the_chat_and_no_others(start: Start) -> None:
    site = await start(allowed_origins=(HOST,))
    assert await _preflight(site, "messages", HOST) == (204, HOST, "POST")
    assert await _preflight(site, "history", HOST) == (204, HOST, "DELETE, GET")
    for stranger in ("https://autre.example", f"{HOST}.autre.example", f"{HOST}:8443", "null", ""):
        assert await _preflight(site, "messages", stranger) == (403, None, None)
    for origin, allowed in ((HOST, HOST), ("https://autre.example", None)):
        for method, path, status in (
            ("GET", "portal", 200),
            ("POST", "session", 201),
            ("POST", "messages", 415),
            ("GET", "history", 401),
        ):
            response = await site.client.request(
                method, f"/resah/chat/{path}", headers={"Origin": origin}
            )
            # Errors can be read too, or the widget could not tell what is the matter.
            assert (response.status, response.headers.get("Access-Control-Allow-Origin")) == (
                status,
                allowed,
            )
            # Other origins' pages read this one only where they are told that they may.
            exposed = response.headers.get("Access-Control-Expose-Headers")
            assert exposed == ("Retry-After" if allowed else None)
            assert "Access-Control-Allow-Credentials" not in response.headers
            assert "Origin" in response.headers["Vary"]


async def test_without_the_setting_no_other_origin_may(site: Site) -> None:
    assert (await _preflight(site, "messages", HOST))[:2] == (403, None)


async def test_pages_are_not_shared(start: Start) -> None:
    site = await start(allowed_origins=(HOST,))
    response = await site.get("/resah/", headers={"Origin": HOST})
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_widget_learns_what_it_shows(site: Site) -> None:
    for portal in ("resah", "woundwo"):
        shown = await (await site.client.get(f"/{portal}/chat/portal")).json()
        assert shown["name"] == current_content().portals[portal].name
        assert set(shown["texts"]) == set(TEXTS)
        assert all(shown["texts"].values())
        assert shown["most"] == 2000
        assert shown["topics"] and shown["contacts"]
    assert (await site.client.get("/personne/chat/portal")).status == 404


# An article that a page opens


@on_both_databases
async def test_an_article_opens_at_its_own_tree(chat: Chat) -> None:
    await chat.open()
    body = {"session": chat.session, "message_id": "un", "article": "document_missing"}
    response = await chat.site.client.post("/resah/chat/messages", json=body)
    assert response.status == 200
    (message,) = (await response.json())["messages"]
    assert message["article"]["id"] == "document_missing"
    assert message["solved"] is False
    assert message["buttons"]
    (turn,) = await chat.history()
    assert turn["text"] == "Document manquant"
    assert turn["messages"] == [message]
    database = chat.site.database
    async with database.read() as session:
        conversation = await session.scalar(select(Conversation.id))
    lines = await read_lines(database, str(conversation))
    assert lines[0].text == "Document manquant"


@pytest.mark.parametrize("portal", ["resah", "woundwo"])
async def test_every_article_opens_in_the_middle_of_a_talk(site: Site, portal: str) -> None:
    for intent in current_content().portals[portal].articles:
        chat = Chat(site, portal)
        await chat.say("mot de passe oublié")
        body = {"session": chat.session, "message_id": "deux", "article": intent}
        response = await site.client.post(f"/{portal}/chat/messages", json=body)
        assert response.status == 200, intent
        assert "pas compris" not in str(await response.json()), intent
        assert "pas de question" not in str(await response.json()), intent


async def test_what_is_no_article_is_refused(chat: Chat) -> None:
    await chat.open()
    for article in ("restart", "rien", "../x"):
        body = {"session": chat.session, "message_id": "un", "article": article}
        response = await chat.site.client.post("/resah/chat/messages", json=body)
        assert response.status == 404
        await sentence_of(response)


async def test_an_answer_from_an_article_names_it(chat: Chat) -> None:
    response = await chat.post("y a-t-il des formations ?")
    (message, *_) = (await response.json())["messages"]
    assert message["article"] == {
        "id": "training",
        "title": current_content().portals["resah"].articles["training"].title,
    }


# Ratings


async def _rate(chat: Chat, message_id: str, **rating: object) -> int:
    body = {"session": chat.session, "message_id": message_id, **rating}
    return (await chat.site.client.post(f"/{chat.portal}/chat/ratings", json=body)).status


@on_both_databases
async def test_an_answer_is_rated_and_the_last_word_counts(chat: Chat, database: Database) -> None:
    await chat.post("bonjour", "un")
    assert await _rate(chat, "un", helpful=True) == 204
    word = "mon mot de passe est Soleil2024! et rien ne va"
    assert await _rate(chat, "un", helpful=False, comment=word) == 204
    async with database.read() as session:
        (rating,) = (await session.scalars(select(Rating))).all()
    assert (rating.portal, rating.about, rating.helpful) == ("resah", "un", False)
    assert "rien ne va" in rating.comment and "Soleil2024" not in rating.comment
    assert [turn["helpful"] for turn in await chat.history()] == [False]


async def test_staff_see_how_many_answers_were_disliked(chat: Chat, database: Database) -> None:
    await chat.post("mot de passe oublié", "un")
    await chat.post(KNOWN, "deux")
    await _rate(chat, "un", helpful=False)
    await _rate(chat, "deux", helpful=True)
    async with database.read() as session:
        summary = (await session.scalars(select(Summary))).one()
    assert (summary.liked, summary.disliked) == (1, 1)
    await _rate(chat, "un", helpful=True)
    async with database.read() as session:
        summary = (await session.scalars(select(Summary))).one()
    assert (summary.liked, summary.disliked) == (2, 0)


async def test_a_rating_that_is_none_is_refused(chat: Chat) -> None:
    await chat.post("bonjour", "un")
    assert await _rate(chat, "deux", helpful=True) == 404
    assert await _rate(chat, "un") == 400
    assert await _rate(chat, "un", helpful="oui") == 400
    assert await _rate(chat, "un", helpful=True, comment="x" * 501) == 400
    chat.session = "fausse"
    assert await _rate(chat, "un", helpful=True) == 401


# Erasing


@on_both_databases
async def test_a_conversation_is_erased_whole(chat: Chat, database: Database) -> None:
    await chat.post("mot de passe oublié", "un")
    await chat.say(KNOWN)
    await _rate(chat, "un", helpful=True)
    other = Chat(chat.site)
    await other.say("bonjour")
    headers = {"Authorization": f"Bearer {chat.session}"}
    for _ in range(2):
        response = await chat.site.client.delete("/resah/chat/history", headers=headers)
        assert response.status == 204
    assert await chat.history() == []
    assert len(await other.history()) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 1
        assert await session.scalar(select(func.count()).select_from(Rating)) == 0
        events = await session.scalars(select(TranscriptEvent.data))
        assert KNOWN not in str(events.all())


async def test_erasing_needs_the_session(chat: Chat) -> None:
    await chat.say("bonjour")
    response = await chat.site.client.delete("/resah/chat/history")
    assert response.status == 401
    assert len(await chat.history()) == 1


# What the widget says in the person's name


@pytest.mark.parametrize("portal", ["resah", "woundwo"])
@pytest.mark.parametrize(
    ("name", "intent"),
    [("solved_yes", "solved"), ("solved_no", "not_solved"), ("person_message", "human_handoff")],
)
async def test_its_own_sentences_are_understood(
    site: Site, portal: str, name: str, intent: str
) -> None:
    sentence = current_content().portals[portal].say(f"widget.{name}")
    parsed = await site.client.app[ASSISTANT].parse(sentence)
    assert (parsed["intent"]["name"], parsed["band"]) == (intent, "sure")
