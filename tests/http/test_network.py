"""Whose network a request comes from."""

from __future__ import annotations

import pytest

from bot.ground.errors import SettingsError
from bot.web.network import client_address, network_name, trusted_networks

PROXIES = trusted_networks(("10.0.0.0/8", "2001:db8:ffff::1"))


def _client(peer: str | None, *forwarded: str) -> str:
    return str(client_address(peer, forwarded, PROXIES))


def test_a_strangers_header_is_not_believed() -> None:
    assert _client("192.0.2.7", "198.51.100.1") == "192.0.2.7"


def test_a_proxys_header_is_read_from_the_right() -> None:
    assert _client("10.0.0.1", "6.6.6.6, 198.51.100.1") == "198.51.100.1"
    assert _client("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.2.3.4") == "198.51.100.1"
    assert _client("10.0.0.1", "6.6.6.6", "198.51.100.1", "10.2.3.4") == "198.51.100.1"
    assert _client("2001:db8:ffff::1", "2001:db8::5") == "2001:db8::5"


def test_addresses_are_read_as_proxies_write_them() -> None:
    assert _client("10.0.0.1", "198.51.100.1:4711") == "198.51.100.1"
    assert _client("10.0.0.1", '"[2001:db8::5]:4711"') == "2001:db8::5"
    assert _client("::ffff:10.0.0.1", "::ffff:198.51.100.1") == "198.51.100.1"
    assert _client("fe80::1%eth0") == "fe80::1"


def test_what_cannot_be_read_ends_the_search() -> None:
    assert _client("10.0.0.1", "198.51.100.1, unknown") == "10.0.0.1"
    assert _client("10.0.0.1", "") == "10.0.0.1"
    assert _client("10.0.0.1") == "10.0.0.1"
    assert _client(None, "198.51.100.1") == "None"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
    ],
)
def test_neighbours_share_a_name(one: str, other: str, same: bool) -> None:
    names = [network_name(client_address(address, (), ()), "key") for address in (one, other)]
    assert (names[0] == names[1]) is same
    assert names[0] != network_name(client_address(one, (), ()), "another key")


def test_a_malformed_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="GUICHET_TRUSTED_PROXIES"):
        trusted_networks(("le proxy",))
