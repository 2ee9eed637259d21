"""The help page: articles in groups, one page each, found by words, rated; all without a script."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.content.live import current_content
from bot.ground.db import Database
from bot.record.ratings import Rating
from bot.web.help.faq import groups_of, html_of, plain_of
from bot.web.help.search import search
from tests.http.conftest import Site, sentence_of

PORTALS = ("resah", "woundwo")


@pytest.mark.parametrize("portal", PORTALS)
async def test_every_article_is_listed_and_has_its_page(site: Site, portal: str) -> None:
    content = current_content().portals[portal]
    listed = await (await site.get(f"/{portal}/")).text()
    addresses = re.findall(rf'href="(/{portal}/faq/\w+)"', listed)
    assert {f"/{portal}/faq/{name}" for name in content.articles} == set(addresses)
    for name, article in content.articles.items():
        text = await (await site.get(f"/{portal}/faq/{name}")).text()
        assert f"<h1>{article.title.replace('’', '’')}</h1>" in text
        assert f'data-ask="{name}"' in text
        assert str(html_of(content, article)).strip() in text
        assert not re.search(r"\{\{|\*\*|\]\(", text), name


@pytest.mark.parametrize("portal", PORTALS)
def test_groups_hold_every_article_once(portal: str) -> None:
    content = current_content().portals[portal]
    grouped = [article.intent for group in groups_of(content) for article in group.articles]
    assert sorted(grouped) == sorted(content.articles)
    first = groups_of(content)[0]
    assert (first.title, first.articles[0].intent) == ("Se connecter", "login_problem")


FOUND = [
    ("resah", "mot de passe oublié", "password_reset"),
    ("resah", "MOT DE PASSE OUBLIE", "password_reset"),
    ("resah", "mdp oublier", "password_reset"),
    ("resah", "pasword", "password_reset"),
    ("resah", "conexion impossible", "login_problem"),
    ("resah", "je n'arrive pas a me connecté", "login_problem"),
    ("resah", "mailinblak", "mailinblack"),
    ("resah", "formations", "training"),
    ("resah", "webinair", "training"),
    ("resah", "docuement manque", "document_missing"),
    ("resah", "anciene plateforme", "old_platform"),
    ("resah", "administrateur de ma structure", "structure_admin"),
    ("resah", "délai de réponse", "response_time"),
    ("resah", "données personnelles", "data_privacy"),
    ("resah", "adresse partagée", "shared_email"),
    ("resah", "indésirables", "mail_in_spam"),
    ("woundwo", "spam", "mail_in_spam"),
    ("woundwo", "champ rouge", "email_not_recognised"),
    ("woundwo", "numero client", "customer_number"),
    ("woundwo", "compte bloquer", "account_locked"),
    ("woundwo", "revendeur", "public_downloads"),
    ("woundwo", "gestionnaire", "regional_contact"),
    ("woundwo", "boutton bloqué", "login_form_frozen"),
]


@pytest.mark.parametrize(("portal", "query", "intent"), FOUND)
def test_an_article_is_found_among_the_first_three(portal: str, query: str, intent: str) -> None:
    hits = search(current_content().portals[portal], query)
    assert intent in [hit.article.intent for hit in hits[:3]]


@pytest.mark.parametrize(
    "query", ["zzzzzz", "recette de crêpes", "???", "", "de la", "🙂", "x" * 500]
)
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert search(current_content().portals["resah"], query) == []


async def test_searching_works_as_a_form_and_while_typing(site: Site) -> None:
    page = await (await site.get("/resah/", params={"q": "mdp oublié"})).text()
    assert 'value="mdp oublié"' in page
    assert "pour «\u00a0mdp oublié\u00a0»" in page
    response = await site.client.get("/resah/search", params={"q": "mdp oublié"})
    body = await response.json()
    assert body["results"][0]["address"] == "/resah/faq/password_reset"
    for result in body["results"]:
        assert f'href="{result["address"]}"' in page
    nothing = await (await site.get("/resah/", params={"q": "zzzz"})).text()
    assert "Aucune réponse" in nothing and "contact régional" in nothing
    empty = await (await site.client.get("/resah/search")).json()
    assert empty == {"found": "", "results": []}
    assert (await site.client.get("/personne/search?q=x")).status == 404


async def test_what_was_searched_for_is_text(site: Site) -> None:
    text = await (await site.get("/resah/", params={"q": '"><script>alert(1)</script>'})).text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_articles_are_light_markdown_and_no_markup() -> None:
    portal = current_content().portals["resah"]
    article = portal.articles["training"]
    import dataclasses

    nasty = (
        "<script>x</script> **gras** <img src=x onerror=x>\n\n[ici](javascript:x) ![x](https://a.example/x)"
        "\n\n- un\n- [deux](https://a.example/)\n\n<mailto:a@b.example> [x](data:text/html,x)"
    )
    html = str(html_of(portal, dataclasses.replace(article, body=nasty)))
    assert set(re.findall(r"<(\w+)", html)) == {"p", "strong", "ul", "li", "a"}
    assert set(re.findall(r'href="(\w+):', html)) == {"https", "mailto"}
    assert "**" not in plain_of(portal, article)


async def test_an_unknown_article_is_a_french_page(site: Site) -> None:
    response = await site.get("/resah/faq/rien")
    assert response.status == 404
    assert "Page introuvable" in await response.text()
    assert (await site.get("/resah/faq/customer_number")).status == 404


async def test_an_article_is_rated_by_a_plain_form(site: Site, database: Database) -> None:
    path = "/resah/faq/training"
    response = await site.submit(path, helpful="non", comment=" mon mdp est Soleil2024! ")
    assert response.status == 200
    assert "Merci, votre avis est enregistré." in await response.text()
    async with database.read() as session:
        (rating,) = (await session.scalars(select(Rating))).all()
    assert (rating.portal, rating.about, rating.helpful) == ("resah", "training", False)
    assert rating.conversation_id is None
    assert "Soleil2024" not in rating.comment
    assert (await site.submit(path, helpful="peut-être")).status == 400
    assert (await site.submit("/resah/faq/rien", helpful="oui")).status == 404
    foreign = await site.client.post(
        path, data={"helpful": "oui"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status == 403
    await sentence_of(foreign)
