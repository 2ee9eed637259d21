"""The steps of an import, a batch each: every step may run again, and none depends on who ran it.

The rows are compared and taken over inside the database, in one statement a batch.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.accounts import AccountRow
from bot.desk.accounts_staging import (
    APPLYING,
    CLEARING,
    DISABLING,
    DONE,
    AccountImport,
    StagedAccount,
)

_KEY = ("portal", "address", "login")
_VALUES = (
    "email", "name", "structure", "region", "customer_number", "role", "status", "activated_at",
)  # fmt: skip


async def begin_applying(session: AsyncSession, job: AccountImport, size: int) -> None:
    """Count a file as taken, and take over its first rows.

    Args:
        session: The transaction; demo accounts give way in it to the first real ones.
        job: An import of which all rows are copied.
        size: How many rows.
    """
    if not job.demo:
        await session.execute(delete(AccountRow).where(AccountRow.demo))
    # Imports of before told their counts long ago.
    await session.execute(
        delete(AccountImport).where(AccountImport.portal == job.portal, AccountImport.state == DONE)
    )
    job.state, job.place = APPLYING, 0
    await advance(session, job, size)


async def advance(session: AsyncSession, job: AccountImport, size: int) -> None:
    """Do one batch of what an import has to do next.

    Args:
        session: The transaction, in which the import is kept from others.
        job: The import.
        size: How many rows.
    """
    if job.state == APPLYING:
        await _apply(session, job, size)
    elif job.state == DISABLING:
        await _disable(session, job, size)
    elif job.state == CLEARING:
        await _clear(session, job, size)


async def _apply(session: AsyncSession, job: AccountImport, size: int) -> None:
    upto = job.place + size
    batch = and_(
        StagedAccount.import_id == job.id,
        StagedAccount.number > job.place,
        StagedAccount.number <= upto,
    )
    known = exists().where(
        AccountRow.portal == job.portal,
        AccountRow.address == StagedAccount.address,
        AccountRow.login == StagedAccount.login,
    )
    new = await session.scalar(select(func.count()).select_from(StagedAccount).where(batch, ~known))
    done = await session.execute(_upsert(session, job, batch))
    written = int(done.rowcount)  # type: ignore[attr-defined]
    job.added += new or 0
    job.changed += written - (new or 0)
    job.place = upto
    if upto >= job.total:
        job.state, job.place = (DISABLING if job.sync else CLEARING), 0


def _upsert(session: AsyncSession, job: AccountImport, batch: Any) -> Any:
    names = [*_KEY, *_VALUES, "demo"]
    staged = [getattr(StagedAccount, name) for name in names[1:-1]]
    rows = (
        select(literal(job.portal), *staged, literal(job.demo))
        .where(batch)
        .order_by(StagedAccount.number)
    )
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement: Any = (sqlite if is_sqlite else postgresql).insert(AccountRow)
    statement = statement.from_select(names, rows).execution_options(preserve_rowcount=True)
    news = {name: statement.excluded[name] for name in (*_VALUES, "demo")}
    return statement.on_conflict_do_update(
        index_elements=list(_KEY),
        set_=news,
        where=or_(*(getattr(AccountRow, name).is_distinct_from(new) for name, new in news.items())),
    )


async def _disable(session: AsyncSession, job: AccountImport, size: int) -> None:
    following = (
        select(AccountRow.id)
        .where(AccountRow.portal == job.portal, AccountRow.id > job.place)
        .order_by(AccountRow.id)
        .limit(size)
    )
    upto = await session.scalar(select(func.max(following.subquery().c.id)))
    if upto is None:
        job.state, job.place = CLEARING, 0
        return
    listed = exists().where(
        StagedAccount.import_id == job.id,
        StagedAccount.address == AccountRow.address,
        StagedAccount.login == AccountRow.login,
    )
    done = await session.execute(
        update(AccountRow)
        .where(
            AccountRow.portal == job.portal,
            AccountRow.id > job.place,
            AccountRow.id <= upto,
            AccountRow.status != "disabled",
            ~listed,
        )
        .values(status="disabled")
        .execution_options(synchronize_session=False)
    )
    job.disabled += int(done.rowcount)  # type: ignore[attr-defined]
    job.place = upto


async def _clear(session: AsyncSession, job: AccountImport, size: int) -> None:
    # Numbers may be missing of what was never copied whole, so their end is asked for.
    last = await session.scalar(
        select(func.max(StagedAccount.number)).where(StagedAccount.import_id == job.id)
    )
    job.place += size
    await session.execute(
        delete(StagedAccount).where(
            StagedAccount.import_id == job.id, StagedAccount.number <= job.place
        )
    )
    if last is None or job.place >= last:
        job.state, job.place = DONE, 0
