"""Whatever comes over the wire is refused with a sentence, never with a fault of ours.

The routes are taken from the router itself, so that a new one is tried as well.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from aiohttp import web

from bot.content.live import current_content
from bot.staff.invitations import accept_invitation
from bot.staff.sessions import Attempt, form_token, log_in
from bot.staff.users import add_user
from tests.http.conftest import Chat, Site, Start, on_both_databases, sentence_of

SEED = 2024
REQUESTS = 1500
TOKEN = "jeton-du-bruit"

_WORDS = (
    "", "a", "resah", "woundwo", "document_missing", "0", "-1", "1.5", "1e400", "NaN", "٣", "²",
    "9" * 19, "9" * 400, "9999-99-99", "2024-02-30", "0000-00-00", "10000-01-01", "\0", "a\0b",
    "\ud800", "\udfff", "🙂", "\x1b[31m", "%", "%00", "'; DROP TABLE accounts;--", "../../etc",
    "a" * 3000, "é" * 700, "\u202e", "<script>", "{{7*7}}", "@", "a@b", "a\0@b.example", "[",
    "null",
)  # fmt: skip
_NAMES = (
    "q", "after", "before", "most", "page", "since", "until", "person", "portal", "next", "email",
    "token", "tag", "view", "outcome", "done", "v", "merci", "\0", "\ud800", "seen", "code",
)  # fmt: skip
_FIELDS = (
    "session", "message", "message_id", "offered_by", "article", "sender", "metadata", "text",
    "token", "helpful", "comment", "asked", "email", "password", "form_token", "code", "name",
    "state", "login", "repeated", "next", "kept", "\0", "\ud800",
)  # fmt: skip
_TYPES = (
    "application/json", "application/json; charset=bogus", "application/json; charset=rot13",
    "application/json; charset=base64", "application/json; charset=utf-16", "text/plain", "", ";;",
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=bogus", "multipart/form-data",
    "multipart/form-data; boundary=x", "multipart/mixed; boundary=\"", "application/x-\xff",
)  # fmt: skip
_ENCODINGS = ("br", "gzip", "deflate", "gzip, deflate", "zstd", "bogus", "identity", "\xff")
_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "BREW", "get")
_ODD_HEADERS = (
    "Cookie: guichet_staff=\xff\xfe; =; ;;; a", "Cookie: guichet_staff=" + "x" * 4000,
    "Cookie: $Version=1; guichet_browser=\"\\\"", "Authorization: Bearer \xff", "Expect: tea",
    "Authorization: \x01", "Expect: 100-continue", "Origin: http://[", "Origin: \xff", "Host: [",
    "Host: a:b:c", "Range: bytes=9-1", "Range: \xff", "If-Modified-Since: hier",
    "X-Long: " + "x" * 9000,
    "Referer: http://[", "Referer: http://localhost/console/\xff", "User-Agent: \xff\x80",
    "Referer: \xff",
    "If-None-Match: \"", "Accept: text/html", "X-Forwarded-For: \xff, [::, 1.2.3.4:x",
    "Upgrade: h2c",
    "Connection: upgrade", "Transfer-Encoding: gzip", "Content-Length: -1", "Accept-Encoding: \xff",
)  # fmt: skip


@dataclass(frozen=True)
class Noise:
    """Draws requests, most of them wrong, each in a way of its own."""

    draw: random.Random
    sessions: tuple[str, ...]
    staff: str
    form_token: str

    def path(self, pattern: str) -> str:
        """Fill an address in, and put a query behind it."""
        draw = self.draw
        likely = ("resah", "woundwo", "document_missing") if draw.random() < 0.8 else _WORDS
        filled = re.sub(r"\{[^}]*\}", lambda _: _quoted(draw.choice(likely)), pattern)
        if draw.random() < 0.15:
            at = draw.randrange(len(filled) + 1)
            filled = filled[:at] + draw.choice(("%", "%ff", "%0", "%00", "//", "\\", "%2e%2e/"))
        pairs = [
            f"{_quoted(draw.choice(_NAMES))}={_quoted(draw.choice(_WORDS))}"
            for _ in range(draw.randrange(4))
        ]
        return filled + ("?" + "&".join(pairs) if pairs else "")

    def body(self) -> bytes:
        """Return a body of some kind."""
        draw = self.draw
        values = {name: self.value() for name in draw.sample(_FIELDS, draw.randrange(6))}
        values["session"] = draw.choice((*self.sessions, "x"))
        values["form_token"] = draw.choice((self.form_token, "x"))
        kind = draw.randrange(7)
        if kind < 3:
            return json.dumps(values).encode()
        if kind == 3:
            return "&".join(f"{_quoted(n)}={_quoted(str(v))}" for n, v in values.items()).encode()
        if kind == 4:
            return bytes(draw.randrange(256) for _ in range(draw.randrange(200)))
        return draw.choice((
            b"[" * 60_000, b'{"a":' * 9000, b"x" * 70_000, gzip.compress(b"0" * 300_000, mtime=0),
            b"\xff\xfe=%ff",
            b'{"session":1,"session":2}', b"--x\r\n\r\n", b"a=1&a=2", b"a=%zz&%ff=%fe",
            b"null", b"",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
            b"=&" * 300,
        ))  # fmt: skip

    def value(self) -> object:
        """Return what a field may hold."""
        draw = self.draw
        plain: tuple[object, ...] = (None, True, 1, -1, 10**30, 1.5, float("nan"), [], {}, [[]])
        return draw.choice((*plain, {"portal": draw.choice(_WORDS)}, {"\ud800": 1}, *_WORDS))

    def request(self, method: str, pattern: str) -> bytes:
        """Return the bytes of a request."""
        draw = self.draw
        if draw.random() < 0.2:
            method = draw.choice(_METHODS)
        lines = [f"{method} {self.path(pattern)} HTTP/1.1", "Connection: close"]
        lines += ["Host: localhost"] if draw.random() < 0.97 else []
        if draw.random() < 0.5:
            lines.append("Sec-Fetch-Site: same-origin")
        if draw.random() < 0.5:
            lines.append(f"Cookie: guichet_staff={self.staff}")
        if draw.random() < 0.7:
            lines.append(f"Authorization: Bearer {draw.choice((TOKEN, *self.sessions))}")
        lines += draw.sample(_ODD_HEADERS, draw.choice((0, 0, 1, 2)))
        body = b""
        if method not in ("GET", "HEAD") or draw.random() < 0.1:
            body = self.body()
            likely = "application/json" if body[:1] in b"{[" else _TYPES[8]
            lines.append(f"Content-Type: {likely if draw.random() < 0.7 else draw.choice(_TYPES)}")
            lines.append(f"Content-Length: {len(body)}")
            if draw.random() < 0.15:
                lines.append(f"Content-Encoding: {draw.choice(_ENCODINGS)}")
        return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def routes_of(site: Site) -> Iterator[tuple[str, str]]:
    """Yield method and path of every route, those of the console too."""
    app = site.client.server.app  # type: ignore[attr-defined]
    for resource in app.router.resources():
        inner = getattr(resource, "_app", None)
        for route in inner.router.routes() if isinstance(inner, web.Application) else resource:
            where = route.resource.canonical if route.resource else ""
            yield ("GET" if route.method == "*" else route.method), where


async def _staff(site: Site) -> str:
    """Return the session of somebody who may do everything in the console."""
    email, password = "chef@resah.example", "soleil-levant-2024"
    for portal in ("resah", "woundwo"):
        invitation = await add_user(
            site.database, current_content(), email=email, portal=portal, role="admin"
        )
        if invitation:
            assert await accept_invitation(site.database, invitation, password)
    attempt = Attempt(email=email, password=password, network="x", device="")
    opened = await log_in(site.database, attempt, site.settings.secret_key)
    assert opened is not None
    return opened[0]


async def exchange(site: Site, request: bytes) -> tuple[int, bytes]:
    """Send bytes and return the status of the answer, 0 for none, and the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    writer.write(request)
    try:
        answer = await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        # Closed before the whole body was read.
        answer = b""
    writer.close()
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return (int(found[1]) if found else 0), answer


