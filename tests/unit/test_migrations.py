"""Migrations lead to exactly the tables that the code declares, on both databases."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timezone
from pathlib import Path

import pyotp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text

from bot.cli.findings import other_forms
from bot.content.live import current_content
from bot.desk.ticket_tables import Ticket
from bot.ground import migrations
from bot.ground.addresses import normalise_address
from bot.ground.db import Base, Database
from bot.ground.settings import ROOT, Settings
from bot.record.search_index import FTS_TABLE
from bot.staff.totp import accepted_step, opened_secret
from tests.conftest import forget_settings, use_settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name an empty database."""
    settings = use_settings(
        monkeypatch, GUICHET_DATABASE_URL=database_url, GUICHET_VAR_DIR=str(tmp_path)
    )
    forget_settings()
    return settings


async def ask(settings: Settings, question: object) -> object:
    database = Database(settings.database_url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(question)  # type: ignore[arg-type]
    finally:
        await database.dispose()


def _differences(connection: Connection) -> list[object]:
    options = {"compare_server_default": True, "include_object": _is_ours}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


def _tables(connection: Connection) -> set[str]:
    names = inspect(connection).get_table_names()
    return {name for name in names if not name.startswith(FTS_TABLE)}


def _is_ours(item: object, name: str, kind: str, reflected: bool, other: object) -> bool:
    """The full-text index differs: tables of FTS5's own on SQLite, an index on PostgreSQL."""
    return name != "search_texts_stems" if kind == "index" else not name.startswith(FTS_TABLE)


async def test_the_result_is_what_the_code_declares(settings: Settings) -> None:
    migrations.upgrade(settings)
    assert await ask(settings, _differences) == []
    assert await ask(settings, _tables) == {*Base.metadata.tables, "alembic_version"}


async def test_the_comparison_sees_a_difference(settings: Settings) -> None:
    migrations.upgrade(settings)

    def drop(connection: Connection) -> list[object]:
        connection.execute(text("DROP INDEX ix_outbox_due"))
        return _differences(connection)

    assert await ask(settings, drop) != []


async def test_upgrading_again_is_harmless_and_keeps_the_data(settings: Settings) -> None:
    migrations.upgrade(settings)
    database = Database(settings.database_url)
    async with database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO limit_hits (kind, key, at) VALUES ('k', 'a', '2024-01-01')")
        )
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM limit_hits"))).scalar() == 1
    await database.dispose()
    assert await ask(settings, _differences) == []


_BEFORE = """
INSERT INTO conversations VALUES
 ('x', 'resah', '2024-01-01', '2024-01-01', 1, 1, '[]'),
 ('resah:x', 'woundwo', '2024-01-01', '2024-01-01', 1, 1, '[]'),
 ('a:b', 'resah', '2024-01-01', '2024-01-01', 1, 1, '[]'),
 ('widget', 'resah', '2024-01-01', '2024-01-01', 1, 1, '[]');
INSERT INTO events VALUES
 ('x', 1, 1, 'user', 1.0, 1, '{"input_channel": "rest"}'),
 ('resah:x', 1, 1, 'user', 1.0, 1, '{"input_channel": "rest"}'),
 ('a:b', 1, 1, 'user', 1.0, 1, '{"input_channel": "rest"}'),
 ('widget', 1, 1, 'user', 1.0, 1, '{"input_channel": "web"}');
INSERT INTO turns SELECT id, 1, 'm1', 1, '2024-01-01', '[]', NULL FROM conversations;
INSERT INTO limit_hits (kind, key, at) VALUES ('ticket', 'x', '2024-01-01');
INSERT INTO outbox
 (id, portal, kind, key, sender, recipient, reply_to, subject, message_id, state, attempts, error,
  created_at, next_attempt_at)
 VALUES (1, 'resah', 'reset', 'a:b:m1:reset', '', '', '', '', 'm', 'sent', 1, '', '2024-01-01',
  '2024-01-01')
"""


