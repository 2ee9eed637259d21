"""How e-mail addresses are read, compared and mended.

People paste addresses with stray spaces, brackets, `mailto:` and trailing punctuation, and type
`gmial.com`. Addresses are equal when their normal forms are: a domain beyond ASCII is stored,
compared and fingerprinted as it is read, and written in punycode (`wire_address`) only where mail
leaves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import idna
from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    ValidatedEmail,
    validate_email,
)
from rapidfuzz import distance, process

MOST_CHARACTERS = 254
"""Longest address that mail can be sent to (RFC 5321, erratum 1690)."""

_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}
# What phones, word processors and input methods put in place of an apostrophe, a hyphen or a dot.
_TYPED = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | {"\u3002": "."}
)
_AROUND = "<>()[]\"'«»“”‘’,;:.!?"
_PUNYCODE = "xn--"
_LONGEST_LABEL = 63
_LIKELY_DISTANCE = 2

# An intranet's `.local` is as good as any.
SPECIAL_USE_DOMAIN_NAMES.clear()


def normalise_address(text: str) -> str:
    """Return the form in which addresses are stored and compared.

    Compatibility characters (full-width letters, the full-width @) are folded, typographic
    apostrophes and hyphens become plain ones, every space and invisible character is dropped, then
    `mailto:`, brackets, quotes and trailing punctuation. A domain in punycode is spelled out.

    Args:
        text: An address as typed or imported.
    """
    address = text
    # What one step uncovers another may take away, as in "<mailto:<a@b.fr>>".
    while (bare := _bare(address)) != address:
        address = bare
    return address


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower().translate(_TYPED)
    address = "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE)
    while (bare := address.strip(_AROUND).removeprefix("mailto:")) != address:
        address = bare
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{_spelled_out(domain)}" if _PUNYCODE in domain else address


def _spelled_out(domain: str) -> str:
    """Return a domain with its punycode labels as they are read; a wrong one stays."""
    labels = domain.split(".")
    for number, label in enumerate(labels):
        if label.startswith(_PUNYCODE) and len(label) <= _LONGEST_LABEL:
            try:
                labels[number] = idna.decode(label)
            except UnicodeError:
                continue
    return ".".join(labels)


def is_address(text: str) -> bool:
    """Tell whether a normalised text is an address that mail may go to, 254 characters at most."""
    return _validated(text) is not None


def wire_address(text: str) -> str | None:
    """Return the form of an address that every mail server takes: ASCII, the domain in punycode.

    Args:
        text: An address, however it was typed.

    Returns:
        The address, or None when it is none or its local part is beyond ASCII.
    """
    valid = _validated(normalise_address(text))
    return valid.ascii_email if valid else None


def _validated(text: str) -> ValidatedEmail | None:
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None


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
