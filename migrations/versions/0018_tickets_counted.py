"""Until when a ticket's first answer was promised, and what erased tickets counted.

Tickets of before get their promise at the next start: it stands in the portal's files.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MEASURES = ("tickets", "answered", "kept", "broken", "minutes")


def upgrade() -> None:
    """Apply the change."""
    for name in _MEASURES:
        op.add_column(
            "daily_counts", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column("tickets", sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True))
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
