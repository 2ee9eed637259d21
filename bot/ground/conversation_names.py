"""Names the conversations of integrators: one sender on two portals is two conversations."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from bot.ground.errors import GuichetError

MOST_ID = 90
"""Characters of a sender's or a message's id; with what a turn adds they name a mail in 200."""

_MOST_NAME = 98
_DIGEST = 32
_KEYS = frozenset({"portal", "message_id"})
_SHOWN = 40


class BadMetadata(GuichetError):
    """A message came with a parameter that would be ignored; the sentence names it."""


def conversation_name(portal: str, sender: str) -> str:
    """Return the name under which a sender's conversation with a portal is kept.

    The portal stands in front, so that no sender can be written which names another portal's
    conversation, or one of the widget, whose names hold no colon.

    Args:
        portal: The portal's id.
        sender: The integrator's own id; a long one stands as its digest.
    """
    name = f"{portal}:{sender}"
    if len(name) > _MOST_NAME:
        name = f"{portal}:{hashlib.sha256(sender.encode()).hexdigest()[:_DIGEST]}"
    return name


def read_metadata(metadata: object, portals: Mapping[str, Any], default: str) -> tuple[str, str]:
    """Read what an integrator says about a message.

    Args:
        metadata: As it came; None where there is none.
        portals: The portals that there are.
        default: The portal where none is named.

    Returns:
        The portal and the message's id, which is empty where none was given.

    Raises:
        BadMetadata: If something in it is unknown or of the wrong type, and would be ignored.
    """
    if metadata is None:
        return default, ""
    if not isinstance(metadata, dict):
        raise BadMetadata("« metadata » doit être un objet.")
    refuse_unknown(metadata, _KEYS, "« metadata » ne connaît pas")
    for name, value in metadata.items():
        if not isinstance(value, str) or not value.strip():
            raise BadMetadata(f"« {name} » doit être un texte, et n’être pas vide.")
    portal, message_id = metadata.get("portal", default), metadata.get("message_id", "")
    if portal not in portals:
        raise BadMetadata(f"Le portail « {_shown(portal)} » n’existe pas.")
    if len(message_id) > MOST_ID:
        raise BadMetadata(f"« message_id » dépasse {MOST_ID} caractères.")
    return portal, message_id


def refuse_misplaced(body: Mapping[Any, Any]) -> None:
    """Refuse what stands beside the message but is read from its metadata only.

    Raises:
        BadMetadata: If the body holds such a name.
    """
    for name in sorted(_KEYS.intersection(body)):
        raise BadMetadata(f"« {name} » doit être dans « metadata ».")


def refuse_unknown(body: Mapping[Any, Any], known: frozenset[str], sentence: str) -> None:
    """Refuse what would be ignored.

    Args:
        body: What came.
        known: The names that are read.
        sentence: Begins what the sender is told.

    Raises:
        BadMetadata: If the body holds another name.
    """
    for name in body:
        if name not in known:
            names = ", ".join(f"« {one} »" for one in sorted(known))
            raise BadMetadata(f"{sentence} « {_shown(str(name))} », seulement {names}.")


def _shown(text: str) -> str:
    """Return a foreign text as it may stand in a sentence."""
    return re.sub(r"[^\w.:@ -]", "?", text[:_SHOWN])
