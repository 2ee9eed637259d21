"""How well colours can be told apart, by WCAG 2.2."""

from __future__ import annotations

import re

WHITE = "#ffffff"
READABLE = 4.5
"""The least contrast at which a text can be read (WCAG 2.2 criterion 1.4.3)."""

_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def expanded(colour: str) -> str | None:
    """Return a #rgb or #rrggbb colour as #rrggbb, or None where it is neither."""
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        return None
    digits = match[1].lower()
    return f"#{digits if len(digits) == 6 else ''.join(digit * 2 for digit in digits)}"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #rrggbb colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
