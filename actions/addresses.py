"""How e-mail addresses are read, compared and mended.

People paste addresses with stray spaces, brackets, `mailto:` and trailing punctuation, and type
`gmial.com`. Addresses are equal when their normal forms are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import distance, process

_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}
_ADDRESS = re.compile(r"[^@]+@[^@.]+(?:\.[^@.]+)+")
_AROUND = "<>()[]\"'«»“”‘’,;:.!?"
_LIKELY_DISTANCE = 2


def normalise_address(text: str) -> str:
    """Return the form in which addresses are compared.

    Compatibility characters (full-width letters, the full-width @) are folded, every space and
    invisible character is dropped, then `mailto:`, brackets, quotes and trailing punctuation.

    Args:
        text: An address as typed or imported.
    """
    address = text
    # What one step uncovers another may take away, as in "<mailto:<a@b.fr>>".
    while (bare := _bare(address)) != address:
        address = bare
    return address


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE)
    return visible.strip(_AROUND).removeprefix("mailto:")


def is_address(text: str) -> bool:
    """Tell whether a normalised text has the form of an address."""
    return bool(_ADDRESS.fullmatch(text)) and ".." not in text


def likely_address(address: str, domains: Iterable[str]) -> str | None:
    """Propose the address with the domain that was likely meant.

    Args:
        address: A normalised address.
        domains: The domains to propose from.

    Returns:
        The address with the closest of the domains when it is a small slip away, or None when
        the domain is one of them already or resembles none.
    """
    local, _, domain = address.rpartition("@")
    candidates = [candidate.casefold() for candidate in domains]
    if not local or domain in candidates:
        return None
    # Damerau counts a swap of neighbours ("gmial") as one slip.
    best = process.extractOne(
        domain,
        candidates,
        scorer=distance.DamerauLevenshtein.distance,
        score_cutoff=min(_LIKELY_DISTANCE, max(1, len(domain) // 4)),
    )
    return f"{local}@{best[0]}" if best else None


def mask_address(address: str) -> str:
    """Return an address with most of its local part hidden, for logs."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if local else "…"
