"""What the staff console needs: accounts, summaries, search, reviews and the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_CREATE_FTS = (
    "CREATE VIRTUAL TABLE search_fts USING fts5("
    "stems, content='search_texts', content_rowid='id', detail='none')"
)
revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "staff_actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_actions")),
    )
    with op.batch_alter_table("staff_actions", schema=None) as batch_op:
        batch_op.create_index("ix_staff_actions_portal_at", ["portal", "at"], unique=False)

    op.create_table(
        "staff_users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("invitation_hash", sa.String(length=64), nullable=True),
        sa.Column("invitation_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_users")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_users_email")),
        sa.UniqueConstraint("invitation_hash", name=op.f("uq_staff_users_invitation_hash")),
    )
    op.create_table(
        "conversation_addresses",
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_addresses_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "fingerprint", name=op.f("pk_conversation_addresses")
        ),
    )
    with op.batch_alter_table("conversation_addresses", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_addresses_key", ["portal", "fingerprint"], unique=False
        )

    op.create_table(
        "conversation_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_notes_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_notes")),
    )
    with op.batch_alter_table("conversation_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conversation_notes_conversation_id"), ["conversation_id"], unique=False
        )

    op.create_table(
        "conversation_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("trouble", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_reviews_conversation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_reviews")),
        sa.UniqueConstraint(
            "conversation_id", name=op.f("uq_conversation_reviews_conversation_id")
        ),
    )
    op.create_table(
        "conversation_summaries",
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opening", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("liked", sa.Integer(), nullable=False),
        sa.Column("disliked", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_summaries_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_conversation_summaries")),
    )
    with op.batch_alter_table("conversation_summaries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_summaries_assigned",
            ["portal", "assigned_to", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("assigned_to IS NOT NULL"),
            postgresql_where=sa.text("assigned_to IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_summaries_disliked",
            ["portal", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("disliked > 0"),
            postgresql_where=sa.text("disliked > 0"),
        )
        batch_op.create_index(
            "ix_summaries_last", ["portal", "last_at", "conversation_id"], unique=False
        )
        batch_op.create_index(
            "ix_summaries_lost",
            ["portal", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("lost > 0"),
            postgresql_where=sa.text("lost > 0"),
        )
        batch_op.create_index(
            "ix_summaries_noted",
            ["portal", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("notes > 0"),
            postgresql_where=sa.text("notes > 0"),
        )
        batch_op.create_index(
            "ix_summaries_outcome",
            ["portal", "outcome", "last_at", "conversation_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_summaries_region", ["portal", "region", "last_at", "conversation_id"], unique=False
        )
        batch_op.create_index(
            "ix_summaries_reviewed",
            ["portal", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NOT NULL"),
            postgresql_where=sa.text("reviewed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_summaries_topic", ["portal", "topic", "last_at", "conversation_id"], unique=False
        )
        batch_op.create_index(
            "ix_summaries_trouble",
            ["portal", "trouble", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_summaries_unreviewed",
            ["portal", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_summaries_unsure",
            ["portal", "last_at", "conversation_id"],
            unique=False,
            sqlite_where=sa.text("unsure > 0"),
            postgresql_where=sa.text("unsure > 0"),
        )

    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_tags_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_conversation_tags")),
    )
    with op.batch_alter_table("conversation_tags", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_tags_portal_tag", ["portal", "tag"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("understood", sa.String(length=64), nullable=False),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("meant", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_corrections_conversation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_corrections_conversation_id")),
    )
    op.create_table(
        "search_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=128), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "stems", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_search_texts_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_texts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("search_texts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_texts_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index("ix_search_texts_portal_id", ["portal", "id"], unique=False)

    if _is_sqlite():
        op.execute(_CREATE_FTS)
    else:
        op.create_index("search_texts_stems", "search_texts", ["stems"], postgresql_using="gin")
    op.create_table(
        "staff_grants",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff_users.id"],
            name=op.f("fk_staff_grants_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "portal", name=op.f("pk_staff_grants")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["staff_users.id"],
            name=op.f("fk_staff_sessions_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sessions_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assigned_to", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_column("assigned_to")

    with op.batch_alter_table("staff_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sessions_user_id"))

    op.drop_table("staff_sessions")
    op.drop_table("staff_grants")
    if _is_sqlite():
        op.execute("DROP TABLE search_fts")
    with op.batch_alter_table("search_texts", schema=None) as batch_op:
        batch_op.drop_index("ix_search_texts_portal_id")
        batch_op.drop_index(batch_op.f("ix_search_texts_conversation_id"))

    op.drop_table("search_texts")
    op.drop_table("corrections")
    with op.batch_alter_table("conversation_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_tags_portal_tag")

    op.drop_table("conversation_tags")
    with op.batch_alter_table("conversation_summaries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_summaries_unsure",
            sqlite_where=sa.text("unsure > 0"),
            postgresql_where=sa.text("unsure > 0"),
        )
        batch_op.drop_index(
            "ix_summaries_unreviewed",
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_summaries_trouble",
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.drop_index("ix_summaries_topic")
        batch_op.drop_index(
            "ix_summaries_reviewed",
            sqlite_where=sa.text("reviewed_at IS NOT NULL"),
            postgresql_where=sa.text("reviewed_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_summaries_region")
        batch_op.drop_index("ix_summaries_outcome")
        batch_op.drop_index(
            "ix_summaries_noted",
            sqlite_where=sa.text("notes > 0"),
            postgresql_where=sa.text("notes > 0"),
        )
        batch_op.drop_index(
            "ix_summaries_lost",
            sqlite_where=sa.text("lost > 0"),
            postgresql_where=sa.text("lost > 0"),
        )
        batch_op.drop_index("ix_summaries_last")
        batch_op.drop_index(
            "ix_summaries_disliked",
            sqlite_where=sa.text("disliked > 0"),
            postgresql_where=sa.text("disliked > 0"),
        )
        batch_op.drop_index(
            "ix_summaries_assigned",
            sqlite_where=sa.text("assigned_to IS NOT NULL"),
            postgresql_where=sa.text("assigned_to IS NOT NULL"),
        )

    op.drop_table("conversation_summaries")
    op.drop_table("conversation_reviews")
    with op.batch_alter_table("conversation_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_notes_conversation_id"))

    op.drop_table("conversation_notes")
    with op.batch_alter_table("conversation_addresses", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_addresses_key")

    op.drop_table("conversation_addresses")
    op.drop_table("staff_users")
    with op.batch_alter_table("staff_actions", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_actions_portal_at")

    op.drop_table("staff_actions")
