"""The widget: one script that any site may embed, with the chat in it."""

from __future__ import annotations

from aiohttp import web

from bot.web.widget.bundle import Asset, script, style


def add_widget(app: web.Application) -> None:
    """Mount the script and, for browsers that do not build style sheets in scripts, its style."""
    app.router.add_get("/widget.js", lambda request: _serve(request, script(), "text/javascript"))
    app.router.add_get("/widget.css", lambda request: _serve(request, style(), "text/css"))


async def _serve(request: web.Request, asset: Asset, content_type: str) -> web.Response:
    headers = {
        # The address stays the same in other people's pages, so browsers ask whether it changed.
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Timing-Allow-Origin": "*",
        "ETag": f'"{asset.version}"',
        "Vary": "Accept-Encoding",
    }
    if request.if_none_match and asset.version in {tag.value for tag in request.if_none_match}:
        return web.Response(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return web.Response(
            body=asset.packed, content_type=content_type, charset="utf-8", headers=headers
        )
    return web.Response(
        text=asset.text, content_type=content_type, charset="utf-8", headers=headers
    )


__all__ = ["add_widget"]
