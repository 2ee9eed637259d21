"""Posts what waits for the portals' webhooks, and keeps away from networks that are not public.

A webhook's address is typed by a portal's admin, who must not reach through it what this machine
reaches and they do not. So each address that a name stands for is looked at, and the connection
goes to one that was looked at; nothing is followed elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.ground.db import Database, now
from bot.ground.settings import Settings
from bot.staff.notice_tables import Webhook, WebhookCall
from bot.staff.webhooks import MOST_ATTEMPTS, delay_after, opened_secret, signature

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
NOT_PUBLIC = "cette adresse n’est pas publique (GUICHET_WEBHOOK_NETWORKS peut la permettre)"
NOT_SECURE = "https est demandé, sauf vers un réseau de GUICHET_WEBHOOK_NETWORKS"

_TIMEOUT = 10.0
_POLL_SECONDS = 5.0
_MOST_AT_ONCE = 20
_TRY_AGAIN = frozenset({408, 425, 429})
_NAT64 = ip_network("64:ff9b::/96")
_BITS_V4 = 0xFFFFFFFF


class TargetRefused(ClientError):
    """A webhook's address leads where it may not."""


def is_public(text: str) -> bool:
    """Tell whether an IP address is one of the public Internet, whatever form it is written in."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & _BITS_V4)
        if inner is not None:
            return is_public(str(inner))
        if address.teredo is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_allowed(text: str, settings: Settings) -> bool:
    """Tell whether an IP address lies in a network that the operator named."""
    address = ip_address(text.partition("%")[0])
    networks = [ip_network(entry) for entry in settings.webhook_networks]
    return any(address.version == one.version and address in one for one in networks)


class GuardedResolver(AbstractResolver):
    """Resolves names to addresses that may be reached, and no others.

    Args:
        settings: The networks of one's own that may.
        secure: Whether the connection is encrypted; in clear only one's own may be reached.
    """

    def __init__(self, settings: Settings, *, secure: bool) -> None:
        self._settings = settings
        self._secure = secure
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            TargetRefused: If one of them may not be reached.
        """
        found = await self._resolver.resolve(host, port, family)
        for one in found:
            self.check(one["host"])
        return found

    def check(self, address: str) -> None:
        """Make sure that an address may be reached.

        Raises:
            TargetRefused: If it may not.
        """
        if is_allowed(address, self._settings):
            return
        if not is_public(address):
            raise TargetRefused(NOT_PUBLIC)
        if not self._secure:
            raise TargetRefused(NOT_SECURE)

    async def close(self) -> None:
        """Let go of what the resolver holds."""
        await self._resolver.close()


class HookSender:
    """Posts what is due, in the background or once.

    Args:
        database: Where calls stand.
        settings: The secret key, and the networks that may be reached.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def run(self) -> None:
        """Post until cancelled; a failing database is tried again at the next round."""
        while True:
            try:
                await self.send_due()
            except (SQLAlchemyError, OSError):
                logger.exception("Webhook calls could not be read; trying again")
            await asyncio.sleep(_POLL_SECONDS)

    async def send_due(self) -> int:
        """Try every call that is due once; returns how many were tried."""
        tried = 0
        while calls := await self._lease():
            await asyncio.gather(*(self._deliver(call, hook) for call, hook in calls))
            tried += len(calls)
        return tried

    async def _lease(self) -> list[tuple[WebhookCall, Webhook]]:
        due = (
            select(WebhookCall, Webhook)
            .join(Webhook, Webhook.portal == WebhookCall.portal)
            .where(
                WebhookCall.state == "waiting",
                WebhookCall.next_attempt_at <= now(),
                Webhook.active,
            )
            .order_by(WebhookCall.id)
            .limit(_MOST_AT_ONCE)
        )
        async with self._database.read() as session:
            if (await session.execute(due)).first() is None:
                return []
        async with self._database.write() as session:
            locked = due.with_for_update(of=WebhookCall, skip_locked=True)
            calls = [(call, hook) for call, hook in await session.execute(locked)]
            for call, _ in calls:
                call.attempts += 1
                call.next_attempt_at = now() + LEASE
        return calls

    async def _deliver(self, call: WebhookCall, hook: Webhook) -> None:
        secret = opened_secret(hook.secret, self._settings.secret_key)
        if secret is None:
            await self._mark(call, "failed", "la clé secrète de l’installation a changé")
            return
        try:
            status = await asyncio.wait_for(self._post(call, hook.url, secret), _TIMEOUT)
        except TargetRefused as error:
            await self._mark(call, "failed", str(error))
        except ValueError:
            await self._mark(call, "failed", "cette adresse ne peut pas être appelée")
        except (ClientError, OSError, asyncio.TimeoutError) as error:
            await self._again(call, _told(error))
        else:
            if 200 <= status < 300:
                await self._mark(call, "sent", "")
            elif 400 <= status < 500 and status not in _TRY_AGAIN:
                await self._mark(call, "failed", f"réponse {status}")
            else:
                await self._again(call, f"réponse {status}")

    async def _post(self, call: WebhookCall, url: str, secret: str) -> int:
        parts = urlsplit(url)
        resolver = GuardedResolver(self._settings, secure=parts.scheme == "https")
        # An address that is written out is not resolved.
        with suppress(ValueError):
            resolver.check(str(ip_address(parts.hostname or "")))
        moment = int(time.time())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Guichet",
            "webhook-id": call.delivery,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(secret, call.delivery, moment, call.body),
        }
        connector = TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
        timeout = ClientTimeout(total=_TIMEOUT)
        async with (
            ClientSession(connector=connector, timeout=timeout, trust_env=False) as client,
            client.post(
                url, data=call.body.encode(), headers=headers, allow_redirects=False
            ) as response,
        ):
            return response.status

    async def _again(self, call: WebhookCall, error: str) -> None:
        state = "failed" if call.attempts >= MOST_ATTEMPTS else "waiting"
        await self._mark(call, state, error)

    async def _mark(self, call: WebhookCall, state: str, error: str) -> None:
        moment = now()
        async with self._database.write() as session:
            await session.execute(
                update(WebhookCall)
                .where(WebhookCall.id == call.id)
                .values(
                    state=state,
                    error=error[:300],
                    sent_at=moment if state == "sent" else None,
                    next_attempt_at=moment + delay_after(call.attempts),
                )
            )
        if state != "sent":
            logger.warning("Webhook call %s not taken (attempt %s)", call.id, call.attempts)


def _told(error: Exception) -> str:
    """Return why nobody was reached, as a sentence for the portal's admin."""
    if isinstance(error, asyncio.TimeoutError):
        return "pas de réponse à temps"
    return "le serveur n’a pas pu être joint, ou son certificat n’est pas valable"
