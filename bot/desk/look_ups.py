"""Under which limits an address or a customer number is looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.ground.limits import (
    CHECKS_PER_CONVERSATION,
    CHECKS_PER_NETWORK,
    CHECKS_PER_PORTAL,
    NUMBERS_PER_CONVERSATION,
    NUMBERS_PER_NETWORK,
    NUMBERS_PER_PORTAL,
    Limit,
    Use,
)
from bot.ground.settings import current_settings

LookUp = Literal["address", "number"]

_LIMITS = {
    "address": (CHECKS_PER_CONVERSATION, CHECKS_PER_NETWORK, CHECKS_PER_PORTAL),
    "number": (NUMBERS_PER_CONVERSATION, NUMBERS_PER_NETWORK, NUMBERS_PER_PORTAL),
}


def uses_of(what: LookUp, conversation_id: str, network: str, portal: str) -> list[Use]:
    """Return the limits towards which one look-up counts.

    Args:
        what: What is looked up; addresses and numbers are counted apart.
        conversation_id: The conversation that asks.
        network: The opaque name of its network, or an empty text where none is known.
        portal: Whose accounts.
    """
    settings = current_settings()
    conversation, from_network, of_portal = _LIMITS[what]
    uses = [
        (conversation, conversation_id),
        (_at_most(of_portal, settings.checks_per_portal), portal),
    ]
    if network:
        uses.append((_at_most(from_network, settings.checks_per_network), network))
    return uses


def _at_most(limit: Limit, most: int) -> Limit:
    """Return a limit with another figure, noticed from the same part of it on."""
    return replace(limit, most=most, notice=max(1, limit.notice * most // limit.most))
