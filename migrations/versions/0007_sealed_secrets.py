"""Seals the secrets of second factors with the installation's key."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from bot.ground.settings import current_settings
from bot.staff.totp import closed_secret, opened_secret

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_USERS = sa.table("staff_users", sa.column("id"), sa.column("totp_secret"))


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("staff_users", schema=None) as batch_op:
        batch_op.alter_column(
            "totp_secret",
            existing_type=sa.String(64),
            type_=sa.String(255),
            existing_nullable=False,
        )
    _rewrite(closed_secret)


def downgrade() -> None:
    """Take the change back."""
    _rewrite(opened_secret)
    with op.batch_alter_table("staff_users", schema=None) as batch_op:
        batch_op.alter_column(
            "totp_secret",
            existing_type=sa.String(255),
            type_=sa.String(64),
            existing_nullable=False,
        )


def _rewrite(change: Callable[[str, str], str]) -> None:
    connection = op.get_bind()
    secret_key = current_settings().secret_key
    rows = connection.execute(sa.select(_USERS).where(_USERS.c.totp_secret != "")).all()
    for number, secret in rows:
        connection.execute(
            _USERS.update()
            .where(_USERS.c.id == number)
            .values(totp_secret=change(secret, secret_key))
        )
