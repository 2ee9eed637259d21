"""How fast messages come and conversations are read: refused early, with when to come back.

A refused request costs one short read and is not counted: whoever waits as told gets through.
"""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot.content.live import Portal
from bot.ground.clock import in_words
from bot.ground.errors import LimitReached
from bot.ground.limits import (
    HISTORY_PER_CONVERSATION,
    HISTORY_PER_NETWORK,
    SESSIONS_PER_NETWORK,
    Limit,
    spend_now,
)
from bot.web.errors import too_many
from bot.web.keys import DATABASE, SETTINGS
from bot.web.network import client_network

_MINUTE = timedelta(minutes=1)
_SERVER = 10
"""A portal's server stands for all its users: so many times what one network may send."""


async def pace_messages(
    request: web.Request, portal: Portal, conversation: str, *, server: bool = False
) -> None:
    """Count a message, or refuse it.

    Args:
        request: What brings it.
        portal: Says the sentence of a refusal.
        conversation: The name of the conversation.
        server: Whether it comes through an integrator's server.

    Raises:
        web.HTTPTooManyRequests: If conversation or network sent too many in a minute.
    """
    settings = request.config_dict[SETTINGS]
    network = client_network(request)
    of_network = Limit("message_network", settings.messages_per_network, _MINUTE)
    if server:
        of_network = Limit("message_server", settings.messages_per_network * _SERVER, _MINUTE)
    of_conversation = Limit("message", settings.messages_per_conversation, _MINUTE, "conversation")
    try:
        await spend_now(
            request.config_dict[DATABASE], (of_conversation, conversation), (of_network, network)
        )
    except LimitReached as reached:
        wait = in_words(reached.seconds)
        said = portal.say(f"limits.messages.{reached.scope}", wait=wait)
        raise too_many(said, reached) from None


async def pace_history(request: web.Request, portal: Portal, conversation: str) -> None:
    """Count a reading of a conversation, or refuse it.

    Raises:
        web.HTTPTooManyRequests: If conversation or network was read too often in a minute.
    """
    try:
        await spend_now(
            request.config_dict[DATABASE],
            (HISTORY_PER_CONVERSATION, conversation),
            (HISTORY_PER_NETWORK, client_network(request)),
        )
    except LimitReached as reached:
        wait = in_words(reached.seconds)
        said = portal.say(f"limits.history.{reached.scope}", wait=wait)
        raise too_many(said, reached) from None


async def pace_sessions(request: web.Request, portal: Portal) -> None:
    """Count a new conversation, or refuse it.

    Raises:
        web.HTTPTooManyRequests: If too many were begun from this network in an hour.
    """
    try:
        await spend_now(
            request.config_dict[DATABASE], (SESSIONS_PER_NETWORK, client_network(request))
        )
    except LimitReached as reached:
        said = portal.say("limits.sessions", wait=in_words(reached.seconds))
        raise too_many(said, reached) from None
