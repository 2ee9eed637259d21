"""Until when a ticket's first answer was promised, and what erased tickets counted.

Tickets of before get what their portals promise now, once: what a portal promises later is not held
against them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.content.live import current_content
from bot.ground.db import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MEASURES = ("tickets", "answered", "kept", "broken", "minutes")
_TICKETS = sa.table(
    "tickets",
    sa.column("id"),
    sa.column("portal"),
    sa.column("created_at", Moment),
    sa.column("first_due_at", Moment),
)


def upgrade() -> None:
    """Apply the change."""
    # Before anything is changed, since it reads the portals' files.
    promised = _promised()
    for name in _MEASURES:
        op.add_column(
            "daily_counts", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column("tickets", sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True))
    if promised:
        op.get_bind().execute(
            _TICKETS.update()
            .where(_TICKETS.c.id == sa.bindparam("key"))
            .values(first_due_at=sa.bindparam("due")),
            promised,
        )
    op.create_index(
        "ix_tickets_promise",
        "tickets",
        ["portal", "created_at", "answered_at", "first_due_at", "state"],
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_tickets_promise", "tickets")
    op.drop_column("tickets", "first_due_at")
    for name in reversed(_MEASURES):
        op.drop_column("daily_counts", name)


def _promised() -> list[dict[str, object]]:
    rows = op.get_bind().execute(sa.select(_TICKETS.c.id, _TICKETS.c.portal, _TICKETS.c.created_at))
    values: list[dict[str, object]] = []
    for number, name, created in rows.all():
        portal = current_content().portals.get(name)
        if portal is not None and portal.promise is not None:
            values.append({"key": number, "due": portal.promise.due(created)})
    return values
