"""The search index: what users typed, in chunks of a conversation, by stems.

What the assistant answered is left out: each answer would be a hit for every conversation that was
given it. A chunk is indexed anew with each of its turns and gets a new number, so that hits come in
the order of their latest turn, without sorting.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import DDL, ForeignKey, Index, String, Text, event, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.desk.privacy import mask_addresses
from bot.french.stems import stems
from bot.ground.db import Base

TURNS_PER_CHUNK = 20
"""Keeps the cost of a turn the same however long its conversation is."""

_MOST_STEMS = 4000

FTS_TABLE = "search_fts"
CREATE_FTS = (
    f"CREATE VIRTUAL TABLE {FTS_TABLE} USING fts5("
    "stems, content='search_texts', content_rowid='id', detail='none')"
)


class SearchText(Base):
    """A chunk of what a user typed, addresses masked.

    Attributes:
        stems: What is searched: a `tsvector` on PostgreSQL, the source of the FTS5 index on SQLite.
    """

    __tablename__ = "search_texts"
    __table_args__ = (
        Index("ix_search_texts_portal_id", "portal", "id"),
        Index("search_texts_stems", "stems", postgresql_using="gin").ddl_if(dialect="postgresql"),
        # A number is never used again: the search index may still know it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        String(128), ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    portal: Mapped[str] = mapped_column(String(64))
    chunk: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


event.listen(
    SearchText.__table__,
    "after_create",
    DDL(CREATE_FTS.replace("%", "%%")).execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call]
)


@dataclass(frozen=True)
class _Indexed:
    id: int
    text: str
    stems: str


def portal_token(portal: str) -> str:
    """Return the word under which all chunks of a portal are found, which no user types."""
    return "portal" + hashlib.sha256(portal.encode()).hexdigest()[:16]


async def index_turn(
    session: AsyncSession, conversation_id: str, portal: str, turn: int, typed: list[str]
) -> None:
    """Add what a user typed in a turn to the index.

    Args:
        session: The transaction that also writes the turn.
        conversation_id: Which conversation.
        portal: Whose.
        turn: The turn's number, from 1.
        typed: What was typed; nothing where a button was pressed.
    """
    if not typed:
        return
    chunk = (turn - 1) // TURNS_PER_CHUNK
    known = (
        await session.execute(
            select(SearchText.id, SearchText.text, SearchText.stems).where(
                SearchText.conversation_id == conversation_id, SearchText.chunk == chunk
            )
        )
    ).one_or_none()
    text = mask_addresses("\n".join(" ".join(said.split()) for said in typed))
    if known is not None:
        text = f"{known.text}\n{text}"
        await _forget(session, [_Indexed(*known)])
    await add_text(session, conversation_id, portal, chunk, text)


async def add_text(
    session: AsyncSession, conversation_id: str, portal: str, chunk: int, text: str
) -> None:
    """Index a chunk that is not in the index."""
    # Each stem once: a search asks whether a word is there, not how often.
    words = dict.fromkeys((portal_token(portal), *stems(text)[:_MOST_STEMS]))
    row = SearchText(
        conversation_id=conversation_id, portal=portal, chunk=chunk, text=text,
        stems=" ".join(words),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    if is_sqlite(session):
        await session.execute(
            sql(f"INSERT INTO {FTS_TABLE} (rowid, stems) VALUES (:id, :stems)"),
            {"id": row.id, "stems": row.stems},
        )


async def forget_conversations(session: AsyncSession, conversation_ids: list[str]) -> None:
    """Take conversations out of the index."""
    rows = await session.execute(
        select(SearchText.id, SearchText.text, SearchText.stems).where(
            SearchText.conversation_id.in_(conversation_ids)
        )
    )
    await _forget(session, [_Indexed(*row) for row in rows])


async def merge_index(session: AsyncSession) -> None:
    """Have the index drop for good what was taken out: until then FTS5 only marks it."""
    if is_sqlite(session):
        await session.execute(sql(f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}) VALUES ('optimize')"))


async def _forget(session: AsyncSession, rows: list[_Indexed]) -> None:
    for row in rows:
        if is_sqlite(session):
            await session.execute(
                sql(
                    f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}, rowid, stems)"
                    " VALUES ('delete', :id, :stems)"
                ),
                {"id": row.id, "stems": row.stems},
            )
        await session.execute(sql("DELETE FROM search_texts WHERE id = :id"), {"id": row.id})


def is_sqlite(session: AsyncSession) -> bool:
    """Tell whether a session is one of SQLite."""
    return session.get_bind().dialect.name == "sqlite"
