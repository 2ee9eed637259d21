"""Lists, filters, search, transcript, and what staff write on conversations."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from bot.desk.privacy import Anonymous, mask_addresses
from bot.french.stems import highlight, stem, stems
from bot.ground.db import Database
from bot.record.conversations import PAGE
from bot.record.review_tables import Correction, Note, Review
from bot.record.summaries import Summary, set_feedback
from tests.console.conftest import Console, Visitor, on_both_databases
from tests.console.written import Said, write

CORPUS = (
    (Path(__file__).parents[1] / "browser" / "injections.txt")
    .read_text(encoding="utf-8")
    .splitlines()
)


def shown(text: str) -> list[str]:
    """Return the ids of the conversations that a list shows, in order."""
    return re.findall(r'data-open href="/console/\w+/conversations/([^"?]+)', text)


async def furnish(database: Database) -> None:
    hours = timedelta(hours=1)
    topic = {"topic": "mailinblack", "region": "bretagne"}
    await write(database, "lost", [Said("blorg", "out_of_scope", 0.2, "lost")], ago=5 * hours)
    await write(
        database, "solved",
        [Said("MailInBlack a bloqué mes mails", memory={**topic, "outcome": "solved"})],
        ago=4 * hours,
    )  # fmt: skip
    await write(
        database, "handed",
        [Said("je veux parler à quelqu'un", memory={**topic, "outcome": "handed_over"})],
        ago=3 * hours,
    )  # fmt: skip
    await write(
        database, "unsure", [Said("le mail de réinitialisation", band="unsure")], ago=2 * hours
    )
    await write(
        database, "repeated",
        [Said("mot de passe oublié", memory={"repeated": 2, "outcome": "given_up"})],
        ago=72 * hours,
    )  # fmt: skip
    await write(database, "theirs", [Said("mailinblack aussi ici")], portal="woundwo")


@on_both_databases
async def test_filters_combine_and_stand_in_the_address(console: Console) -> None:
    await furnish(console.database)
    agent = await console.logged_in("agent@resah.example")
    await agent.page("/resah/conversations/handed")
    await agent.post("/resah/conversations/handed/note", text="rappeler")
    await agent.page("/resah/conversations")
    await agent.post("/resah/conversations/solved/review", reviewed="1")
    await agent.page("/resah/conversations/lost")
    await agent.post("/resah/conversations/unsure/tags", tag="Urgent")
    await agent.post("/resah/conversations/unsure/tags", tag="à  suivre")
    async with console.database.write() as session:
        await set_feedback(session, "unsure", liked=0, disliked=1)
        me = await session.scalar(select(Summary.reviewed_by).where(Summary.reviewed_by > 0))
    await agent.post("/resah/conversations/lost/assign", to=str(me))
    for query, expected in (
        ("", ["unsure", "handed", "solved", "lost", "repeated"]),
        ("topic=mailinblack", ["handed", "solved"]),
        ("region=bretagne&outcome=solved", ["solved"]),
        ("outcome=handed_over", ["handed"]),
        ("outcome=given_up", ["repeated"]),
        ("outcome=not_understood", ["lost"]),
        ("outcome=none", ["unsure", "lost"]),
        ("unsure=1", ["unsure"]),
        ("disliked=1", ["unsure"]),
        ("noted=1", ["handed"]),
        ("noted=1&disliked=1", []),
        ("reviewed=yes", ["solved"]),
        ("reviewed=no", ["unsure", "handed", "lost", "repeated"]),
        ("assigned=me", ["lost"]),
        ("assigned=none&topic=mailinblack", ["handed", "solved"]),
        ("tag=urgent", ["unsure"]),
        ("tag=à suivre", ["unsure"]),
        ("q=mailinblack", ["solved"]),
        ("q=mail", ["unsure", "solved"]),
        ("q=mail&outcome=solved", ["solved"]),
        ("q=OUBLIEE", ["repeated"]),
        ("q=réinitialiser mails", ["unsure"]),
        ("q=introuvable", []),
        ("q=le la", []),
        ("q=mail' OR 1=1 --", []),
        ('q=: | ! <-> * " ( mail', ["unsure", "solved"]),
        ("view=review", ["lost", "unsure", "repeated", "handed"]),
        ("view=review&topic=mailinblack", ["handed"]),
        ("since=2999-01-01", []),
        ("until=2999-01-01&unsure=1", ["unsure"]),
    ):
        text = await agent.page(f"/resah/conversations?{quote(query, safe='=&')}")
        assert shown(text) == expected, query
    assert "<mark>MailInBlack</mark>" in await agent.page("/resah/conversations?q=mailinblack")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=hier", "n’est pas une date"),
        ("since=2024-02-31", "n’est pas une date"),
        ("until=0001-01-01", "trop lointaine"),
        ("since=2024-03-02&until=2024-03-01", "après la date de fin"),
        ("outcome=perdu", "n’existe pas"),
        ("view=autre", "n’existe pas"),
        ("after=n'importe quoi", "revenez au début"),
        ("after=~~", "revenez au début"),
        ("view=review&after=1~2", "revenez au début"),
        ("q=mail&after=x", "revenez au début"),
        ("after=99999999999999999999999~x", "revenez au début"),
    ],
)
async def test_a_bad_filter_is_told(console: Console, query: str, sentence: str) -> None:
    await furnish(console.database)
    agent = await console.logged_in("lectrice@resah.example")
    text = await agent.page(f"/resah/conversations?{quote(query, safe='=&')}", status=400)
    assert sentence in text and 'role="alert"' in text


@on_both_databases
async def test_pages_follow_each_other_without_gap_or_repeat(console: Console) -> None:
    count = 2 * PAGE + 7
    for number in range(count):
        said = [Said(f"bonjour mailinblack {number}", band="lost" if number % 3 else "sure")]
        await write(console.database, f"c{number:03}", said, ago=timedelta(minutes=number // 2))
    agent = await console.logged_in("agent@resah.example")
    for query, expected in (
        ("", count),
        ("q=mailinblack", count),
        ("view=review", sum(1 for number in range(count) if number % 3)),
    ):
        seen: list[str] = []
        path = f"/resah/conversations?{query}"
        while path:
            text = await agent.page(path)
            seen += shown(text)
            following = re.search(r'rel="next" href="/console([^"]+)"', text)
            path = following[1].replace("&amp;", "&") if following else ""
        assert len(seen) == len(set(seen)) == expected, query


async def test_an_address_in_the_search_leaves_the_address_bar(console: Console) -> None:
    said = [Said("mon adresse est Camille@CHU-exemple.example", "inform_email")]
    await write(console.database, "one", said)
    await write(console.database, "two", [Said("autre@chu-exemple.example")])
    agent = await console.logged_in("agent@resah.example")
    response = await agent.get("/resah/conversations?q=camille%40chu-exemple.example")
    place = response.headers["Location"]
    assert response.status == 303 and "camille" not in place and "%40" not in place
    text = await agent.page(place.removeprefix("/console"))
    assert shown(text) == ["one"]
    assert "camille@chu" not in text.casefold()


@on_both_databases
async def test_a_long_conversation_is_found_by_its_first_and_last_words(console: Console) -> None:
    turns = [Said(f"message numero{number}") for number in range(1, 46)]
    await write(console.database, "long", turns)
    agent = await console.logged_in("agent@resah.example")
    for number in (1, 20, 21, 45):
        assert shown(await agent.page(f"/resah/conversations?q=numero{number}")) == ["long"]
    # All of its chunks hold the word, yet it is one line.
    assert shown(await agent.page("/resah/conversations?q=message")) == ["long"]


async def test_the_transcript_shows_what_the_user_saw_and_what_went_on(console: Console) -> None:
    await write(
        console.database, "one",
        [
            Said(
                "pas de mail pour camille.martin@chu-exemple.example", "mail_not_received", 0.61,
                "unsure", "**Vérifiez** vos indésirables.", (("Toujours rien", "/not_solved"),),
                {"address": "camille.martin@chu-exemple.example", "region": "bretagne"},
            ),
            Said("/not_solved", "not_solved", 1.0, memory={"account": "cm"}),
        ],
    )  # fmt: skip
    agent = await console.logged_in("agent@resah.example")
    text = await agent.page("/resah/conversations/one")
    for words in (
        "Vérifiez vos indésirables.", "Toujours rien", "bouton", "mail_not_received", "61 %",
        "peu sûr", "walk_form (RulePolicy)", "30 ms", "Région retenue : Bretagne", "39 %",
        "c…@chu-exemple.example",
    ):  # fmt: skip
        assert words in text.replace("\xa0", " "), words
    assert "camille.martin@" not in text and "/not_solved<" not in text
    response = await agent.post("/resah/conversations/one/reveal")
    assert "camille.martin@chu-exemple.example" in await response.text()
    reader = await console.logged_in("lectrice@resah.example")
    text = await reader.page("/resah/conversations/one")
    assert "Afficher les adresses" not in text and "<textarea" not in text
    turns = await reader.page("/resah/conversations/one/turns")
    assert 'data-last="2"' in turns and "<html" not in turns


async def test_other_conversations_of_the_same_address(console: Console) -> None:
    for name in ("first", "second"):
        await write(console.database, name, [Said("c'est Camille@chu-exemple.example")])
    await write(console.database, "third", [Said("alex@chu-exemple.example")])
    await write(console.database, "theirs", [Said("camille@chu-exemple.example")], portal="woundwo")
    agent = await console.logged_in("agent@resah.example")
    text = (await agent.page("/resah/conversations/first")).split("même adresse")[1]
    assert "conversations/second" in text
    assert "conversations/third" not in text and "theirs" not in text


@on_both_databases
async def test_notes_tags_assignment_review_and_correction(console: Console) -> None:
    text = "je suis Mme Dupont, a.b@chu-exemple.example, 06 12 34 56 78, marché 2024-12345"
    await write(console.database, "one", [Said(text, "greet", 0.4, "lost")])
    agent = await console.logged_in("agent@resah.example")
    page = await agent.page("/resah/conversations/one")
    assert re.search(r"<title>Conversation [^<]*\d : je suis Mme Dupont, a…@", page)
    seq = re.search(r'name="seq" value="(\d+)"', page)
    assert seq is not None
    path = "/resah/conversations/one"
    for name, fields, sentence in (
        ("note", {"text": "   "}, "La note est vide"),
        ("note", {"text": "x" * 4001}, "dépasse"),
        ("tags", {"tag": "urgent, facture"}, "sans virgule"),
        ("tags", {"tag": " "}, "vide"),
        ("tags", {"tag": "x" * 41}, "dépasse 40"),
        ("assign", {"to": "999"}, "ne travaille pas sur ce portail"),
        ("correct", {"seq": seq[1], "meant": "rien"}, "Choisissez"),
        ("correct", {"seq": "99999", "meant": "greet"}, "n’existe pas dans la conversation"),
        ("correct", {"seq": "x", "meant": "greet"}, "n’existe pas dans la conversation"),
    ):
        response = await agent.post(f"{path}/{name}", **fields)
        assert response.status == 400 and sentence in await response.text(), name
    async with console.database.read() as session:
        assert (await session.scalars(select(Note))).all() == []
        assert (await session.scalars(select(Correction))).all() == []
    for name, fields in (
        ("note", {"text": "À rappeler\nlundi"}),
        ("correct", {"seq": seq[1], "meant": "mailinblack"}),
        ("correct", {"seq": seq[1], "meant": "mail_not_received"}),
        ("review", {"reviewed": "1"}),
    ):
        await agent.page(path)
        assert (await agent.post(f"{path}/{name}", **fields)).status == 303
    async with console.database.read() as session:
        correction = (await session.scalars(select(Correction))).one()
        review = (await session.scalars(select(Review))).one()
    assert (correction.understood, correction.band, correction.meant) == (
        "greet", "lost", "mail_not_received",
    )  # fmt: skip
    for word in ("Dupont", "a.b@", "34", "12345"):
        assert word not in correction.text, correction.text
    assert review.trouble == 8
    page = await agent.page(path)
    assert "À rappeler\nlundi" in page and "Remettre à revoir" in page
    await agent.post(f"{path}/review", reviewed="0")
    async with console.database.read() as session:
        assert (await session.scalars(select(Review))).all() == []


async def test_reviewing_from_the_list_leads_back_to_it(console: Console) -> None:
    await furnish(console.database)
    agent = await console.logged_in("agent@resah.example")
    await agent.page("/resah/conversations")
    for back, place in (
        ("view=review&topic=mailinblack", "?view=review&topic=mailinblack&done=reviewed&undo=lost"),
        ("//ailleurs.example", "?done=reviewed&undo=lost"),
    ):
        await agent.page("/resah/conversations/lost")
        response = await agent.post("/resah/conversations/lost/review", reviewed="1", back=back)
        address = response.headers["Location"].replace("?&", "?")
        assert address == f"/console/resah/conversations{place}"


async def _is_only_text(visitor: Visitor, path: str) -> None:
    page = await visitor.page(path)
    body = re.sub(r'<script src="/static/console/console\.js\?v=\w+" defer></script>', "", page)
    assert not re.search(r"<(script|img|svg|iframe|object|embed|style|base|meta http)\b", body), (
        path
    )
    for tag in re.findall(r"<[a-z][^>]*>", body):
        # Quoted values hold no quotes of their own; none of them runs.
        attributes = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(r"\son\w+\s*=|\sstyle\s*=|javascript:", attributes), (path, tag)
        assert not re.search(r'(href|action)="\s*(javascript|data):', tag, re.I), (path, tag)


async def test_what_was_typed_is_text_on_every_page(console: Console) -> None:
    for number, text in enumerate(CORPUS):
        memory = {"topic": text, "region": text, "outcome": text, "address": f"{text}@x.example"}
        said = Said(text, text, 0.5, "unsure", text, ((text, "/affirm"),), memory)
        await write(console.database, f"x{number}", [said, Said("/affirm")])
    agent = await console.logged_in("chef@resah.example")
    await agent.page("/resah/conversations/x0")
    for text in CORPUS[:4]:
        await agent.post("/resah/conversations/x0/note", text=text)
        await agent.post("/resah/conversations/x0/tags", tag=text[:40].replace(",", " "))
    await _is_only_text(agent, "/resah/conversations")
    await _is_only_text(agent, "/resah/conversations?q=window")
    await _is_only_text(agent, "/resah/record")
    for number, text in enumerate(CORPUS):
        await _is_only_text(agent, f"/resah/conversations/x{number}")
        for name in ("q", "tag", "topic", "person", "from"):
            await _is_only_text(agent, f"/resah/conversations?{name}={quote(text)}")


def test_endings_and_accents_do_not_count() -> None:
    for words in (
        "connecter connecté connectée connectées connectez",
        "oublié oubliée oublier oublie",
        "réinitialisation reinitialiser réinitialisé",
        "mails mail Mail email",
        "document documents documentation",
        "connexion connexions",
        "reçu recu reçue reçus",
        "bloqué bloquée bloque bloquer bloquent",
        "marché marchés marche",
    ):
        assert len({stem(word) for word in words.split()}) == 1, [stem(w) for w in words.split()]
    assert stem("mailinblack") != stem("mail")
    assert stems("Je n’ai pas reçu le mail") == [stem("ai"), stem("reçu"), "mail"]


def test_an_excerpt_marks_its_hits() -> None:
    text = "bonjour " * 40 + "le mail est bloqué par MailInBlack depuis hier " + "merci " * 40
    pieces = highlight(text, "bloquer mailinblack")
    assert [piece.text for piece in pieces if piece.hit] == ["bloqué", "MailInBlack"]
    assert len("".join(piece.text for piece in pieces)) < 260
    assert pieces[0].text.startswith("…")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a camille.martin@chu-exemple.example.", "a c…@chu-exemple.example."),
        ("« jean@b.example »", "« j…@b.example »"),
        ("rien @ ici", "rien @ ici"),
    ],
)
def test_addresses_are_masked(text: str, masked: str) -> None:
    assert mask_addresses(text) == masked


def test_the_same_person_stays_the_same() -> None:
    anonymous = Anonymous()
    text = anonymous.text("A@x.example puis b@x.example puis a@X.example, tél. +33 6 12 34 56 78")
    assert text == (
        "personne1@exemple.example puis personne2@exemple.example puis personne1@exemple.example,"
        " tél. +00 0 00 00 00 00"
    )