async def test_a_sender_of_before_is_named_by_its_portal(settings: Settings) -> None:
    migrations.upgrade(settings, "0003")
    database = Database(settings.database_url)
    async with database.engine.begin() as connection:
        for statement in _BEFORE.split(";"):
            await connection.exec_driver_sql(statement)
    migrations.upgrade(settings)
    named = {"resah:x", "woundwo:resah:x", "resah:a:b", "widget"}
    async with database.engine.begin() as connection:
        for query, expected in (
            ("SELECT id FROM conversations", named),
            ("SELECT conversation_id FROM turns", named),
            ("SELECT conversation_id FROM events", named),
            ("SELECT key FROM limit_hits", {"resah:x"}),
            ("SELECT key FROM outbox", {"resah:a:b:m1:reset"}),
        ):
            assert set(await connection.scalars(text(query))) == expected, query
        rows = await connection.execute(text("SELECT id, portal FROM conversations"))
        assert dict(tuple(row) for row in rows)["woundwo:resah:x"] == "woundwo"
    await database.dispose()


_SECRETS = {"a@ch.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "b@ch.example": ""}


async def test_second_factors_of_before_go_on_working(settings: Settings) -> None:
    migrations.upgrade(settings, "0006")
    database = Database(settings.database_url)
    async with database.engine.begin() as connection:
        for email, secret in _SECRETS.items():
            await connection.execute(
                text(
                    "INSERT INTO staff_users"
                    " (email, password_hash, totp_secret, totp_step, created_at)"
                    " VALUES (:email, '', :secret, 0, '2024-01-01')"
                ),
                {"email": email, "secret": secret},
            )
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        rows = await connection.execute(text("SELECT email, totp_secret FROM staff_users"))
        stored = dict(tuple(row) for row in rows)
    plain = _SECRETS["a@ch.example"]
    assert plain not in stored["a@ch.example"] and stored["b@ch.example"] == ""
    opened = opened_secret(stored["a@ch.example"], settings.secret_key)
    assert opened == plain
    code = pyotp.TOTP(plain).at(1_700_000_000)
    assert accepted_step(opened, code, 1_700_000_000.0) is not None
    assert opened_secret(stored["a@ch.example"], "another key") == ""
    await database.dispose()


async def test_staff_of_before_keep_their_access_and_their_keys(settings: Settings) -> None:
    migrations.upgrade(settings, "0011")
    database = Database(settings.database_url)
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO staff_users (email, password_hash, totp_secret, totp_step, created_at)"
                " VALUES ('agent@resah.example', 'x', '', 0, '2024-01-01')"
            )
        )
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        rows = await connection.execute(text("SELECT email, password_hash, keys FROM staff_users"))
        kept = [(row.email, row.password_hash, bool(row.keys)) for row in rows]
    assert kept == [("agent@resah.example", "x", True)]
    await database.dispose()


async def test_addresses_of_before_are_found_under_their_present_form(settings: Settings) -> None:
    migrations.upgrade(settings, "0008")
    database = Database(settings.database_url)
    old = (
        "sean.o’brien@ch.example",
        "a@hôpital.example",
        "a@xn--hpital-ixa.example",
        "b@ch.example",
    )
    async with database.engine.begin() as connection:
        for address in old:
            await connection.execute(
                text(
                    "INSERT INTO accounts (portal, email, address, login, name, structure, region,"
                    " customer_number, role, status, demo) VALUES"
                    " ('resah', :a, :a, '', '', '', '', '', 'user', 'active', false)"
                ),
                {"a": address},
            )
        await connection.execute(
            text(
                "INSERT INTO tickets (reference, portal, conversation_id, region, topic, contact,"
                " state, created_at, updated_at) VALUES ('G-7P2W', 'resah', 'x', 'corse', '', :a,"
                " 'open', '2024-01-01', '2024-01-01')"
            ),
            {"a": old[0]},
        )
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        stored = list(await connection.scalars(text("SELECT address FROM accounts ORDER BY id")))
        contact = await connection.scalar(text("SELECT contact FROM tickets"))
    # Of two rows that are one address now, none is lost.
    assert len(stored) == 4 and set(map(normalise_address, stored)) == {
        "sean.o'brien@ch.example", normalise_address(old[1]), "b@ch.example",
    }  # fmt: skip
    assert "sean.o'brien@ch.example" in stored and normalise_address(old[1]) in stored
    assert contact == "sean.o'brien@ch.example"
    await database.dispose()


