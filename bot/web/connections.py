"""Connections that cost something: slow ones are closed, and no network takes them all.

aiohttp itself waits for an hour for the head of a request and for ever for its reader.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest

from bot.ground.settings import Settings
from bot.web.errors import error_response
from bot.web.headers import protect
from bot.web.network import Address, client_address, network_of, trusted_networks, within

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 75.0
"""Longer than reverse proxies keep a connection, lest they send into one that closes."""

_LINGER_SECONDS = 3.0
_WRITE_SECONDS = 120.0
_MOST_HEADER = 8190
_MOST_HEADERS = 100
_FULL = "Trop de connexions pour l’instant. Réessayez dans un instant."
_MALFORMED = "Cette requête n’est pas du HTTP bien formé."
_FAULT = "Une erreur s’est produite de notre côté. Réessayez plus tard."
_EXPECTING = "Cette attente (Expect) n’est pas connue."
_OTHER = "Cette demande ne peut pas être traitée."


class Connection(RequestHandler):
    """One connection: its requests must begin and its answers be read in time."""

    def __init__(self, server: GuardedServer, *, seconds: float, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self._seconds = seconds
        self._head: asyncio.TimerHandle | None = None
        self.address: Address | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for a request, or for the rest of a request's head."""
        return self._waiter is not None and not self._waiter.done()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, if there is room for it."""
        super().connection_made(transport)
        self.address = client_address(self._peer, (), ())
        self._await_head()
        self._server.admit(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget a connection."""
        self._head_came()
        self._server.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the head of a request that began must end in time."""
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._head_came()
        elif self.waits and self._head is None:
            self._await_head()

    def refuse(self) -> None:
        """Close with a word on why."""
        if self.transport is not None:
            self.transport.write(_refusal())
        self.force_close()

    async def finish_response(
        self, request: BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer to a reader that takes it in time.

        Raises:
            ConnectionError: If it does not.
        """
        sending = super().finish_response(request, resp, start_time)
        try:
            return await asyncio.wait_for(sending, _WRITE_SECONDS)
        except asyncio.TimeoutError:
            if self.transport is not None:
                self.transport.abort()
            raise ConnectionResetError("The answer was not read in time") from None

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what never reached the application; what a client sent is not written down."""
        if status < web.HTTPInternalServerError.status_code:
            logger.info("Malformed request refused: %s", type(exc).__name__)
            sentence = _MALFORMED
        else:
            logger.error("%s failed before or after the application", request.method, exc_info=exc)
            sentence = _FAULT
        if request.writer.output_size > 0:
            raise ConnectionError("Half of an answer was sent already")
        response = error_response(status, sentence)
        protect(response.headers, status)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Write a fault down, but not that a body could not be read: its sender was told."""
        if not isinstance(options.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **options)

    @property
    def _peer(self) -> str | None:
        peer = self.peername
        return str(peer[0]) if isinstance(peer, tuple) else None

    def _await_head(self) -> None:
        self._head = asyncio.get_running_loop().call_later(self._seconds, self._give_up)

    def _head_came(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _give_up(self) -> None:
        self._head = None
        if self.waits:
            self.force_close()


class GuardedServer(web.Server):
    """aiohttp's server, with room for so many connections, and for so many of one network.

    Args:
        inner: The server of an application.
        settings: How many, and how long they may take.
    """

    def __init__(self, inner: web.Server, settings: Settings, **options: Any) -> None:
        super().__init__(_with_sentences(inner), request_factory=inner.request_factory)
        self._most = settings.connections
        self._most_of_one = settings.connections_per_network
        self._proxies = trusted_networks(settings.trusted_proxies)
        self._options = {
            "loop": asyncio.get_running_loop(),
            "seconds": settings.request_seconds,
            "keepalive_timeout": _IDLE_SECONDS,
            "lingering_time": _LINGER_SECONDS,
            "max_line_size": _MOST_HEADER,
            "max_field_size": _MOST_HEADER,
            "max_headers": _MOST_HEADERS,
            **options,
        }
        self._by_network: dict[str, dict[Connection, None]] = {}

    def __call__(self) -> Connection:
        """Return the handler of a new connection."""
        return Connection(self, **self._options)

    def admit(self, connection: Connection) -> None:
        """Make room for a connection: by one that does nothing, or else it is refused itself."""
        own = self._by_network.setdefault(network_of(connection.address), {})
        own[connection] = None
        address = connection.address
        proxy = address is not None and within(address, self._proxies)
        if len(own) > self._most_of_one and not proxy:
            _make_room(own, connection)
        elif sum(map(len, self._by_network.values())) > self._most:
            # Who holds most of them gives one up.
            _make_room(max(self._by_network.values(), key=len), connection)

    def forget(self, connection: Connection) -> None:
        """Give a connection's place back."""
        network = network_of(connection.address)
        own = self._by_network.get(network, {})
        own.pop(connection, None)
        if not own:
            self._by_network.pop(network, None)


class Runner(web.AppRunner):
    """Runs an application behind a guarded server.

    Args:
        app: The application.
        settings: What its connections may take.
        shutdown_timeout: Seconds that requests have to end.
    """

    def __init__(
        self, app: web.Application, settings: Settings, *, shutdown_timeout: float = 1.0
    ) -> None:
        super().__init__(app, access_log=None, shutdown_timeout=shutdown_timeout)
        self._settings = settings

    async def _make_server(self) -> web.Server:
        inner = await super()._make_server()
        return GuardedServer(inner, self._settings, access_log=None)


def _make_room(among: dict[Connection, None], new: Connection) -> None:
    victim = next((one for one in among if one.waits and one is not new), None)
    logger.warning("Too many connections: %s", "an idle one closed" if victim else "one refused")
    if victim is None:
        new.refuse()
    else:
        victim.force_close()


def _with_sentences(inner: web.Server) -> Any:
    """Return an application's handler; what is refused before its middlewares is told in French."""

    async def handle(request: Any) -> web.StreamResponse:
        try:
            return await inner.request_handler(request)
        except web.HTTPException as error:
            if error.status < 400 or error.content_type != "text/plain":
                raise
            expecting = error.status == web.HTTPExpectationFailed.status_code
            return error_response(error.status, _EXPECTING if expecting else _OTHER)

    return handle


def _refusal() -> bytes:
    body = json.dumps({"error": _FULL}).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "Retry-After": "5",
        "Connection": "close",
    }
    protect(headers, web.HTTPServiceUnavailable.status_code)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 503 Service Unavailable\r\n{lines}\r\n".encode() + body
