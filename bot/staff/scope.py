"""What somebody with a role on a portal may see there: each query of theirs adds the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from sqlalchemy import Select, select

from bot.content.live import Portal, Region
from bot.ground.db import Database
from bot.staff.sessions import Staff
from bot.staff.tables import ROLES

Row = TypeVar("Row")


Least = Literal["anyone", "half", "self", "reader", "agent", "admin"]
"""Who may use a route: anyone; who typed the password; who is logged in; who has a role."""


@dataclass(frozen=True)
class Scope:
    """One portal, as somebody with a role on it may see it."""

    staff: Staff
    portal: Portal
    role: str
    database: Database
    secret_key: str

    def may(self, role: str) -> bool:
        """Tell whether they have at least a role here."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def select(self, table: type[Row]) -> Select[tuple[Row]]:
        """Return a query of a table's rows that belong to the portal."""
        return select(table).where(table.portal == self.portal.id)  # type: ignore[attr-defined]

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions whose tickets are theirs; all of the portal's where none was named."""
        mine = self.staff.regions.get(self.portal.id) or ()
        return tuple(r for r in self.portal.regions if r.id in mine) or self.portal.regions
