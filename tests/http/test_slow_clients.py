"""Clients that take their time: closed in the end, and never in others' way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bot.web.connections import Connection
from tests.http.conftest import Site, Start


async def _open(site: Site, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    writer.write(data)
    await writer.drain()
    return reader, writer


async def _until(condition: Callable[[], bool]) -> None:
    async def look() -> None:
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    await asyncio.wait_for(look(), 20)


def _connections(site: Site) -> list[Connection]:
    server: Any = site.client.server.runner.server
    return [one for own in server._by_network.values() for one in own]


async def test_a_head_or_a_body_that_does_not_come_is_not_waited_for(start: Start) -> None:
    site = await start(request_seconds=1.0)
    started = time.monotonic()
    silent, _ = await _open(site, b"")
    head, _ = await _open(site, b"GET / HTTP/1.1\r\nHo")
    body, _ = await _open(
        site, b"POST /resah/chat/session HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{"
    )
    assert await asyncio.wait_for(silent.read(), 20) == b""
    assert await asyncio.wait_for(head.read(), 20) == b""
    answer = await asyncio.wait_for(body.read(), 20)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'{"error": "' in answer
    assert time.monotonic() - started < 15


async def test_a_head_that_drips_ends_as_well(start: Start) -> None:
    site = await start(request_seconds=1.0)
    reader, writer = await _open(site, b"GET / HTTP/1.1\r\n")

    async def drip() -> None:
        while not reader.at_eof():
            writer.write(b"X: y\r\n")
            await asyncio.sleep(0.1)

    await asyncio.wait_for(drip(), 20)


async def test_idle_connections_give_way_to_others(start: Start) -> None:
    site = await start(connections_per_network=5)
    slow = [await _open(site, b"GET / HTTP/1.1\r\nHo") for _ in range(30)]
    for _ in range(5):
        response = await site.client.get("/healthz", headers={"Connection": "close"})
        assert response.status == 200
    await _until(lambda: sum(reader.at_eof() for reader, _ in slow) >= 25)


async def test_no_room_is_said(start: Start) -> None:
    site = await start(connections_per_network=5, request_seconds=20.0)
    part = b"POST /resah/chat/session HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{"
    busy = [await _open(site, part) for _ in range(5)]
    await _until(lambda: [one.waits for one in _connections(site)] == [False] * 5)
    reader, _ = await _open(site, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 5" in answer and b"Server: Guichet\r\n" in answer
    for _, writer in busy:
        writer.close()
    await _until(lambda: not _connections(site))
    assert (await site.client.get("/healthz")).status == 200
