"""Telephone numbers in a text, as people write them in France and its neighbours."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![\w+@.-])(?:\+|00|0)\d(?:[ .\-/]?\(?\d\)?){6,14}(?![\w@-])")
_FEWEST, _MOST = 9, 14


def find_phone(text: str) -> str | None:
    """Return the first telephone number of a text as it was written, or None.

    A number begins with 0 or +; one of a contract ("2019-069") or a customer does not.
    """
    for found in _NUMBER.finditer(text):
        digits = sum(sign.isdigit() for sign in found[0])
        if _FEWEST <= digits <= _MOST:
            return found[0]
    return None