async def test_the_doctor_names_accounts_under_a_form_that_is_taken(settings: Settings) -> None:
    migrations.upgrade(settings, "0010")
    database = Database(settings.database_url)
    async with database.engine.begin() as connection:
        for address in ("LEA@chu.example", "lea@chu.example", "PAUL@chu.example"):
            await connection.execute(
                text(
                    "INSERT INTO accounts (portal, email, address, login, name, structure, region,"
                    " customer_number, role, status, demo) VALUES"
                    " ('resah', :address, :address, '', '', '', '', '', 'user', 'active', false)"
                ),
                {"address": address},
            )
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        stored = set(await connection.scalars(text("SELECT address FROM accounts")))
    assert stored == {"LEA@chu.example", "lea@chu.example", "paul@chu.example"}
    await database.dispose()
    told = [finding.text async for finding in other_forms(settings)]
    assert len(told) == 1
    assert "LEA@chu.example" in told[0]


async def test_what_only_showed_a_contact_was_not_handed_over(settings: Settings) -> None:
    migrations.upgrade(settings, "0012")
    database = Database(settings.database_url)
    # Eleven at night in Paris, in winter and in summer.
    rows = (("sent", "2024-01-31 22:30:00"), ("shown", "2024-07-31 21:30:00"))
    async with database.engine.begin() as connection:
        for key, moment in rows:
            await connection.execute(
                text(
                    "INSERT INTO conversations VALUES (:key, 'resah', :moment, :moment, 1, 1, '[]')"
                ),
                {"key": key, "moment": f"{moment}+00:00" if not database.is_sqlite else moment},
            )
        await connection.execute(
            text(
                "INSERT INTO conversation_summaries (conversation_id, portal, started_at, last_at,"
                " opening, topic, region, outcome, messages, lost, unsure, repeated, liked,"
                " disliked, trouble, notes) SELECT id, portal, created_at, last_at, '', '', '',"
                " 'handed_over', 1, 0, 0, 0, 0, 0, 1, 0 FROM conversations"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO tickets (reference, portal, conversation_id, region, topic, contact,"
                " state, created_at, updated_at) VALUES ('G-7P2W', 'resah', 'sent', 'corse', '',"
                " 'a@b.example', 'open', '2024-01-01', '2024-01-01')"
            )
        )
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        stored = await connection.execute(
            text("SELECT conversation_id, outcome, began_hour FROM conversation_summaries")
        )
        assert {tuple(row) for row in stored} == {
            ("sent", "handed_over", 23), ("shown", "contact_given", 23),
        }  # fmt: skip
    await database.dispose()


async def test_several_processes_may_upgrade_at_once(settings: Settings) -> None:
    failures: list[BaseException] = []

    def upgrade() -> None:
        try:
            migrations.upgrade(settings)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(3)]
    for thread in threads:
        thread.start()
    await asyncio.gather(*(asyncio.to_thread(thread.join) for thread in threads))
    assert failures == []
    assert await ask(settings, _differences) == []


async def test_a_percent_sign_in_the_url_reaches_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/a%20b.db"
    settings = use_settings(
        monkeypatch, GUICHET_DATABASE_URL=url, GUICHET_VAR_DIR=str(tmp_path / "var")
    )
    forget_settings()
    migrations.upgrade(settings)
    assert await ask(settings, _differences) == []


def test_the_history_is_one_line() -> None:
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert all(not revision.is_branch_point for revision in script.walk_revisions())


