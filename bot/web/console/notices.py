"""What the overview tells of volume: who looked much up, and which limits were reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.ground import alerts
from bot.ground.alerts import Alert
from bot.ground.clock import paris_time
from bot.ground.db import now

SHOWN_FOR = timedelta(days=1)
_MOST = 10

_NETWORK_TELLS = {
    "check_network": "adresses vérifiées",
    "number_network": "numéros de client cherchés",
    "ticket_network": "demandes cherchées",
    "ticket_try_network": "codes de demande essayés",
    "handover_network": "demandes transmises",
    "token_network": "jetons d’accès faux",
}
_CONVERSATION_TELLS = {
    "check_conversation": "adresses vérifiées",
    "number_conversation": "numéros de client cherchés",
}
_SHARED_TELLS = {
    "check_portal": (
        "Toutes les vérifications d’adresses de l’heure sont utilisées ; chaque réseau n’en a plus"
        " que quelques-unes"
    ),
    "number_portal": (
        "Toutes les recherches de numéros de l’heure sont utilisées ; chaque réseau n’en a plus que"
        " quelques-unes"
    ),
    "handover_mailbox": (
        "Toutes les transmissions de l’heure vers une région sont utilisées ; chaque réseau n’en a"
        " plus que quelques-unes"
    ),
    "mail_portal": (
        "Tous les mails de l’heure sont pris ; chaque expéditeur n’en envoie plus que quelques-uns"
    ),
    "ticket_code_mailbox": "Tous les codes de l’heure vers une boîte de région sont partis",
}


@dataclass(frozen=True)
class Notice:
    """One line of the overview.

    Attributes:
        conversation: The one that it is about; empty where it is about none.
    """

    text: str
    conversation: str = ""


async def notices(session: AsyncSession, portal: Portal) -> list[Notice]:
    """Return what happened on a portal in the last day, the latest first."""
    found = await alerts.latest(session, portal.id, now() - SHOWN_FOR, _MOST)
    return [_notice(alert, portal) for alert in found]


def _notice(alert: Alert, portal: Portal) -> Notice:
    when = f"{paris_time(alert.first_at)} – {paris_time(alert.last_at)} : "
    if alert.kind in _CONVERSATION_TELLS and alert.key:
        what = f"au moins {alert.count} {_CONVERSATION_TELLS[alert.kind]} dans une conversation"
        return Notice(f"{when}{what}", alert.key)
    if told := _SHARED_TELLS.get(alert.kind):
        region = portal.region(alert.key.partition("/")[2])
        return Notice(f"{when}{told}{f' ({region.name})' if region else ''}")
    what = {**_NETWORK_TELLS, **_CONVERSATION_TELLS}.get(alert.kind, alert.kind)
    where = f"depuis un réseau ({alert.key[:8]})" if alert.key else "de beaucoup d’autres encore"
    return Notice(f"{when}au moins {alert.count} {what} {where}")
