"""The public pages: the portals there are, a portal's help page, and one page an article."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.content.live import Article, Portal
from bot.ground.errors import LimitReached
from bot.ground.limits import RATINGS_PER_NETWORK, spend_now
from bot.record.ratings import MOST_CHARACTERS as MOST_OF_A_RATING
from bot.record.ratings import rate_article
from bot.web.edge import read_form
from bot.web.help.faq import groups_of, html_of
from bot.web.help.search import MOST_CHARACTERS, Hit, search
from bot.web.keys import ARTICLE_VIEWS, CONTENT, DATABASE, SETTINGS
from bot.web.network import client_network
from bot.web.pages import portal_of, render, same_origin
from bot.web.theme import theme_css


async def show_portals(request: web.Request) -> web.Response:
    """List the portals."""
    portals = sorted(request.config_dict[CONTENT].portals.values(), key=lambda p: p.name)
    return render(request, "help/index.html", {"portals": portals}, public=True)


async def show_help(request: web.Request) -> web.Response:
    """Show a portal's help page, with what was searched for where a form sent it."""
    portal, query = portal_of(request), _query(request)
    hits = search(portal, query) if query else []
    values = {
        "portal": portal,
        "groups": groups_of(portal),
        "query": query,
        "hits": hits,
        "found": _counted(hits, query),
    }
    return render(request, "help/help.html", values, public=True)


async def find(request: web.Request) -> web.Response:
    """Search while it is typed."""
    portal, query = portal_of(request), _query(request)
    hits = search(portal, query) if query else []
    base = request.config_dict[SETTINGS].base_path
    body: dict[str, Any] = {
        "found": _counted(hits, query),
        "results": [
            {
                "title": hit.article.title,
                "address": f"{base}/{portal.id}/faq/{hit.article.intent}",
                "excerpt": hit.excerpt,
            }
            for hit in hits
        ],
    }
    return web.json_response(body, headers={"Cache-Control": "no-cache"})


async def show_article(request: web.Request) -> web.Response:
    """Show an article."""
    portal, article = portal_of(request), _article(request)
    _count_view(request, portal, article)
    group = next(group for group in groups_of(portal) if article in group.articles)
    values = {
        "portal": portal,
        "article": article,
        "body": html_of(portal, article),
        "group": group,
        "others": [other for other in group.articles if other is not article],
        "thanked": "merci" in request.query,
        "most": MOST_OF_A_RATING,
    }
    return render(request, "help/article.html", values, form=not values["thanked"], public=True)


async def rate(request: web.Request) -> web.Response:
    """Keep whether an article helped, and show the article again."""
    portal, article = portal_of(request), _article(request)
    if not same_origin(request):
        raise web.HTTPForbidden
    form = await read_form(request)
    helpful = form.get("helpful")
    if helpful not in {"oui", "non"}:
        raise web.HTTPBadRequest
    database = request.config_dict[DATABASE]
    try:
        await spend_now(database, (RATINGS_PER_NETWORK, client_network(request)))
    except LimitReached as reached:
        headers = {"Retry-After": str(reached.seconds)}
        raise web.HTTPTooManyRequests(headers=headers) from None
    comment = form.get("comment", "")[:MOST_OF_A_RATING]
    await rate_article(
        database, portal.id, article.intent, helpful=helpful == "oui", comment=comment
    )
    raise web.HTTPSeeOther(f"{request.path}?merci#avis")


async def show_theme(request: web.Request) -> web.Response:
    """Return a portal's colours."""
    return web.Response(
        text=theme_css(portal_of(request).colours),
        content_type="text/css",
        charset="utf-8",
        headers={"Cache-Control": "no-cache"},
    )


async def add_slash(request: web.Request) -> web.Response:
    """Send to a portal's page from its address without the last slash."""
    portal = portal_of(request)
    raise web.HTTPFound(f"{request.config_dict[SETTINGS].base_path}/{portal.id}/")


def add_views(app: web.Application) -> None:
    """Mount the pages."""
    app.router.add_get("/", show_portals)
    app.router.add_get("/{portal}", add_slash)
    app.router.add_get("/{portal}/", show_help)
    app.router.add_get("/{portal}/search", find)
    app.router.add_get("/{portal}/faq/{article}", show_article)
    app.router.add_post("/{portal}/faq/{article}", rate)
    app.router.add_get("/{portal}/theme.css", show_theme)


def _count_view(request: web.Request, portal: Portal, article: Article) -> None:
    """Count that a page was opened: neither one fetched ahead, nor the thanks for a rating."""
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method == "GET" and not ahead and "merci" not in request.query:
        request.config_dict[ARTICLE_VIEWS].note(portal.id, article.intent)


def _counted(hits: list[Hit], query: str) -> str:
    if not query:
        return ""
    if not hits:
        return f"Aucune réponse pour «\u00a0{query}\u00a0»"
    number = f"{len(hits)} réponse{'s' if len(hits) > 1 else ''}"
    return f"{number} pour «\u00a0{query}\u00a0»"


def _query(request: web.Request) -> str:
    return " ".join(request.query.get("q", "")[:MOST_CHARACTERS].split())


def _article(request: web.Request) -> Article:
    article = portal_of(request).articles.get(request.match_info["article"])
    if article is None:
        raise web.HTTPNotFound
    return article
