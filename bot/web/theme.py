"""A portal's colours, kept readable on light and on dark whatever the portal chose."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ground.colours import READABLE, WHITE, contrast, expanded

_DEFAULTS = {"primary": "#1f3a5f", "accent": "#8a3324"}
_INK = "#1a1d21"
_BLACK = "#000000"
_GROUNDS = {
    "light": ((WHITE, "#f3f4f6"), READABLE),
    "dark": (("#181b20", "#252a31"), 6.0),
}
"""The papers that texts stand on, as the style sheets have them, with the contrast wanted there."""

_FULL = 255
_STEPS = 20


def palette(colours: Mapping[str, str]) -> dict[str, str]:
    """Return the colours that the widget and the pages use, by name.

    Args:
        colours: `primary` and `accent` of portal.yml, as #rgb or #rrggbb; one that is missing or
            malformed is replaced by a default.

    Returns:
        For light and for dark: `primary`, `on-primary` for a text on it, `link` (primary as it can
        be read on paper) and `accent` (likewise); each with a contrast of 4.5 at least (WCAG 2.1
        criterion 1.4.3).
    """
    primary, accent = (expanded(colours.get(name, "")) or _DEFAULTS[name] for name in _DEFAULTS)
    on_primary = max((WHITE, _BLACK), key=lambda text: contrast(text, primary))
    found = {}
    for scheme, (grounds, wanted) in _GROUNDS.items():
        found[f"primary-{scheme}"] = primary
        found[f"on-primary-{scheme}"] = on_primary
        found[f"link-{scheme}"] = _readable(primary, grounds, wanted)
        found[f"accent-{scheme}"] = _readable(accent, grounds, wanted)
    return found


def theme_css(colours: Mapping[str, str]) -> str:
    """Return the custom properties that the pages' style sheets use, for light and for dark."""
    lines = [f"--{name}: {colour};" for name, colour in palette(colours).items()]
    return ":root {\n  " + "\n  ".join(lines) + "\n}\n"


def _readable(colour: str, grounds: tuple[str, ...], wanted: float) -> str:
    """Return a colour, moved towards ink or white until a text in it can be read."""
    towards = _INK if contrast(grounds[0], WHITE) < contrast(grounds[0], _INK) else WHITE
    for step in range(_STEPS + 1):
        mixed = _mixed(colour, towards, step / _STEPS)
        if min(contrast(mixed, ground) for ground in grounds) >= wanted:
            return mixed
    return towards


def _mixed(one: str, other: str, share: float) -> str:
    channels = (
        round(int(one[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{min(channel, _FULL):02x}" for channel in channels)
