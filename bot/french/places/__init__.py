"""Finds the région, or the country, that the writer of a message is in."""

from __future__ import annotations

from bot.french.places.model import Place, PlaceAnswer
from bot.french.places.resolve import find_place

__all__ = ["Place", "PlaceAnswer", "find_place"]
