"""Integrators' conversations are named by portal and sender: one sender had one for all portals."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOST_NAME = 98
_DIGEST = 32
_KEYS = (("outbox", "key"), ("reset_tokens", "request_key"), ("ticket_entries", "request_key"))
"""Columns whose values begin with a conversation's name and a colon."""

_NAMES = (("limit_hits", "key"), ("staff_actions", "subject"))
"""Columns whose values may be a conversation's name."""


def upgrade() -> None:
    """Apply the change."""
    connection = op.get_bind()
    names = _names(connection)
    if not names:
        return
    schema = sa.MetaData()
    schema.reflect(connection, only=lambda name, _: not name.startswith("search_fts"))
    conversations = schema.tables["conversations"]
    children = [t for t in schema.tables.values() if "conversation_id" in t.columns]
    copied = [column for column in conversations.columns if column.name != "id"]
    for old, new in names.items():
        # The children's foreign keys hold at every moment: first the new parent, then they move.
        connection.execute(
            conversations.insert().from_select(
                ["id", *(column.name for column in copied)],
                sa.select(sa.literal(new), *copied).where(conversations.c.id == old),
            )
        )
        for table in children:
            connection.execute(
                table.update().where(table.c.conversation_id == old).values(conversation_id=new)
            )
        connection.execute(conversations.delete().where(conversations.c.id == old))
    for name, column in (*_KEYS, *_NAMES):
        table = schema.tables[name]
        _rename(connection, table, table.c[column], names, begins=(name, column) in _KEYS)


def downgrade() -> None:
    """Leave the names: what came before reads any name, and two portals' senders stay apart."""


def _names(connection: sa.Connection) -> dict[str, str]:
    """Return the new names of integrators' conversations by their old ones, the longest first.

    A longer name can be what a shorter one becomes, so it must have moved on before.
    """
    rows = connection.execute(
        sa.text(
            "SELECT c.id, c.portal, (SELECT e.data FROM events e WHERE e.conversation_id = c.id"
            " AND e.type = 'user' ORDER BY e.seq LIMIT 1) FROM conversations c"
        )
    )
    names = {}
    for old, portal, said in rows:
        data: Any = json.loads(said) if isinstance(said, str) else said
        if data and data.get("input_channel") == "rest":
            names[old] = _name(portal, old)
    return {old: names[old] for old in sorted(names, key=len, reverse=True)}


def _name(portal: str, sender: str) -> str:
    name = f"{portal}:{sender}"
    if len(name) > _MOST_NAME:
        name = f"{portal}:{hashlib.sha256(sender.encode()).hexdigest()[:_DIGEST]}"
    return name


def _rename(
    connection: sa.Connection,
    table: sa.Table,
    column: sa.Column[Any],
    names: dict[str, str],
    *,
    begins: bool,
) -> None:
    for number, value in connection.execute(sa.select(table.c.id, column)).all():
        new = _renamed_key(value, names) if begins else names.get(value)
        if new is not None:
            connection.execute(
                table.update().where(table.c.id == number).values({column.name: new})
            )


def _renamed_key(key: str, names: dict[str, str]) -> str | None:
    """Return a key under its conversation's new name; senders may hold colons themselves."""
    parts = key.split(":")
    for end in range(len(parts) - 1, 0, -1):
        new = names.get(":".join(parts[:end]))
        if new is not None:
            return ":".join((new, *parts[end:]))
    return None
