"""Forms with files: only the routes that take them read more than a form's texts."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.desk.ticket_files import MOST_FILE_BYTES, NewFile

MULTIPART = "multipart/form-data"
MOST_FILES = 5

_MOST_BODY = 3 * MOST_FILE_BYTES
"""More than is taken, so that a form with too large a file is read, and its text comes back."""

_PATIENCE = 6
"""How much longer than others such a form may take to arrive."""

_TOO_MUCH = "Les fichiers dépassent 10 Mo en tout."
_taking: set[Handler] = set()


def takes_files(handler: Handler) -> Handler:
    """Mark a handler whose form may hold files."""
    _taking.add(handler)
    return handler


def brings_files(request: web.Request) -> bool:
    """Tell whether a request is such a form, for a handler that takes it."""
    return request.content_type == MULTIPART and request.match_info.handler in _taking


async def read_upload(request: web.Request, seconds: float) -> web.Request:
    """Read a form with files.

    Args:
        request: The request, of which nothing was read yet.
        seconds: How long other forms may take.

    Returns:
        The same request, with its form read.

    Raises:
        asyncio.TimeoutError: If it does not come in time.
        web.HTTPRequestEntityTooLarge: If it is too long even for files.
        ValueError: If it cannot be read.
    """
    larger = request.clone(client_max_size=_MOST_BODY)
    await asyncio.wait_for(larger.post(), seconds * _PATIENCE)
    return larger


async def posted_texts(request: web.Request) -> list[tuple[str, str]]:
    """Return the texts of a form with files, as they were sent."""
    posted = await request.post()
    names = {name for name, value in posted.items() if isinstance(value, web.FileField)}
    # A field for files that was left empty comes as an empty text.
    return [
        (name, value)
        for name, value in posted.items()
        if isinstance(value, str) and name not in names
    ]


async def posted_files(request: web.Request) -> list[NewFile]:
    """Return the files of a form; none where it is no form with files."""
    if not brings_files(request):
        return []
    return [
        NewFile(field.filename, field.content_type, field.file.read())
        for field in (await request.post()).values()
        if isinstance(field, web.FileField)
    ]


def fault_of(files: list[NewFile]) -> str:
    """Return why files cannot be taken, as a sentence; empty where they can."""
    if len(files) > MOST_FILES:
        return f"Pas plus de {MOST_FILES} fichiers à la fois."
    if sum(len(file.data) for file in files) > MOST_FILE_BYTES:
        return _TOO_MUCH
    return ""
