"""Redeems a reset token as a portal's back end does: over HTTP, with a bearer token."""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from bot.web.demo.site import on_own_port
from bot.web.keys import DEMO_TOKEN, SETTINGS

_TIMEOUT = aiohttp.ClientTimeout(total=15)
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class Failure(enum.Enum):
    """Why a token was not redeemed."""

    GONE = "gone"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Redeemed:
    """The account that the token stood for."""

    portal: str
    login: str


async def redeem_over_http(request: web.Request, token: str) -> Redeemed | Failure:
    """Use a token up.

    Args:
        request: Its own connection tells where the service listens.
        token: As it stood in the mail.
    """
    headers = {"Authorization": f"Bearer {request.config_dict[DEMO_TOKEN]}"}
    try:
        connector, origin = _own_origin(request)
        url = f"{origin}{request.config_dict[SETTINGS].base_path}/resets/redeem"
        async with (
            aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as client,
            client.post(url, json={"token": token}, headers=headers) as response,
        ):
            if response.status in {400, 410}:
                return Failure.GONE
            if response.status != 200:
                return Failure.UNREACHABLE
            answer = await response.json()
            return Redeemed(answer["portal"], answer["login"])
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, KeyError, ValueError):
        return Failure.UNREACHABLE


def _own_origin(request: web.Request) -> tuple[aiohttp.BaseConnector, str]:
    if request.transport is None:
        raise ConnectionResetError("The client has gone")
    name = request.transport.get_extra_info("sockname")
    if isinstance(name, str):
        return aiohttp.UnixConnector(name), "http://localhost"
    # On its own port the demo portal is a site that the API does not stand on.
    port = request.config_dict[SETTINGS].port if on_own_port(request) else name[1]
    host = _WILDCARDS.get(name[0], name[0])
    return (
        aiohttp.TCPConnector(),
        f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}",
    )
