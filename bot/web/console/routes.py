"""The console's addresses, each with the least right that it takes."""

from __future__ import annotations

from typing import NamedTuple

import aiohttp_jinja2
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.content.live import Portal
from bot.ground.moments import shown, shown_time
from bot.record.blackout import MAY_BLACK_OUT
from bot.staff.scope import Least
from bot.web.console import (
    account_views,
    blackout_views,
    conversation_views,
    login_views,
    mail_views,
    many_views,
    notice_views,
    overview_views,
    own_views,
    password_views,
    privacy_views,
    reply_views,
    report_views,
    review_views,
    saved_views,
    second_factor_views,
    ticket_views,
    user_views,
    waiting_views,
    webhook_views,
)
from bot.web.console.access import LEAST, guard
from bot.web.console.kept import PAGES, pages_of
from bot.web.console.refusals import refusals
from bot.web.keys import SETTINGS


class Route(NamedTuple):
    """One address below `/console`; one with a portal in it is that portal's staff's alone."""

    method: str
    path: str
    handler: Handler
    least: Least


_ONE = "/{portal}/conversations/{id}"
_TICKET = "/{portal}/tickets/{reference}"
_MAIL = "/{portal}/mails/{number}"
_USER = "/{portal}/users/{number}"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/login", login_views.show_login, "anyone"),
    Route("POST", "/login", login_views.check_login, "anyone"),
    Route("GET", "/lost", password_views.show_lost, "anyone"),
    Route("POST", "/lost", password_views.send_link, "anyone"),
    Route("GET", "/invitation/{token}", password_views.show_invitation, "anyone"),
    Route("POST", "/invitation/{token}", password_views.take_invitation, "anyone"),
    Route("GET", "/code", login_views.show_code, "half"),
    Route("POST", "/code", login_views.check_code, "half"),
    Route("POST", "/logout", login_views.log_out, "anyone"),
    Route("GET", "/", login_views.home, "self"),
    Route("GET", "/me", own_views.show_own, "self"),
    Route("POST", "/me/revoke", own_views.revoke_session, "self"),
    Route("POST", "/me/password", own_views.change_password, "self"),
    Route("POST", "/me/totp", second_factor_views.enable, "self"),
    Route("POST", "/me/totp/off", second_factor_views.disable, "self"),
    Route("POST", "/me/codes", second_factor_views.renew, "self"),
    Route("POST", "/me/keys", own_views.set_keys, "self"),
    Route("GET", "/me/notices", notice_views.show_choices, "self"),
    Route("POST", "/me/notices", notice_views.keep_choices, "self"),
    Route("GET", "/{portal}/", overview_views.show_overview, "reader"),
    Route("GET", "/{portal}/report", report_views.show_report, "reader"),
    Route("GET", "/{portal}/report.csv", report_views.download, "reader"),
    Route("GET", "/{portal}/report/questions", report_views.show_questions, "reader"),
    Route("GET", "/{portal}/report/opinions", report_views.show_opinions, "reader"),
    Route("GET", "/{portal}/conversations", conversation_views.show_list, "reader"),
    Route("GET", _ONE, conversation_views.show_one, "reader"),
    Route("GET", f"{_ONE}/turns", conversation_views.show_turns, "reader"),
    Route("GET", f"{_ONE}/test.yml", conversation_views.download_test, "agent"),
    Route("POST", f"{_ONE}/reveal", conversation_views.reveal, "agent"),
    Route("GET", f"{_ONE}/blackout", blackout_views.ask, MAY_BLACK_OUT),
    Route("POST", f"{_ONE}/blackout", blackout_views.take, MAY_BLACK_OUT),
    Route("POST", f"{_ONE}/note", review_views.add_note, "agent"),
    Route("POST", f"{_ONE}/tags", review_views.add_tag, "agent"),
    Route("POST", f"{_ONE}/tags/remove", review_views.remove_tag, "agent"),
    Route("POST", f"{_ONE}/assign", review_views.assign, "agent"),
    Route("POST", f"{_ONE}/review", review_views.review, "agent"),
    Route("POST", f"{_ONE}/correct", review_views.correct, "agent"),
    Route("POST", f"{_ONE}/correct/undo", review_views.take_correction_back, "agent"),
    Route("GET", "/{portal}/tickets", ticket_views.show_list, "reader"),
    Route("GET", "/{portal}/tickets/waiting", waiting_views.show_waiting, "reader"),
    Route("POST", "/{portal}/tickets", many_views.change_many, "agent"),
    Route("GET", _TICKET, ticket_views.show_one, "reader"),
    Route("POST", f"{_TICKET}/state", ticket_views.change, "agent"),
    Route("POST", f"{_TICKET}/undo", ticket_views.undo, "agent"),
    Route("POST", f"{_TICKET}/mail", ticket_views.send_again, "agent"),
    Route("POST", f"{_TICKET}/assign", ticket_views.assign, "agent"),
    Route("POST", f"{_TICKET}/move", ticket_views.move, "agent"),
    Route("POST", f"{_TICKET}/reply", reply_views.reply, "agent"),
    Route("POST", f"{_TICKET}/note", reply_views.note, "agent"),
    Route("POST", f"{_TICKET}/resend", reply_views.resend, "agent"),
    Route("POST", f"{_TICKET}/links", reply_views.revoke_links, "agent"),
    Route("GET", f"{_TICKET}/files/{{number}}", reply_views.download, "agent"),
    Route("GET", "/{portal}/replies", saved_views.show_saved, "agent"),
    Route("POST", "/{portal}/replies", saved_views.save, "agent"),
    Route("POST", "/{portal}/replies/remove", saved_views.remove, "agent"),
    Route("GET", "/{portal}/mails", mail_views.show_list, "reader"),
    Route("POST", f"{_MAIL}/retry", mail_views.retry, "agent"),
    Route("POST", f"{_MAIL}/discard", mail_views.discard, "agent"),
    Route("GET", "/{portal}/accounts", account_views.show_form, "agent"),
    Route("POST", "/{portal}/accounts", account_views.look_up, "agent"),
    Route("GET", "/{portal}/register", privacy_views.show_register, "reader"),
    Route("GET", "/{portal}/record", privacy_views.show_record, "admin"),
    Route("GET", "/{portal}/person", privacy_views.show_person, "admin"),
    Route("POST", "/{portal}/person/export", privacy_views.export, "admin"),
    Route("POST", "/{portal}/person/erase", privacy_views.erase_person, "admin"),
    Route("GET", "/{portal}/users", user_views.show_list, "admin"),
    Route("POST", "/{portal}/users", user_views.invite, "admin"),
    Route("GET", _USER, user_views.show_one, "admin"),
    Route("POST", _USER, user_views.change, "admin"),
    Route("POST", f"{_USER}/invite", user_views.invite_again, "admin"),
    Route("POST", f"{_USER}/second-factor", user_views.drop_second_factor, "admin"),
    Route("POST", f"{_USER}/disable", user_views.shut_out, "admin"),
    Route("POST", f"{_USER}/enable", user_views.reopen, "admin"),
    Route("POST", f"{_USER}/remove", user_views.take_back, "admin"),
    Route("GET", "/{portal}/webhook", webhook_views.show_page, "admin"),
    Route("POST", "/{portal}/webhook", webhook_views.keep, "admin"),
    Route("POST", "/{portal}/webhook/trial", webhook_views.send_trial, "admin"),
    Route("POST", "/{portal}/webhook/secret", webhook_views.renew_secret, "admin"),
    Route("POST", "/{portal}/webhook/calls/{number}/retry", webhook_views.retry, "admin"),
)

