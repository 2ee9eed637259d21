"""What `guichet doctor` finds in the mailboxes whose mails Guichet takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.cli.findings import Finding, State
from bot.desk.incoming.mailbox import MAILBOX_FAULTS, Mailbox, read_address
from bot.ground.settings import Settings

_SECONDS = 10.0


async def mailboxes(settings: Settings, portals: list[str]) -> AsyncIterator[Finding]:
    """Open each mailbox, and change nothing in it.

    Args:
        settings: Name the mailboxes.
        portals: The portals that there are.
    """
    by_url: dict[str, list[str]] = {}
    for portal in portals:
        if url := settings.imap_url_for(portal):
            by_url.setdefault(url, []).append(portal)
    for url, names in by_url.items():
        whose, shown = ", ".join(names), read_address(url).shown
        try:
            unread = await asyncio.to_thread(_unread, url, settings)
        except MAILBOX_FAULTS as error:
            cause = str(error).strip().partition("\n")[0] or "délai dépassé"
            text = f"{shown} ne s’ouvre pas ({cause}) ; vérifiez GUICHET_IMAP_URL."
            yield Finding(State.BROKEN, f"Boîte de {whose} : {text}")
        else:
            text = f"{shown} s’ouvre, {unread or 'aucun'} mail{'s' * (unread > 1)} à prendre."
            yield Finding(State.FINE, f"Boîte de {whose} : {text}")
    given = {name.casefold().replace("-", "_") for name in portals}
    for name in sorted(set(settings.imap_urls) - given):
        text = f"GUICHET_IMAP_URL_{name.upper()} : ce portail n’existe pas (plus)."
        yield Finding(State.TO_DO, text)


def _unread(url: str, settings: Settings) -> int:
    mailbox = Mailbox(read_address(url), settings.smtp_ca_file, _SECONDS)
    try:
        return len(mailbox.unread())
    finally:
        mailbox.close()
