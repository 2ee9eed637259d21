"""A proxy that nobody named is noticed once, and told until it is named."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from bot.web import proxies
from tests.http.conftest import Site


async def test_a_proxy_that_is_not_named_is_told_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    proxies._told.clear()
    assert proxies.unnamed(site.settings) is None
    with caplog.at_level(logging.WARNING, "bot.web.proxies"):
        for number in range(3):
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            assert (await site.client.get("/", headers=headers)).status == 200
    told = [record for record in caplog.records if record.name == "bot.web.proxies"]
    assert len(told) == 1
    assert "GUICHET_TRUSTED_PROXIES" in told[0].getMessage()
    assert proxies.unnamed(site.settings) == "127.0.0.1"
    named = dataclasses.replace(site.settings, trusted_proxies=("127.0.0.0/8",))
    assert proxies.unnamed(named) is None


def test_what_a_stranger_sends_is_no_proxy(site: Site) -> None:
    proxies._told.clear()
    proxies.notice("11.0.0.7", ["1.2.3.4"], site.settings)
    proxies.notice("10.0.0.7", [], site.settings)
    assert proxies.unnamed(site.settings) is None
