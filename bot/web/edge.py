"""What every request passes first: nothing that comes over the wire is taken as it is.

A body is read whole, in a bounded time, before anything looks at it; what cannot be read, decoded
or stored is refused here with a sentence, so that no handler meets it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.web.errors import bad_request, storable
from bot.web.keys import SETTINGS
from bot.web.proxies import notice
from bot.web.uploads import brings_files, posted_texts, read_upload

_reading_themselves: set[Handler] = set()

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 100
_PATIENCE = 6
"""How much longer than others a long body may take to arrive."""

_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})

_UNREADABLE = "Le corps de la requête ne peut pas être lu."
_TOO_LONG = "Le corps de la requête est trop long."
_TOO_SLOW = "Le corps de la requête n’est pas arrivé à temps."
_BAD_ADDRESS = "L’adresse contient des caractères qui ne peuvent pas être lus."
_BAD_ENCODING = "Le formulaire doit être envoyé en UTF-8, comme par nos pages."
_BAD_FORM = "Le formulaire ne peut pas être lu."
_TWICE = "Le corps de la requête donne deux fois le même champ."
_NO_OBJECT = "Le corps de la requête doit être un objet JSON."


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take a request's address and body, or refuse it.

    Raises:
        web.HTTPBadRequest: If address or body cannot be read.
        web.HTTPRequestTimeout: If the body does not come in time.
        web.HTTPRequestEntityTooLarge: If it is too long.
    """
    settings = request.config_dict[SETTINGS]
    notice(request.remote, request.headers.getall("X-Forwarded-For", []), settings)
    if not _all_storable((request.path, *request.match_info.values(), *_flat(request.query))):
        raise web.HTTPBadRequest(text=_BAD_ADDRESS)
    if request.can_read_body and request.match_info.handler not in _reading_themselves:
        try:
            if brings_files(request):
                request = await read_upload(request, settings.request_seconds)
            else:
                await asyncio.wait_for(request.read(), settings.request_seconds)
        except asyncio.TimeoutError:
            raise web.HTTPRequestTimeout(text=_TOO_SLOW) from None
        except web.HTTPRequestEntityTooLarge:
            most = request.client_max_size
            raise web.HTTPRequestEntityTooLarge(most, text=_TOO_LONG) from None
        except (web.RequestPayloadError, HttpProcessingError, ValueError):
            raise web.HTTPBadRequest(text=_UNREADABLE) from None
    return await handler(request)


def reads_itself(handler: Handler) -> Handler:
    """Mark a handler that reads its request's body itself, once it knows who sends it."""
    _reading_themselves.add(handler)
    return handler


async def read_long(request: web.Request, most: int) -> bytes:
    """Return the body of a request whose handler reads it itself.

    Args:
        request: The request.
        most: Most bytes that are taken.

    Raises:
        web.HTTPBadRequest: If it cannot be read.
        web.HTTPRequestTimeout: If it does not come in time.
        web.HTTPRequestEntityTooLarge: If it is too long.
    """
    seconds = request.config_dict[SETTINGS].request_seconds * _PATIENCE
    try:
        return await asyncio.wait_for(request.clone(client_max_size=most).read(), seconds)
    except asyncio.TimeoutError:
        raise web.HTTPRequestTimeout(text=_TOO_SLOW) from None
    except web.HTTPRequestEntityTooLarge:
        raise web.HTTPRequestEntityTooLarge(most, text=_TOO_LONG) from None
    except (web.RequestPayloadError, HttpProcessingError):
        raise web.HTTPBadRequest(text=_UNREADABLE) from None


async def read_json(request: web.Request) -> Mapping[str, Any]:
    """Return the request's JSON object.

    Raises:
        web.HTTPBadRequest: If the body is not a JSON object, or gives a field twice.
        web.HTTPUnsupportedMediaType: If it does not say that it is JSON.
    """
    if request.content_type != "application/json":
        # A page of any site may send other types without being asked whether it may.
        raise web.HTTPUnsupportedMediaType(text="Le corps doit être envoyé en application/json.")
    try:
        body = json.loads((await request.read()).decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise bad_request(_NO_OBJECT) from None
    if not isinstance(body, dict):
        raise bad_request(_NO_OBJECT)
    return body


async def read_form(request: web.Request) -> dict[str, str]:
    """Return the texts of a posted form, as far as a database can keep them.

    Raises:
        web.HTTPBadRequest: If they cannot be decoded, are too many, or one is given twice.
        web.HTTPUnsupportedMediaType: If it is no form as our pages send it.
    """
    if brings_files(request):
        return _form_of(await posted_texts(request))
    body = await request.read()
    if not body:
        return {}
    if request.content_type != _FORM or (request.charset or "utf-8").lower() not in _UTF_8:
        raise web.HTTPUnsupportedMediaType(text=_BAD_ENCODING)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise web.HTTPBadRequest(text=_BAD_FORM) from None
    return _form_of(pairs)


def _form_of(pairs: list[tuple[str, str]]) -> dict[str, str]:
    form = {
        name: storable(value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in pairs
    }
    if len(form) < len(pairs):
        raise web.HTTPBadRequest(text=_TWICE)
    return form


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object whose names are all different: readers disagree on which one counts.

    Raises:
        web.HTTPBadRequest: If one is given twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise bad_request(_TWICE)
    return found


def _flat(query: Mapping[str, str]) -> Iterable[str]:
    for name, value in query.items():
        yield name
        yield value


def _all_storable(texts: Iterable[str]) -> bool:
    return all(storable(text) == text for text in texts)
