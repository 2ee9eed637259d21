"""Lost passwords: a link by mail, for whoever asks and has an account.

Nothing that comes back tells whether an address is known, and a stranger who asks takes nothing
from its owner: the present password stays, and each link that was mailed holds for its hour.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from bot.content.live import Content, Portal
from bot.desk.privacy import fingerprint
from bot.ground.addresses import normalise_address
from bot.ground.db import Database
from bot.ground.limits import Limit, spend_now
from bot.ground.settings import Settings
from bot.staff import letters
from bot.staff.audit import Entry, record, staff_subject
from bot.staff.grants import grants_of, user_by_email
from bot.staff.invitations import add_link
from bot.staff.sessions import network_detail

_HOUR = timedelta(hours=1)
ASKED_HERE = Limit("staff_lost_here", 3, _HOUR)
ASKED_ADDRESS = Limit("staff_lost_address", 10, _HOUR)
ASKED_NETWORK = Limit("staff_lost_network", 30, _HOUR)

FLOOR_SECONDS = 0.5
"""How long each answer takes at least: longer than the work for an address that is known."""


async def ask_link(
    database: Database, content: Content, settings: Settings, *, email: str, network: str
) -> None:
    """Mail a link to choose a password to an address, if it has an open account.

    Args:
        database: Where accounts stand.
        content: Knows the portals, from whose sender it goes.
        settings: The secret key, and Guichet's address.
        email: The address.
        network: From where it is asked, for limits and the record.

    Raises:
        LimitReached: If it was asked too often, whether the address is known or not.
    """
    started = time.monotonic()
    key = fingerprint(email, settings.secret_key)
    await spend_now(
        database,
        (ASKED_HERE, f"{key}:{network}"),
        (ASKED_ADDRESS, key),
        (ASKED_NETWORK, network),
    )
    async with database.write() as session:
        user = await user_by_email(session, normalise_address(email))
        subject = staff_subject(user.id) if user else ""
        record(session, Entry(None, "", "link_sent", subject, network_detail(network)))
        if user is not None and user.disabled_at is None:
            grants = await grants_of(session, user.id)
            portal = _portal(content, settings, [grant.portal for grant in grants])
            token = add_link(session, user)
            console = f"{settings.public_url}/console"
            await letters.send_password_link(session, portal, user.email, token, console)
    await asyncio.sleep(max(0.0, started + FLOOR_SECONDS - time.monotonic()))


def _portal(content: Content, settings: Settings, names: list[str]) -> Portal:
    """Return one of somebody's portals, or the default one for who has a role on all."""
    known = [name for name in names if name in content.portals]
    return content.portal(known[0] if known else settings.default_portal)
