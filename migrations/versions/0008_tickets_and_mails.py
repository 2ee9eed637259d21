"""What a ticket was told over time, which mails belong together, and codes behind its link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _add("outbox", sa.Column("thread", sa.Text(), nullable=True))
    # Not required, since SQLite would write the table anew, and drop its entries with the old one.
    _add("tickets", sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))
    _add("ticket_entries", sa.Column("region", sa.String(length=64), nullable=True))
    _add("ticket_entries", sa.Column("contact", sa.String(length=320), nullable=True))
    op.execute("UPDATE outbox SET thread = ''")
    for column in ("region", "contact"):
        op.execute(
            f"UPDATE ticket_entries SET {column} = (SELECT tickets.{column} FROM tickets"
            " WHERE tickets.id = ticket_entries.ticket_id)"
        )
    _require("outbox", "thread", sa.Text())
    _require("ticket_entries", "region", sa.String(length=64))
    _require("ticket_entries", "contact", sa.String(length=320))
    op.create_table(
        "ticket_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_codes_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_codes")),
    )
    with op.batch_alter_table("ticket_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_codes_ticket_id"), ["ticket_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("ticket_codes")
    for table, column in (
        ("ticket_entries", "contact"),
        ("ticket_entries", "region"),
        ("outbox", "thread"),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
    op.drop_column("tickets", "reopened_at")


def _add(table: str, column: sa.Column[object]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.add_column(column)


def _require(table: str, column: str, kind: sa.types.TypeEngine[object]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(column, existing_type=kind, nullable=False)
