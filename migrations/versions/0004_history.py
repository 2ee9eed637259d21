"""Finds what was done with one ticket or conversation without reading the whole record."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_index("ix_staff_actions_subject", "staff_actions", ["portal", "subject"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_staff_actions_subject", table_name="staff_actions")
