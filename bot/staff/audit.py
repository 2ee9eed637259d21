"""The record of what staff did; it outlives what it is about and holds nobody's data."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.db import Database, now
from bot.staff.tables import ALL_PORTALS, StaffAction, StaffGrant, StaffUser

KEPT = timedelta(days=365)
"""How long the record is kept: the CNIL recommends six months to a year for such logs."""

ACTIONS = {
    "login": "s’est connecté",
    "login_failed": "connexion refusée",
    "login_throttled": "connexion refusée : trop d’essais",
    "password_set": "a choisi un mot de passe",
    "logout": "s’est déconnecté",
    "read": "a lu",
    "searched": "a cherché une adresse",
    "revealed": "a affiché les adresses",
    "noted": "a ajouté une note",
    "tagged": "a ajouté l’étiquette",
    "untagged": "a retiré l’étiquette",
    "assigned": "a changé l’attribution",
    "reviewed": "a marqué comme revue",
    "unreviewed": "a remis à revoir",
    "corrected": "a corrigé l’intention",
    "uncorrected": "a retiré la correction",
    "blacked_out": "a masqué un message",
    "redacted": "a masqué des mots de passe de conversations anciennes",
    "tested": "a téléchargé le test",
    "ticket": "a changé l’état de la demande",
    "moved": "a changé la région ou le sujet de la demande",
    "replied": "a répondu à la personne",
    "ticket_noted": "a ajouté une note à la demande",
    "reply_sent_on": "a fait partir la réponse vers une autre adresse",
    "links_revoked": "a retiré les liens de suivi de la demande",
    "saved_reply": "a enregistré la réponse type",
    "saved_reply_removed": "a supprimé la réponse type",
    "mail_retried": "a relancé le mail",
    "mail_sent_on": "a fait repartir le mail de la demande",
    "mail_discarded": "a écarté le mail",
    "exported": "a exporté les données d’une personne",
    "erased": "a effacé les données d’une personne",
    "imported": "a chargé des comptes",
    "totp_on": "a activé le code à usage unique",
    "totp_off": "a retiré le code à usage unique",
    "totp_dropped": "a retiré le code à usage unique de",
    "codes_renewed": "a demandé d’autres codes de secours",
    "code_used": "s’est connecté avec un code de secours",
    "link_sent": "a demandé un lien pour un mot de passe oublié",
    "revoked": "a fermé une session",
    "user_added": "a donné un rôle à",
    "user_changed": "a changé le rôle de",
    "user_removed": "a retiré le rôle de",
    "user_invited": "a donné un nouveau lien à",
    "user_enabled": "a rouvert l’accès de",
    "user_disabled": "a fermé l’accès de",
    "webhook": "a changé le webhook",
}
"""What can be recorded, and how the page tells it."""


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did.

    Attributes:
        subject: What with; never an address, whose fingerprint stands for it.
    """

    user_id: int | None
    portal: str
    action: str
    subject: str = ""
    detail: str = ""


def from_shell(action: str, subject: str = "", portal: str = "", detail: str = "") -> Entry:
    """Return a line for what is done on the command line, where nobody has an account.

    Args:
        action: A key of `ACTIONS`.
        subject: What with.
        portal: Whose; empty where it is no portal's alone.
        detail: What more there is to it, before the name of the system's user.
    """
    by = f"par {_system_user()}"
    return Entry(None, portal, action, subject, f"{detail}, {by}" if detail else by)


def _system_user() -> str:
    """Return who runs this process, as the system knows them; behind `sudo`, who called it."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid {number}"
    caller = os.environ.get("SUDO_USER", "") if number == 0 else ""
    return f"{name} (sudo de {caller})" if caller else name


def staff_subject(user_id: int) -> str:
    """Return the subject that stands for somebody of the staff."""
    return f"staff:{user_id}"


def staff_of_subject(text: str) -> int | None:
    """Return whom `staff_subject` stands for, or None where a text is something else."""
    kind, _, number = text.partition(":")
    return int(number) if kind == "staff" and number.isascii() and number.isdecimal() else None


def record(session: AsyncSession, entry: Entry) -> None:
    """Write a line, in the transaction of what it tells."""
    if entry.action not in ACTIONS:
        raise ValueError(entry.action)
    session.add(
        StaffAction(
            at=now(),
            user_id=entry.user_id,
            portal=entry.portal,
            action=entry.action,
            subject=entry.subject[:128],
            detail=entry.detail[:200],
        )
    )


async def record_now(database: Database, entry: Entry) -> None:
    """Write a line in a transaction of its own, for what only reads."""
    async with database.write() as session:
        record(session, entry)


async def members(session: AsyncSession, portal: str) -> list[tuple[int, str]]:
    """Return who has a role on a portal, whatever it is, by address."""
    query = (
        select(StaffUser.id, StaffUser.email)
        .join(StaffGrant, StaffGrant.user_id == StaffUser.id)
        .where(StaffGrant.portal.in_((portal, ALL_PORTALS)))
        .order_by(StaffUser.email)
        .distinct()
    )
    return [(number, email) for number, email in await session.execute(query)]


async def latest(
    session: AsyncSession,
    portal: str,
    before: int | None,
    most: int,
    *,
    action: str = "",
    user_id: int | None = None,
) -> list[StaffAction]:
    """Return the latest lines that a portal's admins may see, newest first.

    Logins and the like belong to no portal: they are seen where the person has a role, and where
    nobody known is meant, everywhere.

    Args:
        session: Reads them.
        portal: Whose.
        before: Only lines older than the one with this number.
        most: How many.
        action: Only lines of this kind; empty for all.
        user_id: Only what this person did, or what was done to them.
    """
    people = [number for number, _ in await members(session, portal)]
    subjects = [staff_subject(number) for number in people]
    nobody = StaffAction.user_id.is_(None) & (
        StaffAction.subject.in_(subjects) | ~StaffAction.subject.startswith("staff:")
    )
    query = select(StaffAction).where(
        (StaffAction.portal == portal)
        | ((StaffAction.portal == "") & (StaffAction.user_id.in_(people) | nobody))
    )
    if action:
        query = query.where(StaffAction.action == action)
    if user_id is not None:
        query = query.where(
            (StaffAction.user_id == user_id) | (StaffAction.subject == staff_subject(user_id))
        )
    if before is not None:
        query = query.where(StaffAction.id < before)
    return list(await session.scalars(query.order_by(StaffAction.id.desc()).limit(most)))


async def forget_old(session: AsyncSession) -> int:
    """Delete lines older than `KEPT`; returns how many."""
    done = await session.execute(delete(StaffAction).where(StaffAction.at < now() - KEPT))
    return int(done.rowcount)  # type: ignore[attr-defined]
