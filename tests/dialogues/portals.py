"""Both portals, and a test on each of them."""

from __future__ import annotations

import pytest

PORTALS = ("resah", "woundwo")
each_portal = pytest.mark.parametrize("portal", PORTALS)
