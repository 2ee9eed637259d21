"""Names the network that a request comes from, for limits, without keeping anyone's address.

A network is wide enough to hold a person whose address changes (IPv4 /24, IPv6 /48), and only a
keyed hash of it is ever stored.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from aiohttp import web

from bot.ground.errors import SettingsError
from bot.web.keys import SETTINGS

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HASH_LENGTH = 16
_PREFIX = {4: 24, 6: 48}


@lru_cache(maxsize=8)
def trusted_networks(entries: tuple[str, ...]) -> tuple[Network, ...]:
    """Read the setting that names the reverse proxies.

    Args:
        entries: Addresses and networks in CIDR notation.

    Raises:
        SettingsError: If an entry is neither.
    """
    try:
        return tuple(ip_network(entry, strict=False) for entry in entries)
    except ValueError as error:
        raise SettingsError(
            f"GUICHET_TRUSTED_PROXIES doit contenir des adresses ou des réseaux IP ({error})."
        ) from error


def client_address(
    peer: str | None, forwarded: Sequence[str], trusted: tuple[Network, ...]
) -> Address | None:
    """Return the address of the client itself.

    Proxies append the address that they saw to X-Forwarded-For, so it is read from the right, and
    only as far as those who wrote it are trusted: everything further left may be invented.

    Args:
        peer: The other end of the connection.
        forwarded: The X-Forwarded-For headers, in their order.
        trusted: The networks of the reverse proxies.

    Returns:
        The rightmost address that is not a proxy's, or None where the peer has none.
    """
    address = _read(peer or "")
    hops = [hop for header in forwarded for hop in header.split(",")]
    while address is not None and within(address, trusted) and hops:
        hop = _read(hops.pop())
        if hop is None:
            break
        address = hop
    return address


def client_network(request: web.Request) -> str:
    """Return the opaque name of the network that a request comes from."""
    settings = request.config_dict[SETTINGS]
    address = client_address(
        request.remote,
        request.headers.getall("X-Forwarded-For", []),
        trusted_networks(settings.trusted_proxies),
    )
    return network_name(address, settings.secret_key)


def network_name(address: Address | None, secret_key: str) -> str:
    """Return the keyed hash that stands for an address's network.

    Args:
        address: A client's address; all clients without one share a name.
        secret_key: Without it the hash cannot be reversed by trying all networks.
    """
    name = network_of(address)
    digest = hmac.new(secret_key.encode(), f"network:{name}".encode(), hashlib.sha256)
    return digest.hexdigest()[:_HASH_LENGTH]


def network_of(address: Address | None) -> str:
    """Return an address's network as text; all clients without an address share one."""
    if address is None:
        return "unknown"
    return str(ip_network((address, _PREFIX[address.version]), strict=False))


def _read(text: str) -> Address | None:
    """Read an address as proxies write it: bare, with a port, or in brackets."""
    bare = text.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def within(address: Address, networks: tuple[Network, ...]) -> bool:
    """Tell whether an address lies in one of some networks."""
    return any(address.version == network.version and address in network for network in networks)
