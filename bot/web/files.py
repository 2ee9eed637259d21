"""Files that people sent, handed out so that no browser takes them for a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.desk.ticket_files import NewFile

_HARMLESS = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


def as_download(file: NewFile) -> web.Response:
    """Return a file to be saved, never to be shown as a page."""
    known = file.content_type in _HARMLESS
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Type": file.content_type if known else "application/octet-stream",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.Response(body=file.data, headers=headers)
