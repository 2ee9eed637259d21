"""Reset tokens: hashed, used once, gone after an hour, and mailed together with their turn."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.content.live import current_content
from bot.desk.accounts import AccountRow, current_accounts
from bot.desk.outbox import OutboxMail
from bot.desk.resets import LEAST_LEFT, LIFETIME, Redeemed, ResetToken, issue_reset, redeem
from bot.ground.db import Database, UnitOfWork, now, unit_of_work
from bot.ground.errors import LimitReached, TokenRefused
from bot.ground.limits import RESETS_PER_ACCOUNT, LimitHit

ADDRESS = "camille@chu.example"
URL = "https://portail.example/mot-de-passe?lang=fr"
Issue = Callable[..., Awaitable[None]]


@pytest.fixture
async def account_id(database: Database) -> int:
    """An account that can be reset."""
    async with database.write() as session:
        row = AccountRow(
            portal="resah", email=ADDRESS, address=ADDRESS, login="camille", status="active"
        )
        session.add(row)
    return row.id


async def issue(unit: UnitOfWork, account_id: int, request_key: str) -> None:
    await issue_reset(
        unit,
        portal=current_content().portal("resah"),
        account_id=account_id,
        login="camille",
        address=ADDRESS,
        reset_url=URL,
        request_key=request_key,
    )


async def issue_now(database: Database, account_id: int, request_key: str) -> str:
    """Issue a token and return it as it stands in the mail."""
    async with unit_of_work(database) as unit:
        await issue(unit, account_id, request_key)
    async with database.read() as session:
        query = select(OutboxMail.text).where(OutboxMail.key == request_key)
        body = await session.scalar(query)
    assert body is not None
    link = body.partition("<")[2].partition(">")[0]
    return parse_qs(urlsplit(link).query)["token"][0]


async def count(database: Database, table: type) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_the_mail_carries_a_link_to_the_portal(database: Database, account_id: int) -> None:
    token = await issue_now(database, account_id, "a")
    async with database.read() as session:
        mail = (await session.scalars(select(OutboxMail))).one()
    assert (mail.recipient, mail.sender, mail.kind) == (ADDRESS, "no-reply@resah.fr", "reset")
    assert f"<{URL}&token={token}>" in (mail.text or "")
    assert mail.expires_at is not None
    # A link that would die on arrival is not sent.
    until = (mail.expires_at + LEAST_LEFT).astimezone(ZoneInfo("Europe/Paris"))
    assert "camille" in (mail.text or "")
    assert f"jusqu’à {until:%H h %M} (heure de Paris)" in (mail.text or "")


async def test_only_the_hash_of_a_token_is_stored(database: Database, account_id: int) -> None:
    token = await issue_now(database, account_id, "a")
    assert len(token) >= 43
    async with database.read() as session:
        row = (await session.execute(text("SELECT * FROM reset_tokens"))).one()
    assert token not in [str(value) for value in row]
    assert hashlib.sha256(token.encode()).hexdigest() in row


async def test_a_token_works_once(database: Database, account_id: int) -> None:
    token = await issue_now(database, account_id, "a")
    assert await redeem(database, token) == Redeemed("resah", "camille", ADDRESS)
    with pytest.raises(TokenRefused):
        await redeem(database, token)


@pytest.mark.parametrize("token", ["", "inconnu", "é", "x" * 5000, "' OR 1=1 --"])
async def test_an_unknown_token_is_refused(database: Database, account_id: int, token: str) -> None:
    await issue_now(database, account_id, "a")
    with pytest.raises(TokenRefused, match="plus valable"):
        await redeem(database, token)


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
async def test_a_token_lives_sixty_minutes(
    database: Database, account_id: int, minutes: int, works: bool
) -> None:
    token = await issue_now(database, account_id, "a")
    async with database.read() as session:
        row = (await session.scalars(select(ResetToken))).one()
    assert row.expires_at - row.created_at == LIFETIME == timedelta(minutes=60)
    async with database.write() as session:
        moved = row.expires_at - timedelta(minutes=minutes)
        await session.execute(update(ResetToken).values(expires_at=moved))
    if works:
        assert await redeem(database, token)
    else:
        with pytest.raises(TokenRefused):
            await redeem(database, token)


async def test_a_new_token_voids_the_older_ones_of_its_account_only(
    database: Database, account_id: int
) -> None:
    async with database.write() as session:
        other = AccountRow(portal="resah", email="b@c.fr", address="b@c.fr", status="active")
        session.add(other)
    kept = await issue_now(database, other.id, "other")
    old = await issue_now(database, account_id, "a")
    new = await issue_now(database, account_id, "b")
    with pytest.raises(TokenRefused):
        await redeem(database, old)
    assert await redeem(database, new)
    assert await redeem(database, kept)


async def test_of_two_at_once_exactly_one_redeems(database: Database, account_id: int) -> None:
    second = Database(database.engine.url.render_as_string(hide_password=False))
    for key in "abc":
        token = await issue_now(database, account_id, key)
        results = await asyncio.gather(
            *(redeem(one, token) for one in (database, second) * 3), return_exceptions=True
        )
        assert sum(isinstance(result, Redeemed) for result in results) == 1
        assert sum(isinstance(result, TokenRefused) for result in results) == 5
    await second.dispose()


async def test_a_repeated_request_writes_once_and_costs_once(
    database: Database, account_id: int
) -> None:
    token = await issue_now(database, account_id, "same")
    for _ in range(RESETS_PER_ACCOUNT.most + 1):
        async with unit_of_work(database) as unit:
            await issue(unit, account_id, "same")
    assert await count(database, ResetToken) == 1
    assert await count(database, OutboxMail) == 1
    assert await count(database, LimitHit) == 1
    assert await redeem(database, token)


async def test_five_an_hour_for_an_account(database: Database, account_id: int) -> None:
    for number in range(5):
        await issue_now(database, account_id, f"r{number}")
    with pytest.raises(LimitReached):
        await issue_now(database, account_id, "r5")
    assert await count(database, ResetToken) == 5
    async with database.write() as session:
        await session.execute(update(LimitHit).values(at=now() - timedelta(minutes=61)))
    await issue_now(database, account_id, "r6")


async def test_nothing_is_written_before_the_unit_commits(
    database: Database, account_id: int
) -> None:
    async with unit_of_work(database) as unit:
        await issue(unit, account_id, "a")
        assert await count(database, ResetToken) == 0
        assert await count(database, OutboxMail) == 0
    assert await count(database, ResetToken) == await count(database, OutboxMail) == 1


async def test_a_discarded_unit_leaves_neither_token_nor_mail(
    database: Database, account_id: int
) -> None:
    async with unit_of_work(database) as unit:
        await issue(unit, account_id, "a")
        unit.discard()
    for table in (ResetToken, OutboxMail, LimitHit):
        assert await count(database, table) == 0


async def test_a_failing_commit_leaves_neither_token_nor_mail(
    database: Database, account_id: int
) -> None:
    async def fail(session: AsyncSession) -> None:
        await session.execute(text("INSERT INTO nowhere VALUES (1)"))

    with pytest.raises(SQLAlchemyError):
        async with unit_of_work(database) as unit:
            await issue(unit, account_id, "a")
            unit.defer(fail)
    for table in (ResetToken, OutboxMail, LimitHit):
        assert await count(database, table) == 0


@pytest.mark.parametrize("table", ["outbox", "reset_tokens"])
async def test_without_the_mail_no_token_and_without_the_token_no_mail(
    database: Database, account_id: int, table: str
) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(f"DROP TABLE {table}"))
    with pytest.raises(SQLAlchemyError):
        async with unit_of_work(database) as unit:
            await issue(unit, account_id, "a")
    left = ResetToken if table == "outbox" else OutboxMail
    assert await count(database, left) == 0


async def test_a_demo_account_is_sent_to_the_demo_portal(
    database: Database, account_id: int
) -> None:
    async with database.write() as session:
        await session.execute(update(AccountRow).values(demo=True, login=""))
    store = current_accounts()
    (account,) = await store.find("resah", ADDRESS)
    await store.request_reset(account, request_key="a")
    async with database.read() as session:
        body = await session.scalar(select(OutboxMail.text))
        assert "<http://127.0.0.1:8080/demo/resah/reset?token=" in (body or "")
        # Without a login of its own, the address is the login.
        assert await session.scalar(select(ResetToken.login)) == ADDRESS


async def test_a_real_account_is_sent_to_its_portal(database: Database, account_id: int) -> None:
    store = current_accounts()
    (account,) = await store.find("resah", ADDRESS)
    await store.request_reset(account, request_key="a")
    async with database.read() as session:
        body = await session.scalar(select(OutboxMail.text)) or ""
    url = current_content().portal("resah").links["reset_url"]
    assert f"<{url}?token=" in body