_NO_PAGES = frozenset(
    route.handler
    for route in ROUTES
    if route.method != "GET"
    or route.path in ("/login", "/lost", "/code", "/invitation/{token}")
    or route.path.endswith(("/turns", "/waiting", ".yml", ".csv", "/files/{number}"))
)
"""What one does not come back to after a login."""


def add_console(app: web.Application) -> None:
    """Mount the console under `/console`."""
    console = web.Application(middlewares=[refusals, guard], client_max_size=64 * 1024)
    least: dict[Handler, Least] = {}
    for route in ROUTES:
        console.router.add_route(route.method, route.path, route.handler)
        least[route.handler] = route.least
    console[LEAST] = least
    console[PAGES] = pages_of(route.path for route in ROUTES if route.handler not in _NO_PAGES)
    environment = aiohttp_jinja2.get_env(app)
    environment.filters["moment"] = shown
    environment.filters["time_of_day"] = shown_time
    environment.globals["regions_of"] = _regions_of
    app.router.add_get("/console", _add_slash)
    app.add_subapp("/console", console)


async def _add_slash(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther(f"{request.config_dict[SETTINGS].base_path}/console/")


def _regions_of(portal: Portal) -> list[tuple[str, str]]:
    return [(region.id, region.name) for region in portal.regions]