_TICKETS_BEFORE = """
INSERT INTO tickets (id, reference, portal, conversation_id, region, topic, contact, state,
 created_at, updated_at, reopened_at, assigned_to) VALUES
 (1, 'G-NEUF', 'resah', 'a', 'corse', '', 'a@ch.example',
  'open', '2024-01-01', '2024-01-01', NULL, NULL),
 (2, 'G-PRSE', 'resah', 'b', 'corse', '', 'a@ch.example',
  'open', '2024-01-01', '2024-01-01', NULL, 7),
 (3, 'G-REPN', 'resah', 'c', 'corse', '', 'a@ch.example',
  'answered', '2024-01-01', '2024-01-04', NULL, NULL),
 (4, 'G-FERM', 'resah', 'd', 'corse', '', 'a@ch.example',
  'closed', '2024-01-01', '2024-01-05', NULL, NULL);
INSERT INTO ticket_entries (id, ticket_id, request_key, region, contact, text, details, created_at)
 VALUES (1, 1, 'a:m1:handover', 'corse', 'a@ch.example', 'Texte', '{}', '2024-01-01'),
 (2, 4, 'd:m1:handover', 'corse', 'a@ch.example', 'Texte', '{}', '2024-01-01'),
 (3, 4, 'd:m2:withdrawal', 'corse', 'a@ch.example', 'Fin', '{}', '2024-01-05');
INSERT INTO ticket_codes (id, ticket_id, code_hash, created_at, expires_at, tries)
 VALUES (1, 4, 'h', '2024-01-01', '2024-01-01', 0);
INSERT INTO staff_actions (at, user_id, portal, action, subject, detail)
 VALUES ('2024-01-02 10:00:00', 7, 'resah', 'ticket', 'G-FERM', 'répondue, par Dominique'),
 ('2024-01-03 10:00:00', 7, 'resah', 'ticket', 'G-FERM', 'répondue')
"""


async def test_tickets_of_before_become_threads(settings: Settings) -> None:
    migrations.upgrade(settings, "0011")
    database = Database(settings.database_url)
    async with database.engine.begin() as connection:
        for statement in _TICKETS_BEFORE.split(";\n"):
            await connection.exec_driver_sql(statement)
    migrations.upgrade(settings)
    async with database.engine.begin() as connection:
        states = await connection.execute(text("SELECT reference, state FROM tickets"))
        answers = await connection.execute(
            text("SELECT id, answered_at FROM tickets WHERE answered_at IS NOT NULL ORDER BY id")
        )
        entries = await connection.execute(
            text("SELECT id, kind, channel FROM ticket_entries ORDER BY id")
        )
        assert dict(tuple(row) for row in states) == {
            "G-NEUF": "new", "G-PRSE": "open", "G-REPN": "answered", "G-FERM": "closed",
        }  # fmt: skip
        assert [(number, str(at)[:10]) for number, at in answers] == [
            (3, "2024-01-04"),
            (4, "2024-01-02"),
        ]
        assert [tuple(row) for row in entries] == [
            (1, "handover", "chat"), (2, "handover", "chat"), (3, "withdrawal", "chat"),
        ]  # fmt: skip
        assert await connection.scalar(text("SELECT count(*) FROM ticket_codes")) == 1
    await database.dispose()


async def test_tickets_of_before_get_their_promise_once(settings: Settings) -> None:
    migrations.upgrade(settings, "0017")
    database = Database(settings.database_url)
    portal = current_content().portals["resah"]
    created = datetime(2024, 1, 1, tzinfo=timezone.utc)
    assert portal.promise is not None
    async with database.engine.begin() as connection:
        for number, name in enumerate(("resah", "gone")):
            await connection.execute(
                text(
                    "INSERT INTO tickets (id, reference, portal, region, topic, contact, state,"
                    " created_at, updated_at) VALUES (:number, :name, :name, '', '', '', 'open',"
                    " '2024-01-01 00:00:00', '2024-01-01 00:00:00')"
                ),
                {"number": number, "name": name},
            )
    migrations.upgrade(settings)
    async with database.read() as session:
        rows = await session.execute(select(Ticket.portal, Ticket.first_due_at))
        assert dict(tuple(row) for row in rows) == {
            "resah": portal.promise.due(created), "gone": None,
        }  # fmt: skip
    await database.dispose()
