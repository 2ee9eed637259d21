"""A reverse proxy that nobody named: told, since without its name the world is one network.

The service sees its header, and `guichet doctor` tells of it, so it leaves a mark in the data
folder.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from bot.ground.settings import Settings
from bot.web.network import client_address, trusted_networks, within

logger = logging.getLogger(__name__)

_MARK = "unnamed_proxy"
_told: set[str] = set()


def notice(peer: str | None, forwarded: list[str], settings: Settings) -> None:
    """Tell once of a near machine that speaks for others without being trusted to.

    Args:
        peer: The other end of the connection.
        forwarded: The X-Forwarded-For headers.
        settings: Name the proxies, and the folder for the mark.
    """
    if not forwarded or peer is None or peer in _told or len(_told) >= 100:
        return
    address = client_address(peer, (), ())
    # Anybody on the internet may send the header; a proxy stands near.
    if address is None or not address.is_private:
        return
    if within(address, trusted_networks(settings.trusted_proxies)):
        return
    _told.add(peer)
    with suppress(OSError):
        _mark(settings).write_text(f"{address}\n", encoding="ascii")
    logger.warning("%s", warning(str(address)))


def unnamed(settings: Settings) -> str | None:
    """Return the address of a proxy that was seen and is not trusted, or None."""
    try:
        seen = _mark(settings).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    address = client_address(seen, (), ())
    if address is None or within(address, trusted_networks(settings.trusted_proxies)):
        return None
    return str(address)


def warning(address: str) -> str:
    """Return what an operator is told of such a proxy."""
    return (
        f"GUICHET_TRUSTED_PROXIES : des requêtes arrivent par un proxy ({address}) qui n’y est pas"
        " nommé ; tous ses clients partagent les mêmes limites."
    )


def _mark(settings: Settings) -> Path:
    return settings.var_dir / _MARK
