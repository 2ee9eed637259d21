"""Every answer of every route is locked down, errors too, and nobody keeps what is personal."""

from __future__ import annotations

import re

from tests.http.conftest import Site, Start
from tests.http.test_bad_input import routes_of

_PUBLIC = re.compile(
    r"/|/static/.*|/widget\.[a-z.]+|/\{portal\}/(search|theme\.css|faq/\{article\}|chat/portal)?"
)


async def _check(site: Site, method: str, path: str, public: bool) -> None:
    response = await site.client.request(method, path, allow_redirects=False)
    headers = response.headers
    assert response.status < 500, (method, path)
    assert headers.getall("Server") == ["Guichet"], path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Content-Security-Policy"], path
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin"), path
    if not public or response.status >= 400:
        assert headers["Cache-Control"] == "no-store", (method, path, response.status)
    if response.status not in (204, 303, 302):
        assert headers["Content-Type"], path


async def test_every_route_is_locked_down(start: Start) -> None:
    site = await start(api_token="x" * 32)
    walked = 0
    for method, pattern in sorted(set(routes_of(site))):
        public = bool(_PUBLIC.fullmatch(pattern))
        path = pattern.replace("{portal}", "resah").replace("{article}", "document_missing")
        for filled in (re.sub(r"\{[^}]*\}", "x", path), re.sub(r"\{[^}]*\}", "x", pattern)):
            await _check(site, method, filled, public)
            await _check(site, "PUT", filled, public=False)
            walked += 1
    assert walked > 120
    await _check(site, "GET", "/rien/du/tout/ici", public=False)


async def test_beside_the_base_path_it_is_the_same(start: Start) -> None:
    site = await start(base_path="/aide", public_url="https://aide.example/aide")
    await _check(site, "GET", "/ailleurs", public=False)
    response = await site.get("/ailleurs")
    assert response.status == 404
    assert "Page introuvable" in await response.text()
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
