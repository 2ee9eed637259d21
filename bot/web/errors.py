"""Turns errors into JSON bodies with a sentence in French: nothing fails in silence."""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.ground.clock import in_words
from bot.ground.db import DatabaseGone
from bot.ground.errors import LimitReached, TokenRefused, TurnFailed, WrongPortal

logger = logging.getLogger(__name__)

RETRY_AFTER = "3"
"""Seconds after which a message that found us busy may be sent again."""

DATABASE_FAULTS = (OperationalError, PoolTimeout, DatabaseGone)
"""Faults of the ground, not of the request: the same request may be taken in a moment."""

DATABASE_DOWN = "La base de données ne répond pas. Réessayez dans un instant."

_KEPT_CONTROLS = "\n\t"


def error_response(status: int, message: str) -> web.Response:
    """Return an error as JSON: `{"error": message}`."""
    return web.json_response({"error": message}, status=status)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error of an API with a status and a sentence."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or error.content_type == "application/json":
            raise
        return error_response(error.status, error.text or error.reason)
    except TokenRefused as error:
        return error_response(410, str(error))
    except LimitReached as reached:
        wait = in_words(reached.seconds)
        raise too_many(f"Trop de demandes ; réessayez dans {wait}.", reached) from None
    except WrongPortal as error:
        return error_response(409, str(error))
    except TurnFailed as error:
        response = error_response(503, f"{error} Réessayez dans un instant.")
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    except DATABASE_FAULTS:
        logger.exception("%s %s failed", request.method, request.path)
        response = error_response(503, DATABASE_DOWN)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    except Exception:
        logger.exception("%s %s failed", request.method, request.path)
        return error_response(500, "Une erreur s’est produite de notre côté. Réessayez plus tard.")


def bearer_token(request: web.Request) -> str:
    """Return the token of the request's Authorization header, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def field(body: Mapping[str, Any], name: str, *, most: int, required: bool = True) -> str:
    """Return a text field of a JSON body, without what no keyboard types and no database keeps.

    Args:
        body: The body.
        name: The field.
        most: Most characters that it may have.
        required: Whether it must be there and not be blank.

    Raises:
        web.HTTPBadRequest: If it is missing, not a text, or too long.
    """
    value = body.get(name, "")
    if not isinstance(value, str):
        raise bad_request(f"« {name} » doit être un texte.")
    value = storable(value)
    if required and not value.strip():
        raise bad_request(f"« {name} » manque ou est vide.")
    if len(value) > most:
        raise bad_request(f"« {name} » dépasse {most} caractères.")
    return value


def storable(text: str) -> str:
    """Return a text that can be written down.

    JSON can carry NUL, which PostgreSQL refuses, and halves of surrogate pairs, which have no
    encoding: a message with one could never be stored, however often it is sent again.
    """
    return "".join(
        char
        for char in text
        if char in _KEPT_CONTROLS or unicodedata.category(char) not in {"Cc", "Cs"}
    )


def too_many(message: str, reached: LimitReached) -> web.HTTPTooManyRequests:
    """Return a 429 with a JSON body that tells, as its header does, after how many seconds."""
    seconds = reached.seconds
    body = json.dumps({"error": message, "retry_after": seconds}, ensure_ascii=False)
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return web.HTTPTooManyRequests(text=body, content_type="application/json", headers=headers)


def bad_request(message: str) -> web.HTTPBadRequest:
    """Return a 400 with a JSON body."""
    return web.HTTPBadRequest(text=json.dumps({"error": message}), content_type="application/json")
