"""The demo portal: plays the business portal, so that the story can be lived on one machine.

It stands for a system that is not ours: it keeps passwords of its own, and redeems reset tokens
over HTTP as a real portal's back end would.
"""

from __future__ import annotations

from aiohttp import web


def add_demo(app: web.Application) -> None:
    """Mount the demo portal; it answers 404 where the demo is off."""
    # Imported here: migrations read this package's table, and should not load Rasa for it.
    from bot.web.demo.routes import mount
    from bot.web.demo.site import only_the_demo

    app.middlewares.append(only_the_demo)
    mount(app)


__all__ = ["add_demo"]
