"""Pages of mails: what waits, what was sent, what failed and why; once more, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from sqlalchemy import Select, case, update

from bot.desk.outbox import SECRET_KINDS, STAFF_KINDS, OutboxMail
from bot.desk.privacy import addresses_of, mask_addresses
from bot.ground.db import now
from bot.record.consequences import MAIL_STATES
from bot.staff.audit import Entry, record
from bot.staff.scope import Scope
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import back_to, show
from bot.web.keys import SENDER

_PAGE = 50
KINDS = {
    "reset": "réinitialisation", "ticket": "demande transmise", "code": "code d’une demande",
    "reply": "réponse à une demande", "receipt": "accusé de réception",
    "staff": "équipe", "staff_link": "équipe, lien d’accès",
}  # fmt: skip

_NOT_AGAIN = "Ce mail ne peut pas repartir : il est parti, écarté, ou son texte n’est plus gardé."
_NOT_DISCARDED = "Ce mail ne peut pas être écarté : il est déjà parti ou écarté."


def mails_of(here: Scope) -> Select[tuple[OutboxMail]]:
    """Return a query of the portal's mails; those to staff are for its admins alone."""
    query = here.select(OutboxMail)
    return query if here.may("admin") else query.where(OutboxMail.kind.not_in(STAFF_KINDS))


async def show_list(request: web.Request) -> web.Response:
    """Show the mails, newest first."""
    return await _page(request)


async def retry(request: web.Request) -> web.Response:
    """Send a mail that failed once more."""
    moment = now()
    changed = await _change(
        request,
        "mail_retried",
        ("failed", "waiting"),
        {"state": "waiting", "attempts": 0, "next_attempt_at": moment, "error": ""},
        with_text=True,
    )
    if not changed:
        return await _page(request, _NOT_AGAIN)
    request.config_dict[SENDER].wake()
    return _back(request, "retried")


async def discard(request: web.Request) -> web.Response:
    """Have a mail not be sent; a text that opens something is forgotten.

    A ticket's mail can still be sent from its page.
    """
    text = case((OutboxMail.kind.in_(SECRET_KINDS), None), else_=OutboxMail.text)
    changed = await _change(
        request, "mail_discarded", ("failed", "waiting"), {"state": "discarded", "text": text}
    )
    if not changed:
        return await _page(request, _NOT_DISCARDED)
    return _back(request, "discarded")


def _asked(request: web.Request) -> Mapping[str, str]:
    """Return the filters and page of the list: of the address, or of the list that a form is on."""
    if request.method == "POST":
        return dict(parse_qsl(form(request).get("back", "")))
    return request.query


def _list_of(asked: Mapping[str, str]) -> str:
    return urlencode({name: asked[name] for name in ("state", "after") if asked.get(name)})


def _back(request: web.Request, done: str) -> web.Response:
    query = _list_of(_asked(request))
    path = f"/{scope(request).portal.id}/mails"
    return back_to(request, f"{path}?{query}" if query else path, done)


async def _change(
    request: web.Request,
    action: str,
    states: tuple[str, ...],
    values: dict[str, object],
    *,
    with_text: bool = False,
) -> bool:
    here, number = scope(request), checked_number(request.match_info["number"])
    async with here.database.write() as session:
        mail = await session.scalar(mails_of(here).where(OutboxMail.id == number))
        if mail is None:
            raise web.HTTPNotFound
        # Decided by the statement, since the sender may take the mail at this very moment.
        change = (
            update(OutboxMail)
            .where(OutboxMail.id == number, OutboxMail.state.in_(states))
            .values(**values)
            .returning(OutboxMail.id)
        )
        if with_text:
            change = change.where(OutboxMail.text.is_not(None))
        changed = (await session.execute(change)).one_or_none() is not None
        if changed:
            record(session, Entry(here.staff.id, here.portal.id, action, str(number)))
    return changed


async def _page(request: web.Request, fault: str = "") -> web.Response:
    here, asked = scope(request), _asked(request)
    state = asked.get("state", "")
    if state and state not in MAIL_STATES:
        state, fault = "", f"L’état « {state[:20]} » n’existe pas."
    query = mails_of(here)
    if state:
        query = query.where(OutboxMail.state == state)
    if after := asked.get("after", ""):
        query = query.where(OutboxMail.id < checked_number(after))
    async with here.database.read() as session:
        rows = (await session.scalars(query.order_by(OutboxMail.id.desc()).limit(_PAGE + 1))).all()
    ours = addresses_of(here.portal)
    values = {
        "mails": [
            {
                "row": mail,
                "subject": mask_addresses(mail.subject, ours),
                "to": mask_addresses(mail.recipient, ours),
                "error": mask_addresses(mail.error, ours),
                "kind": KINDS.get(mail.kind, mail.kind),
                "again": mail.state == "failed" and mail.text is not None,
                "discard": mail.state in ("failed", "waiting"),
            }
            for mail in rows[:_PAGE]
        ],
        "after": rows[_PAGE - 1].id if len(rows) > _PAGE else "",
        "state": state,
        "states": MAIL_STATES,
        "back": _list_of(asked),
        "fault": fault,
    }
    return show(request, "mails.html", values, status=400 if fault else 200)
