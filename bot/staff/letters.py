"""What is mailed to staff about their own accounts: from the portal's sender, by the outbox."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import Portal
from bot.desk.outbox import Mail, enqueue
from bot.ground.db import now
from bot.ground.moments import shown
from bot.staff.invitations import INVITATION_LIFETIME, LINK_LIFETIME

ROLES_TOLD = {"reader": "lecture", "agent": "support", "admin": "administration"}
"""How people are told of roles."""


async def send_invitation(
    session: AsyncSession, portal: Portal, email: str, role: str, token: str | None, console: str
) -> None:
    """Tell somebody of their role, with a link to choose a password where they have none.

    Args:
        session: The transaction that gives the role.
        portal: Whose role it is.
        email: Who gets it.
        role: The role.
        token: Their invitation's; None where they have a password.
        console: The console's address.
    """
    told = ROLES_TOLD[role]
    if token is None:
        subject = portal.say("mail.access.subject")
        text = portal.say("mail.access.body", role=told, link=f"{console}/")
        await _send(session, portal, email, "staff", subject, text)
        return
    until = shown(now() + INVITATION_LIFETIME)
    subject = portal.say("mail.invitation.subject")
    link = f"{console}/invitation/{token}"
    text = portal.say("mail.invitation.body", role=told, link=link, until=until)
    await _send(session, portal, email, "staff_link", subject, text, INVITATION_LIFETIME)


async def send_password_link(
    session: AsyncSession, portal: Portal, email: str, token: str, console: str
) -> None:
    """Send a link with which somebody who lost their password chooses another.

    Args:
        session: The transaction that adds the link.
        portal: From whose sender.
        email: Whose account it is.
        token: The link's.
        console: The console's address.
    """
    until = shown(now() + LINK_LIFETIME)
    subject = portal.say("mail.lost_password.subject")
    text = portal.say("mail.lost_password.body", link=f"{console}/invitation/{token}", until=until)
    await _send(session, portal, email, "staff_link", subject, text, LINK_LIFETIME)


async def send_second_factor_dropped(
    session: AsyncSession, portal: Portal, email: str, by: str, console: str
) -> None:
    """Tell somebody that a colleague took their second factor away.

    Args:
        session: The transaction that takes it.
        portal: From whose sender.
        email: Whose it was.
        by: The colleague's address.
        console: The console's address.
    """
    subject = portal.say("mail.second_factor.subject")
    text = portal.say("mail.second_factor.body", by=by, link=f"{console}/me")
    await _send(session, portal, email, "staff", subject, text)


async def _send(
    session: AsyncSession,
    portal: Portal,
    email: str,
    kind: str,
    subject: str,
    text: str,
    lifetime: timedelta | None = None,
) -> None:
    mail = Mail(
        portal=portal.id,
        kind=kind,
        recipient=email,
        subject=subject,
        text=text,
        expires_at=now() + lifetime if lifetime else None,
    )
    await enqueue(session, mail, sender=portal.sender, key=f"staff:{uuid.uuid4().hex}")