@on_both_databases
async def test_noise_is_never_a_fault_of_ours(start: Start) -> None:
    noisy = await start(api_token=TOKEN, connections_per_network=2000)
    sessions = tuple([await Chat(noisy).open() for _ in range(3)])
    staff = await _staff(noisy)
    token = form_token(staff, noisy.settings.secret_key)
    noise = Noise(random.Random(SEED), sessions, staff, token)
    routes = sorted(set(routes_of(noisy)))
    assert len(routes) > 60
    statuses: Counter[int] = Counter()
    faults = []
    for number in range(REQUESTS):
        request = noise.request(*routes[number % len(routes)])
        status, answer = await exchange(noisy, request)
        statuses[status // 100] += 1
        if status >= 500:
            faults.append((status, request[:400], answer[-300:]))
        elif status >= 400 and not request.startswith(b"HEAD"):
            body = answer.partition(b"\r\n\r\n")[2]
            assert body.startswith((b'{"error": "', b"<!doctype", b"<!DOCTYPE")), (request, answer)
    print(dict(statuses))
    assert not faults, faults[:5]
    assert statuses[4] > REQUESTS // 3 and statuses[2] > REQUESTS // 50, statuses
    assert (await noisy.client.get("/healthz")).status == 200


FORM = "application/x-www-form-urlencoded"
ARTICLE = "/resah/faq/document_missing"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (FORM, b"helpful=oui&comment=\xff", 400),
        (FORM, b"helpful=oui&comment=%ff", 400),
        (FORM, b"helpful=oui&helpful=non", 400),
        (FORM, b"&".join(b"a%d=1" % number for number in range(101)), 400),
        (f"{FORM}; charset=utf-16", b"helpful=oui", 415),
        (f"{FORM}; charset=bogus", b"helpful=oui", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("multipart/form-data", b"junk", 415),
        ("application/json", b"{}", 415),
        (FORM, b"helpful=oui&comment=" + b"x" * 70_000, 413),
        (FORM, b"helpful=oui&comment=a%00b", 303),
        (FORM, b"helpful=oui&comment=a%ED%A0%80", 400),
    ],
)
async def test_a_form_is_read_whole_or_refused(
    site: Site, kind: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    response = await site.client.post(ARTICLE, data=body, headers=headers, allow_redirects=False)
    assert response.status == status
    if status >= 400:
        await sentence_of(response)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"session": "a", "session": "b"}', {}, 400),
        (b'{"a": {"b": 1, "b": 2}}', {}, 400),
        (b"[" * 60_000, {}, 400),
        (b"\xff\xfe{\x00}\x00", {}, 400),
        (b"junk", {"Content-Encoding": "gzip"}, 400),
        (b"junk", {"Content-Encoding": "deflate"}, 400),
        (gzip.compress(b"0" * 10**7, mtime=0), {"Content-Encoding": "gzip"}, 413),
        (b"{}", {"Content-Encoding": "gzip, br"}, 400),
        (b"{}", {"Expect": "tea"}, 417),
    ],
)
async def test_json_is_read_whole_or_refused(
    site: Site, body: bytes, headers: dict[str, str], status: int
) -> None:
    headers = {"Content-Type": "application/json", **headers}
    response = await site.client.post("/resah/chat/messages", data=body, headers=headers)
    assert response.status == status
    await sentence_of(response)


@pytest.mark.parametrize(
    "path", ["/resah/?q=%00", "/resah/faq/%00", "/%ED%A0%80", "/console/?%00=1", "/static/help/%00"]
)
async def test_an_address_that_cannot_be_read_is_told(site: Site, path: str) -> None:
    status, answer = await exchange(
        site, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    )
    assert status in (400, 404)
    assert b'{"error": "' in answer


async def test_what_is_no_http_is_told_in_french(site: Site) -> None:
    status, answer = await exchange(site, b"bonjour\r\n\r\n")
    assert status == 400
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"].endswith("bien formé.")
