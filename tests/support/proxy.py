"""What stands in front of a service: passes requests on, or is told to refuse, and may go away."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}


@dataclass
class Refusal:
    """How the proxy answers instead of the service.

    Args:
        part: What the address of a request holds that is refused.
        times: How many requests are refused.
        status: The status.
        headers: The headers.
        body: What the body says, as proxies do: in no language of the service.
    """

    part: str
    times: int
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "<html><h1>Service Unavailable</h1></html>"


@dataclass
class Proxy:
    """A reverse proxy on a port of its own.

    Args:
        service_port: The service behind it.
    """

    service_port: int
    refusal: Refusal | None = None
    seen: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Proxy:
        """Listen, on the same port as before if it did."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def _pass_on(self) -> None:
                proxy.seen.append(f"{self.command} {self.path}")
                refusal = proxy.refusal
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if refusal and refusal.times and refusal.part in self.path:
                    refusal.times -= 1
                    self._answer(refusal.status, refusal.headers.items(), refusal.body.encode())
                    return
                behind = http.client.HTTPConnection("127.0.0.1", proxy.service_port, timeout=60)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP_BY_HOP}
                behind.request(self.command, self.path, body or None, headers)
                answer = behind.getresponse()
                self._answer(answer.status, answer.getheaders(), answer.read())
                behind.close()

            def _answer(self, status: int, headers: Any, body: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in {*_HOP_BY_HOP, "content-length"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = do_OPTIONS = _pass_on

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Go away: nobody listens at the port any more."""
        self._server.shutdown()
        self._server.server_close()
