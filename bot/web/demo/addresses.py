"""How the demo portal's address field reacts, as the portals' help texts describe it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.accounts import Account, SqlAccountStore
from bot.ground.addresses import is_address
from bot.ground.db import Database

MOST_CHARACTERS = 320

_KNOWN = "Adresse reconnue"
_UNKNOWN = "Adresse inconnue de notre système. Vérifiez qu’il n’y a pas de faute de frappe."
_SPACES = "Adresse mal écrite\u00a0: il y a un espace avant, après ou au milieu."
_MISSPELT = "Adresse mal écrite\u00a0: elle doit avoir la forme nom@domaine.fr."


@dataclass(frozen=True)
class Reaction:
    """What the field shows.

    Attributes:
        state: `known`, `unknown` or `misspelt`; `empty` for a field without an address.
        shared: Whether several accounts share the address, so that a login is needed.
    """

    state: str
    message: str = ""
    shared: bool = False

    def to_json(self) -> dict[str, str | bool]:
        """Return the reaction for the page's script."""
        return {"state": self.state, "message": self.message, "shared": self.shared}


async def react(database: Database, portal: str, email: str) -> Reaction:
    """Return how the field reacts to an address, exactly as it was typed.

    Unlike the assistant, the portal takes no stray space for granted: its help text names that as
    a reason for a refusal.
    """
    if not email.strip():
        return Reaction("empty")
    if any(char.isspace() for char in email):
        return Reaction("misspelt", _SPACES)
    if not is_address(email):
        return Reaction("misspelt", _MISSPELT)
    accounts = await active_accounts(database, portal, email)
    if not accounts:
        return Reaction("unknown", _UNKNOWN)
    return Reaction("known", _KNOWN, shared=len(accounts) > 1)


async def active_accounts(database: Database, portal: str, email: str) -> list[Account]:
    """Return the accounts of an address that may log in."""
    if not is_address(email):
        return []
    found = await SqlAccountStore(database).find(portal, email)
    return [account for account in found if account.status == "active"]


def login_of(account: Account) -> str:
    """Return the name under which the portal knows an account, as a redeemed token gives it."""
    return account.login or account.email
