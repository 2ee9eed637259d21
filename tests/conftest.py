"""Fixtures of all tests: settings of their own, a trained model, real databases, a real service."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot.rasa import patches as rasa_patches
from tests.support.disk import write_to_memory

write_to_memory()
# Before anything of Rasa is imported, as in the service itself.
os.environ["GUICHET_VAR_DIR"] = tempfile.mkdtemp(prefix="guichet-tests-")
rasa_patches.prepare()
rasa_patches.leave_unused_out()

import pytest  # noqa: E402

# What the helpers there check is told in full, as in the tests themselves.
pytest.register_assert_rewrite("tests.crash", "tests.dialogues")

from bot.content import live as content  # noqa: E402
from bot.desk import accounts  # noqa: E402
from bot.ground import db, logs, settings  # noqa: E402
from bot.rasa import training  # noqa: E402
from bot.tables import import_tables  # noqa: E402
from tests.support.host import HostSite  # noqa: E402
from tests.support.mail import Mailbox  # noqa: E402
from tests.support.models import all_given_back, share_loaded_models  # noqa: E402
from tests.support.postgres import Databases, running_server  # noqa: E402
from tests.support.service import Service  # noqa: E402
from tests.support.strict import lacking  # noqa: E402
from tests.support.tables import make_tables  # noqa: E402

logs.configure()
rasa_patches.check_action_results_once_compiled()
rasa_patches.find_event_types_once()
rasa_patches.bound_tokens()
import_tables()
share_loaded_models()


_TESTS = Path(__file__).parent
_LONGEST = (
    "dialogues/test_random_talker.py",
    "dialogues/test_waiting_steps.py",
    "dialogues/test_conversations.py",
    "dialogues/test_login_walk.py",
    "rasa/test_conventional.py",
    "crash/test_liveness.py",
    "http/test_volume.py",
    "unit/test_doctor.py",
)
"""Begun first, lest one process works on them when the others have nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process train the model while the others run the files that need none."""
    long = {_TESTS / name: number for number, name in enumerate(_LONGEST)}
    needing = {item.path for item in items if "model" in getattr(item, "fixturenames", ())}
    trains = min(needing, key=lambda path: (long.get(path, len(long)), path), default=None)
    # In one piece, so that a process starts its browser once.
    browser = _TESTS / "browser"
    items.sort(
        key=lambda item: (
            item.path != trains,
            item.path in needing,
            long.get(item.path, len(long)),
            item.path.parent != browser,
        )
    )


def pytest_runtest_teardown() -> None:
    """What one test had loaded, the next may use."""
    all_given_back()


@pytest.fixture(scope="session")
def model() -> Path:
    """A model that fits the present data and code; trained once, kept for later runs."""
    return training.train(settings.ROOT / "models")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL of our own, from a wheel, without a system service."""
    try:
        with running_server() as url:
            yield url
    except ImportError as error:
        lacking(f"PostgreSQL cannot be started here: {error}")


@pytest.fixture(scope="session")
def _postgres_databases(postgres_server: str) -> Iterator[Databases]:
    databases = Databases(postgres_server)
    yield databases
    databases.close()


@pytest.fixture
def postgres_url(_postgres_databases: Databases, request: pytest.FixtureRequest) -> str:
    """The URL of an empty PostgreSQL database; with the tables, where they are wanted at once."""
    if "database" in request.fixturenames:
        return _postgres_databases.with_tables()
    return _postgres_databases.empty()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'guichet.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[db.Database]:
    """A database with all tables, which is also the one that actions find."""
    use_settings(monkeypatch, GUICHET_DATABASE_URL=database_url, GUICHET_VAR_DIR=str(tmp_path))
    database = db.current_database()
    if database.is_sqlite:
        await make_tables(database)
    yield database
    await database.dispose()
    forget_settings()


def use_settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> settings.Settings:
    """Set settings for one test and have every part read them anew."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    return settings.current_settings()


def forget_settings() -> None:
    """Have settings, content, database and accounts read anew at their next use."""
    settings.current_settings.cache_clear()
    content.current_content.cache_clear()
    db.current_database.cache_clear()
    accounts.current_accounts.cache_clear()


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server."""
    box = Mailbox().start()
    yield box
    box.stop()


@pytest.fixture(scope="session")
def host_site() -> Iterator[HostSite]:
    """A site of another origin, which may embed the widget."""
    site = HostSite().start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def running_service(
    model: Path, mailbox: Mailbox, host_site: HostSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The real service on SQLite with demo accounts, sending to the mailbox."""
    env = {"GUICHET_SMTP_URL": mailbox.url, "GUICHET_ALLOWED_ORIGINS": host_site.url}
    service = Service(tmp_path_factory.mktemp("service"), env=env).start()
    yield service
    service.stop()


@pytest.fixture
def service(running_service: Service) -> Service:
    """The real service, for which the hour is over in which other tests sent mails or checked."""
    running_service.forget_limits()
    return running_service
