"""A portal's colours as a style sheet, kept readable whatever the portal chose."""

from __future__ import annotations

from collections.abc import Mapping

from actions.colours import READABLE, WHITE, contrast, expanded

_DEFAULTS = {"primary": "#1f3a5f", "accent": "#8a3324"}
_INK = "#1b1f24"


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
        colour = expanded(colours.get(name, "")) or default
        on_colour = max((WHITE, _INK), key=lambda text: contrast(text, colour))
        readable = colour if contrast(colour, WHITE) >= READABLE else _INK
        lines += [f"--{name}: {colour};", f"--on-{name}: {on_colour};"]
        lines.append(f"--{name}-text: {readable};")
    return ":root {\n  " + "\n  ".join(lines) + "\n}\n"
