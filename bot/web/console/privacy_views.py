"""Pages of privacy: the register, all that is held on a person, and erasing it; the record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.desk.privacy import fingerprint
from bot.ground.addresses import is_address, normalise_address
from bot.record.erasure import ScrubFailed, erase
from bot.record.export import export_person
from bot.record.retention import told
from bot.staff.audit import ACTIONS, KEPT, Entry, latest, members, record_now
from bot.staff.history import author, detail_of, subject_of
from bot.staff.scope import Scope
from bot.staff.users import names
from bot.web.console.access import checked_number, form, scope
from bot.web.console.pages import show
from bot.web.keys import SETTINGS

_PAGE = 100
_NO_ADDRESS = "Écrivez une adresse entière, comme nom@domaine.fr."
_NOT_CONFIRMED = "Pour effacer, recopiez la même adresse dans le second champ. Rien n’est effacé."
_NOTHING = "Rien n’est conservé sur cette adresse."


async def show_person(request: web.Request) -> web.Response:
    """Ask for an address to export or erase."""
    return _page(request)


async def export(request: web.Request) -> web.Response:
    """Give all that this portal holds on a person."""
    here, address = scope(request), normalise_address(form(request).get("address", "")[:320])
    if not is_address(address):
        return _page(request, fault=_NO_ADDRESS)
    text = await export_person(
        here.database,
        address,
        portal=here.portal.id,
        secret_key=here.secret_key,
        var_dir=request.config_dict[SETTINGS].var_dir,
    )
    await _record(here, "exported", address)
    return web.Response(
        text=text,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="personne.json"'},
    )


async def erase_person(request: web.Request) -> web.Response:
    """Erase all that this portal holds on a person."""
    here, values = scope(request), form(request)
    address = normalise_address(values.get("address", "")[:320])
    if not is_address(address):
        return _page(request, fault=_NO_ADDRESS)
    if normalise_address(values.get("confirmed", "")) != address:
        return _page(request, fault=_NOT_CONFIRMED)
    await _record(here, "erased", address)
    try:
        held = await erase(
            here.database,
            address,
            portal=here.portal.id,
            secret_key=here.secret_key,
            var_dir=request.config_dict[SETTINGS].var_dir,
        )
    except ScrubFailed as error:
        return _page(request, fault=str(error))
    return _page(request, result=told(held.counts, _NOTHING))


async def show_register(request: web.Request) -> web.Response:
    """Show the register of processing activities, made from the settings."""
    here, settings = scope(request), request.config_dict[SETTINGS]
    values = {
        "settings": settings,
        "record_days": KEPT.days,
        "own_mail_server": settings.smtp_url_for(here.portal.id) is not None,
        "postgresql": not here.database.is_sqlite,
    }
    return show(request, "register.html", values)


async def show_record(request: web.Request) -> web.Response:
    """Show who logged in, read, changed, revealed, exported or erased what."""
    here, query = scope(request), request.query
    after, kind, person = (query.get(name, "") for name in ("after", "kind", "person"))
    before = checked_number(after) if after else None
    number = checked_number(person) if person else None
    async with here.database.read() as session:
        rows = await latest(session, here.portal.id, before, _PAGE + 1, action=kind, user_id=number)
        staff_names = await names(session)
        people = await members(session, here.portal.id)
    values = {
        "rows": [
            (row, author(row, staff_names), subject_of(row, staff_names)) for row in rows[:_PAGE]
        ],
        "details": {row.id: detail_of(row, staff_names) for row in rows},
        "after": rows[_PAGE - 1].id if len(rows) > _PAGE else "",
        "actions": ACTIONS,
        "people": people,
        "kind": kind,
        "person": person,
        "filters": urlencode({"kind": kind, "person": person}),
    }
    return show(request, "record.html", values)


async def _record(here: Scope, action: str, address: str) -> None:
    key = fingerprint(address, here.secret_key)
    await record_now(here.database, Entry(here.staff.id, here.portal.id, action, key))


def _page(request: web.Request, *, fault: str = "", result: str = "") -> web.Response:
    values: dict[str, Any] = {"fault": fault, "result": result}
    if fault:
        values["typed"] = form(request)
    return show(request, "person.html", values, status=400 if fault else 200)
