"""Counts by day for the report, where messages stand that were not understood, hours of beginning.

What was called handed over though only a contact was shown gets its own name. The counts themselves
are made at the next start, since they can be made anew at any time.
"""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MEASURES = (
    "conversations", "messages", "lost", "not_understood", "solved", "handed_over", "left",
    "liked", "disliked", "views", "shown",
)  # fmt: skip
_SUMMARIES = sa.table(
    "conversation_summaries",
    sa.column("conversation_id"),
    sa.column("started_at", sa.DateTime(timezone=True)),
    sa.column("began_hour"),
)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "daily_counts",
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _MEASURES),
        sa.PrimaryKeyConstraint(
            "portal", "day", "kind", "value", "gone", name=op.f("pk_daily_counts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lost_messages",
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_lost_messages_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("pk_lost_messages")),
    )
    op.create_index(
        "ix_lost_messages_began", "lost_messages", ["portal", "began_at", "conversation_id", "seq"]
    )
    op.add_column(
        "conversation_summaries",
        sa.Column("began_hour", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_index(
        "ix_summaries_started",
        "conversation_summaries",
        ["portal", "started_at", "conversation_id"],
    )
    liked = sa.text("liked > 0")
    op.create_index(
        "ix_summaries_liked",
        "conversation_summaries",
        ["portal", "last_at", "conversation_id"],
        sqlite_where=liked,
        postgresql_where=liked,
    )
    _note_hours()
    op.execute(
        "UPDATE conversation_summaries SET outcome = 'contact_given'"
        " WHERE outcome = 'handed_over' AND NOT EXISTS (SELECT 1 FROM tickets"
        " WHERE tickets.conversation_id = conversation_summaries.conversation_id)"
    )


def downgrade() -> None:
    """Take the change back."""
    op.execute(
        "UPDATE conversation_summaries SET outcome = 'handed_over' WHERE outcome = 'contact_given'"
    )
    op.drop_index("ix_summaries_liked", "conversation_summaries")
    op.drop_index("ix_summaries_started", "conversation_summaries")
    op.drop_column("conversation_summaries", "began_hour")
    op.drop_table("lost_messages")
    op.drop_table("daily_counts")


def _note_hours() -> None:
    paris = ZoneInfo("Europe/Paris")
    rows = op.get_bind().execute(sa.select(_SUMMARIES.c.conversation_id, _SUMMARIES.c.started_at))
    values = [{"key": key, "hour": _in(paris, moment).hour} for key, moment in rows.all()]
    if values:
        op.get_bind().execute(
            _SUMMARIES.update()
            .where(_SUMMARIES.c.conversation_id == sa.bindparam("key"))
            .values(began_hour=sa.bindparam("hour")),
            values,
        )


def _in(paris: ZoneInfo, moment: datetime) -> datetime:
    # SQLite keeps instants in UTC, without their zone.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(paris)
