"""Looking an address up: whether it is known, why its user could not get in, what was tried."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import Account, AccountRow
from bot.desk.outbox import OutboxMail
from bot.desk.privacy import fingerprint
from bot.desk.resets import ResetToken
from bot.ground.addresses import is_address, likely_address, normalise_address
from bot.ground.db import now
from bot.record.consequences import MAIL_STATES, reset_state
from bot.record.summaries import ConversationAddress, Summary
from bot.staff.audit import Entry, record_now
from bot.staff.scope import Scope
from bot.web.console.access import form, scope
from bot.web.console.mail_views import mails_of
from bot.web.console.pages import show

STATUSES = {"active": "actif", "pending": "en attente de validation", "disabled": "désactivé"}

_MOST = 20


@dataclass(frozen=True)
class Found:
    """What is known of an address."""

    address: str
    accounts: list[Account]
    reasons: list[str]
    resets: list[tuple[ResetToken, str]]
    mails: list[tuple[OutboxMail, str]]
    conversations: list[Summary]


async def show_form(request: web.Request) -> web.Response:
    """Ask for an address."""
    return show(request, "accounts.html", {"found": None, "fault": "", "address": ""})


async def look_up(request: web.Request) -> web.Response:
    """Show what is known of an address; it comes in a form, so that no log keeps it."""
    here, typed = scope(request), form(request).get("address", "")[:320]
    address = normalise_address(typed)
    if not is_address(address):
        fault = "Écrivez une adresse entière, comme nom@domaine.fr."
        values = {"found": None, "fault": fault, "address": typed}
        return show(request, "accounts.html", values, status=400)
    key = fingerprint(address, here.secret_key)
    await record_now(here.database, Entry(here.staff.id, here.portal.id, "searched", key))
    async with here.database.read() as session:
        found = await _find(session, here, address, key)
    return show(request, "accounts.html", {"found": found, "fault": "", "address": address})


async def _find(session: AsyncSession, here: Scope, address: str, key: str) -> Found:
    rows = await session.scalars(
        here.select(AccountRow).where(AccountRow.address == address).order_by(AccountRow.login)
    )
    accounts = [row.to_account() for row in rows]
    tokens = await session.scalars(
        here.select(ResetToken)
        .where(ResetToken.address.in_({address, *(a.email for a in accounts)}))
        .order_by(ResetToken.id.desc())
        .limit(_MOST)
    )
    mails = await session.scalars(
        mails_of(here)
        .where(OutboxMail.recipient.in_({address, *(a.email for a in accounts)}))
        .order_by(OutboxMail.id.desc())
        .limit(_MOST)
    )
    named = select(ConversationAddress.conversation_id).where(
        ConversationAddress.portal == here.portal.id, ConversationAddress.fingerprint == key
    )
    conversations = await session.scalars(
        here.select(Summary)
        .where(Summary.conversation_id.in_(named))
        .order_by(Summary.last_at.desc())
        .limit(_MOST)
    )
    resets = [(token, reset_state(token)) for token in tokens]
    sent = [(mail, MAIL_STATES.get(mail.state, mail.state)) for mail in mails]
    reasons = _reasons(here, address, accounts, resets, sent)
    return Found(address, accounts, reasons, resets, sent, list(conversations))


def _reasons(
    here: Scope,
    address: str,
    accounts: list[Account],
    resets: list[tuple[ResetToken, str]],
    mails: list[tuple[OutboxMail, str]],
) -> list[str]:
    """Return why the user of an address may not get in, the likeliest first."""
    if not accounts:
        meant = likely_address(address, here.portal.mail_domains)
        hint = f" Le domaine ressemble à celui de {meant} : faute de frappe ?" if meant else ""
        return [f"Aucun compte de ce portail n’a cette adresse.{hint}"]
    reasons = []
    for account in accounts:
        name = f" (identifiant {account.login})" if account.login and len(accounts) > 1 else ""
        if account.status == "pending":
            reasons.append(f"Le compte{name} attend encore d’être validé.")
        elif account.status == "disabled":
            reasons.append(f"Le compte{name} est désactivé.")
        elif here.portal.feature("activation_mail_next_day") and account.activated_today(now()):
            reasons.append(f"Le compte{name} vient d’être activé : le mail part à 4 h, demain.")
    active = [account for account in accounts if account.status == "active"]
    if len(active) > 1:
        reasons.append("Plusieurs comptes ont cette adresse : il faut indiquer l’identifiant.")
    if any(mail.state == "failed" for mail, _ in mails[:3]):
        reasons.append("Un mail récent vers cette adresse est en échec : voyez la page Mails.")
    if resets and resets[0][0].redeemed_at is None:
        reasons.append(f"Dernière réinitialisation : {resets[0][1]}.")
    if active and not reasons:
        reasons.append("Le compte est actif : rien ne s’oppose à la connexion.")
    return reasons
