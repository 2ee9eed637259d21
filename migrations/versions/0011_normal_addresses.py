"""Brings stored addresses to their present normal form, under which they are looked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.ground.addresses import normalise_address

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ACCOUNTS = sa.table(
    "accounts", *(sa.column(name) for name in ("id", "portal", "login", "email", "address"))
)
_CONTACTS = ("tickets", "ticket_entries")


def upgrade() -> None:
    """Apply the change."""
    _renew_accounts()
    for name in _CONTACTS:
        table = sa.table(name, sa.column("id"), sa.column("contact"))
        rows = op.get_bind().execute(sa.select(table).where(table.c.contact != ""))
        for number, contact in rows.all():
            if (normal := normalise_address(contact)) != contact:
                op.execute(table.update().where(table.c.id == number).values(contact=normal))


def downgrade() -> None:
    """Take the change back: nothing to do, since each form names the same mailbox."""


def _renew_accounts() -> None:
    rows = op.get_bind().execute(sa.select(_ACCOUNTS).order_by(_ACCOUNTS.c.id)).all()
    taken = {(row.portal, row.address, row.login) for row in rows}
    for row in rows:
        normal = normalise_address(row.address)
        # Where both forms were imported, the one that is found already is the later one.
        if normal == row.address or (row.portal, normal, row.login) in taken:
            continue
        taken.add((row.portal, normal, row.login))
        op.execute(
            _ACCOUNTS.update()
            .where(_ACCOUNTS.c.id == row.id)
            .values(address=normal, email=normalise_address(row.email))
        )
