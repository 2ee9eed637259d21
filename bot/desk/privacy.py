"""Addresses as the console shows and compares them: masked, or as a fingerprint."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection

from bot.content.live import Portal
from bot.french.address_scanner import Found, replace_addresses, whole_addresses
from bot.ground.addresses import mask_address, normalise_address

_AROUND = " <>()[]\"'«»“”‘’,;:.!?"
_FINGERPRINT_LENGTH = 32


def mask_addresses(text: str, ours: Collection[str] = ()) -> str:
    """Return a text with every e-mail address masked, as in `c…@chu-exemple.example`.

    Whatever the assistant reads as an address is masked, spelled out in words as well, and what
    only looks like one.

    Args:
        text: The text.
        ours: Normalised addresses that stay, such as a region's mailbox, which is nobody's.
    """

    def masked(found: Found) -> str:
        typed = text[found.start : found.end]
        return typed if found.whole and found.value in ours else mask_address(found.value)

    return replace_addresses(text, masked)


def addresses_of(portal: Portal) -> frozenset[str]:
    """Return a portal's own addresses, normalised: sender, mailbox and its regions' mailboxes."""
    own = (portal.sender, portal.answers, *(region.mailbox for region in portal.regions))
    return frozenset(map(normalise_address, filter(None, own)))


def addresses_in(text: str) -> list[str]:
    """Return the normal forms of the addresses in a text, each once."""
    return whole_addresses(text)


def is_one_address(text: str) -> bool:
    """Tell whether a text is one address and nothing else."""
    alone = not replace_addresses(text, lambda _: "").strip(_AROUND)
    return alone and len(whole_addresses(text)) == 1


def fingerprint(address: str, secret_key: str) -> str:
    """Return what stands for an address where the address itself must not.

    Args:
        address: However it was typed.
        secret_key: The installation's; without it nobody can try addresses out.
    """
    normal = normalise_address(address)
    digest = hmac.new(secret_key.encode(), f"address:{normal}".encode(), hashlib.sha256)
    return digest.hexdigest()[:_FINGERPRINT_LENGTH]


class Anonymous:
    """Replaces what points to a person in a conversation, the same thing by the same thing.

    Addresses become `personne1@exemple.example`, telephone and other long numbers lose their
    digits, and what follows "je m’appelle" or "je suis M." becomes a common first name.
    """

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return a text with all of that replaced."""
        text = replace_addresses(text, lambda found: self.address(found.value))
        text = _NUMBER.sub(lambda match: re.sub(r"\d", "0", match.group()), text)
        return _NAME.sub(lambda match: f"{match['before']}{_NOBODY}", text)

    def address(self, address: str) -> str:
        """Return what stands for an address."""
        normal = normalise_address(address)
        number = len(self.addresses) + 1
        return self.addresses.setdefault(normal, f"personne{number}@exemple.example")


_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ .-]?\d){5,}(?!\w)|(?<!\w)[A-Za-z]{0,4}-?\d{4,}(?!\w)")
_NAME = re.compile(
    r"(?P<before>\b(?:je m['’ ]?appelle|mon nom(?: est|\s*:)|je suis (?:m\.|mr|mme|monsieur|madame"
    r"|docteur|dr)|(?:m\.|mr|mme|monsieur|madame|dr|docteur)(?=\s+[A-ZÉÈ]))\s+)"
    r"[^\W\d_][\w’'-]*(?:\s+[A-ZÉÈÀÇÎÔ][\w’'-]*)*",
    re.IGNORECASE,
)
_NOBODY = "Dominique"
