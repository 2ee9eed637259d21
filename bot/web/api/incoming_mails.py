"""`POST /mails/incoming`: a mail server hands over what came for a portal's mailbox, mail by mail.

A 4xx other than 429 means that the same mail will never be taken; after a 429 or a 5xx it may be
handed over again, and is taken once however often it comes.
"""

from __future__ import annotations

from aiohttp import web

from bot.desk.incoming.parts import MOST_BYTES
from bot.ground.conversation_names import BadMetadata, refuse_unknown
from bot.web.edge import read_long
from bot.web.errors import bad_request
from bot.web.keys import CONTENT, INTAKE, SENDER

_TYPE = "message/rfc822"
_QUERY = frozenset({"portal"})


async def take_mail(request: web.Request) -> web.Response:
    """Take one mail, and tell what was done with it."""
    if request.content_type != _TYPE:
        raise web.HTTPUnsupportedMediaType(text=f"Le mail doit être envoyé en {_TYPE}.")
    try:
        refuse_unknown(request.query, _QUERY, "L’adresse ne connaît pas")
    except BadMetadata as error:
        raise bad_request(str(error)) from None
    name = request.query.get("portal", "")
    portal = request.config_dict[CONTENT].portals.get(name)
    if portal is None:
        raise bad_request(
            f"Le portail « {name} » n’existe pas." if name else "« portal » manque dans l’adresse."
        )
    raw = await read_long(request, MOST_BYTES)
    if not raw.strip():
        raise bad_request("Le mail est vide.")
    taken = await request.config_dict[INTAKE].take(raw, portal)
    request.config_dict[SENDER].wake()
    return web.json_response(
        {"outcome": taken.outcome, "kind": taken.kind, "reference": taken.reference or None},
        status=201 if taken.outcome in {"added", "opened"} else 200,
    )
