"""A ticket becomes a thread: replies, messages and notes beside what was handed over, and files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_HANGING_ON_TICKETS = ("ticket_entries", "ticket_codes")


def upgrade() -> None:
    """Apply the change."""
    for name in ("answered_at", "links_from"):
        _add("tickets", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    _set_conversation(nullable=True)
    _add("ticket_entries", sa.Column("kind", sa.String(length=16), nullable=True))
    _add("ticket_entries", sa.Column("channel", sa.String(length=16), nullable=True))
    _add("ticket_entries", sa.Column("author_id", sa.Integer(), nullable=True))
    _add("ticket_entries", sa.Column("mail_id", sa.String(length=998), nullable=True))
    op.execute("UPDATE ticket_entries SET kind = 'handover', channel = 'chat'")
    op.execute(
        "UPDATE ticket_entries SET kind = 'withdrawal' WHERE request_key LIKE '%\\:withdrawal'"
    )
    with op.batch_alter_table("ticket_entries", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_ticket_entries_mail_id"), ["mail_id"])
    op.create_table(
        "ticket_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ticket_entries.id"],
            name=op.f("fk_ticket_files_entry_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_files")),
    )
    with op.batch_alter_table("ticket_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_files_entry_id"), ["entry_id"], unique=False)
    _tell_new_from_open()
    _tell_first_answers()


def downgrade() -> None:
    """Take the change back; of the thread only what was handed over stays."""
    op.drop_table("ticket_files")
    op.execute("DELETE FROM ticket_entries WHERE kind NOT IN ('handover', 'withdrawal')")
    op.execute("DELETE FROM tickets WHERE conversation_id IS NULL")
    op.execute("UPDATE tickets SET state = 'open' WHERE state IN ('new', 'waiting')")
    with op.batch_alter_table("ticket_entries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_ticket_entries_mail_id"), type_="unique")
        for column in ("mail_id", "author_id", "channel", "kind"):
            batch_op.drop_column(column)
    _set_conversation(nullable=False)
    op.drop_column("tickets", "links_from")
    op.drop_column("tickets", "answered_at")


def _add(table: str, column: sa.Column[object]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.add_column(column)


def _set_conversation(*, nullable: bool) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    # SQLite writes the table anew, and what hangs on its rows would go with the old one.
    for name in _HANGING_ON_TICKETS if sqlite else ():
        op.execute(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.alter_column(
            "conversation_id", existing_type=sa.String(length=128), nullable=nullable
        )
    for name in _HANGING_ON_TICKETS if sqlite else ():
        op.execute(f"INSERT INTO {name} SELECT * FROM kept_{name}")
        op.execute(f"DROP TABLE kept_{name}")


def _tell_new_from_open() -> None:
    """What nobody took and nothing reopened was not touched yet."""
    op.execute(
        "UPDATE tickets SET state = 'new'"
        " WHERE state = 'open' AND reopened_at IS NULL AND assigned_to IS NULL"
    )


def _tell_first_answers() -> None:
    """The record of the staff tells when a ticket was first marked as answered."""
    op.execute(
        "UPDATE tickets SET answered_at = (SELECT min(staff_actions.at) FROM staff_actions"
        " WHERE staff_actions.action = 'ticket' AND staff_actions.portal = tickets.portal"
        " AND staff_actions.subject = tickets.reference"
        " AND staff_actions.detail LIKE 'répondue%')"
    )
    op.execute(
        "UPDATE tickets SET answered_at = updated_at"
        " WHERE state = 'answered' AND answered_at IS NULL"
    )
