"""The question that an integrator says a text answers, read from a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.dialogue.asked import WALKS_ASKING
from bot.dialogue.tree import tree_name
from bot.web.errors import bad_request, field

_KEYS = frozenset({"portal", "topic", "step"})
_MOST = 80


def slots_of_asked(body: Mapping[str, Any], portals: Collection[str]) -> dict[str, Any] | None:
    """Return the slots of a conversation that waits at the question named under `asked`.

    Args:
        body: The request's body.
        portals: The names of the portals.

    Returns:
        None where the body names no question.

    Raises:
        aiohttp.web.HTTPBadRequest: If it names one otherwise than by portal, topic and step.
    """
    asked = body.get("asked")
    if asked is None:
        return None
    if not isinstance(asked, dict) or (unknown := sorted(set(asked) - _KEYS)):
        what = f" ; « {unknown[0]} » n’en est pas" if isinstance(asked, dict) else ""
        raise bad_request(f"« asked » attend « portal », « topic » et « step »{what}.")
    portal, topic, step = (field(asked, name, most=_MOST) for name in ("portal", "topic", "step"))
    if portal not in portals:
        raise bad_request(f"Portail inconnu : « {portal} ».")
    walk = topic if topic in WALKS_ASKING else tree_name(topic)
    frame = {"walk": walk, "step": step, "asked": 0, "data": {}}
    return {"portal": portal, "walk_stack": [frame]}
