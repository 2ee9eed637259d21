"""A portal's colours as a style sheet, kept readable whatever the portal chose."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_DEFAULTS = {"primary": "#1f3a5f", "accent": "#8a3324"}
_INK = "#1b1f24"
_WHITE = "#ffffff"
_READABLE = 4.5


def theme_css(colours: Mapping[str, str]) -> str:
    """Return the custom properties that the pages' style sheet uses.

    Args:
        colours: `primary` and `accent` of portal.yml, as #rgb or #rrggbb; one that is missing or
            malformed is replaced by a default.

    Returns:
        For each colour the colour itself, the colour of a text on it, and a form of it that can
        be read on white (contrast of 4.5 at least, WCAG 2.2 criterion 1.4.3).
    """
    lines = []
    for name, default in _DEFAULTS.items():
        colour = _expanded(colours.get(name, "")) or default
        on_colour = max((_WHITE, _INK), key=lambda text: contrast(text, colour))
        readable = colour if contrast(colour, _WHITE) >= _READABLE else _INK
        lines += [f"--{name}: {colour};", f"--on-{name}: {on_colour};"]
        lines.append(f"--{name}-text: {readable};")
    return ":root {\n  " + "\n  ".join(lines) + "\n}\n"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #rrggbb colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _expanded(colour: str) -> str | None:
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        return None
    digits = match[1].lower()
    return f"#{digits if len(digits) == 6 else ''.join(digit * 2 for digit in digits)}"
