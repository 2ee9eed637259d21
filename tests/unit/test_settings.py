"""Settings: defaults, where values come from, and what is refused in one French sentence."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.ground import settings as settings_module
from bot.ground.db import Database
from bot.ground.errors import SettingsError
from bot.ground.settings import ROOT, Settings, load_settings


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project root without a `.env` of the developer's."""
    monkeypatch.setattr(settings_module, "ROOT", tmp_path)
    return tmp_path


def load(root: Path, **values: str) -> Settings:
    return load_settings({"GUICHET_VAR_DIR": str(root / "var"), **values})


def test_defaults_need_no_env_file(root: Path) -> None:
    settings = load_settings({})
    assert not (root / ".env").exists()
    assert (settings.host, settings.port, settings.base_path) == ("127.0.0.1", 8080, "")
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.trusted_proxies == ()
    assert settings.var_dir == root / "var"
    assert settings.database_url == f"sqlite+aiosqlite:///{root / 'var' / 'guichet.db'}"
    assert settings.workers == 1
    assert settings.content_dir == root / "faq"
    assert settings.models_dir == root / "models"
    assert settings.default_portal == "resah"
    assert settings.smtp_url is None
    assert settings.smtp_urls == {}
    assert settings.smtp_ca_file is None
    assert settings.imap_url is None
    assert settings.imap_urls == {}
    assert settings.api_token is None
    assert settings.action_endpoint is None
    assert settings.retention_days == 90
    assert settings.demo is None


def test_the_root_is_where_rasas_files_stand() -> None:
    assert (ROOT / "domain.yml").exists()


def test_the_environment_wins_over_the_env_file(root: Path) -> None:
    (root / ".env").write_text("GUICHET_PORT=9001\nGUICHET_DEFAULT_PORTAL=woundwo\n")
    settings = load(root, GUICHET_PORT="9002")
    assert settings.port == 9002
    assert settings.default_portal == "woundwo"


def test_an_empty_value_counts_as_none(root: Path) -> None:
    settings = load(
        root, GUICHET_PORT=" ", GUICHET_API_TOKEN="", GUICHET_SMTP_URL="smtp://mail.example",
        GUICHET_SMTP_URL_RESAH="",
    )  # fmt: skip
    assert settings.port == 8080
    assert settings.api_token is None
    assert settings.smtp_url_for("resah") == "smtp://mail.example"


def test_secrets_may_stand_in_files(root: Path) -> None:
    contents = {
        "token": "secret-token\n",
        "key": "secret-key\n",
        "smtp": "smtp://a:b@mail.example\n",
        "smtp_resah": "smtps://mail.resah.example\n",
        "url": "postgresql://db/guichet\n",
    }
    for name, content in contents.items():
        (root / name).write_text(content)
    settings = load(
        root,
        GUICHET_API_TOKEN_FILE=str(root / "token"),
        GUICHET_SECRET_KEY_FILE=str(root / "key"),
        GUICHET_SMTP_URL_FILE=str(root / "smtp"),
        GUICHET_SMTP_URL_RESAH_FILE=str(root / "smtp_resah"),
        GUICHET_DATABASE_URL_FILE=str(root / "url"),
    )
    assert settings.api_token == "secret-token"
    assert settings.secret_key == "secret-key"
    assert settings.smtp_urls == {"resah": "smtps://mail.resah.example"}
    assert settings.smtp_url_for("resah") == "smtps://mail.resah.example"
    assert settings.smtp_url_for("woundwo") == "smtp://a:b@mail.example"
    assert settings.database_url == "postgresql+psycopg://db/guichet"


def test_a_portal_with_a_hyphen_has_its_smtp_server_too(root: Path) -> None:
    settings = load(root, GUICHET_SMTP_URL_MON_PORTAIL="smtp://mail.example:587")
    assert settings.smtp_url_for("mon-portail") == "smtp://mail.example:587"
    assert settings.smtp_url_for("autre") is None


def test_a_value_wins_over_its_file(root: Path) -> None:
    settings = load(root, GUICHET_API_TOKEN="direct", GUICHET_API_TOKEN_FILE="/nowhere")
    assert settings.api_token == "direct"


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:////data/g.db", "sqlite+aiosqlite:////data/g.db"),
        ("sqlite+pysqlite:////data/g.db", "sqlite+aiosqlite:////data/g.db"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h:5433/d?sslmode=require",
         "postgresql+psycopg://u:p@h:5433/d?sslmode=require"),
        ("postgresql+asyncpg://u:p%40x@h/d", "postgresql+psycopg://u:p%40x@h/d"),
    ],
)  # fmt: skip
def test_the_database_url_gets_the_driver_that_ships(root: Path, given: str, driver: str) -> None:
    assert load(root, GUICHET_DATABASE_URL=given).database_url == driver


async def test_every_accepted_database_url_makes_an_engine(root: Path) -> None:
    for url in ("sqlite:///:memory:", "postgresql://u:p@localhost/d"):
        await Database(load(root, GUICHET_DATABASE_URL=url).database_url).dispose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUICHET_PORT", "http"),
        ("GUICHET_PORT", "70000"),
        ("GUICHET_PORT", "-1"),
        ("GUICHET_PORT", "80.5"),
        ("GUICHET_BASE_PATH", "aide"),
        ("GUICHET_WORKERS", "0"),
        ("GUICHET_WORKERS", "deux"),
        ("GUICHET_WORKERS", "2"),
        ("GUICHET_RETENTION_DAYS", "0"),
        ("GUICHET_RETENTION_DAYS", "toujours"),
        ("GUICHET_DEMO", "peut-être"),
        ("GUICHET_TURN_DEADLINE", "0"),
        ("GUICHET_ACTION_TIMEOUT", "x"),
        ("GUICHET_CHECKS_PER_NETWORK", "0"),
        ("GUICHET_CHECKS_PER_PORTAL", "1000001"),
        ("GUICHET_MESSAGES_PER_CONVERSATION", "beaucoup"),
        ("GUICHET_MESSAGES_PER_NETWORK", "-3"),
        ("GUICHET_DATABASE_URL", "mysql://u:geheim@h/d"),
        ("GUICHET_DATABASE_URL", "u:geheim@h/d"),
        ("GUICHET_DATABASE_URL", "postgresql://u:geheim@h:port/d"),
        ("GUICHET_SMTP_URL", "mail.example"),
        ("GUICHET_SMTP_URL", "http://u:geheim@mail.example"),
        ("GUICHET_SMTP_URL", "smtp://u:geheim@mail.example:port"),
        ("GUICHET_SMTP_URL", "smtp://u:geheim@mail.example:99999"),
        ("GUICHET_SMTP_URL_RESAH", "smtp://"),
        ("GUICHET_API_TOKEN_FILE", "/nowhere/token"),
        ("GUICHET_SECRET_KEY_FILE", "/nowhere/key"),
        ("GUICHET_VAR_DIR", "/dev/null/var"),
    ],
)
def test_what_is_wrong_is_named_in_one_french_sentence(root: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(root, **{name: value})
    message = str(caught.value)
    assert message.startswith(name)
    assert message.endswith(".")
    assert " doit " in message or " demande " in message or " ne peut pas " in message
    assert "\n" not in message
    assert "geheim" not in message


def test_several_workers_are_fine_on_postgresql(root: Path) -> None:
    assert load(root, GUICHET_WORKERS="4", GUICHET_DATABASE_URL="postgresql://h/d").workers == 4


@pytest.mark.parametrize(
    ("value", "demo"),
    [("on", True), ("OUI", True), ("1", True), ("off", False), ("Non", False), ("0", False)],
)
def test_switches(root: Path, value: str, demo: bool) -> None:
    assert load(root, GUICHET_DEMO=value).demo is demo


def test_paths_lists_and_links(root: Path) -> None:
    settings = load(
        root, GUICHET_BASE_PATH="/aide/", GUICHET_HOST="0.0.0.0", GUICHET_PORT="8081",
        GUICHET_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8",
    )  # fmt: skip
    assert settings.base_path == "/aide"
    assert settings.public_url == "http://127.0.0.1:8081/aide"
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    given = load(root, GUICHET_BASE_PATH="/aide", GUICHET_PUBLIC_URL="https://aide.example/x/")
    assert given.public_url == "https://aide.example/x"


def test_the_secret_key_is_made_once_for_its_owner_only(root: Path) -> None:
    first = load(root).secret_key
    path = root / "var" / "secret_key"
    assert len(first) >= 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(root).secret_key == first
    assert load(root / "elsewhere").secret_key != first


def test_a_given_secret_key_is_not_written_down(root: Path) -> None:
    assert load(root, GUICHET_SECRET_KEY="given").secret_key == "given"
    assert not (root / "var" / "secret_key").exists()


def test_processes_that_start_at_once_share_the_key(root: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load(root).secret_key, range(32)))
    assert len(keys) == 1 and len(keys.pop()) >= 43
    assert [path.name for path in (root / "var").iterdir()] == ["secret_key"]


def test_origins_are_read_as_browsers_write_them(root: Path) -> None:
    settings = load(
        root,
        GUICHET_ALLOWED_ORIGINS="https://Portail.example/, http://intranet.example:8081"
        " https://a.example:443",
    )
    assert settings.allowed_origins == (
        "https://portail.example",
        "http://intranet.example:8081",
        "https://a.example",
    )
    assert load(root).allowed_origins == ()


@pytest.mark.parametrize(
    "value",
    ["*", "null", "portail.example", "https://a.example/chemin", "ftp://a.example", "https://u@a.b",
     "https://a.example:99999", "https://", "https://a.example?x"],
)  # fmt: skip
def test_what_is_no_origin_is_named(root: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="GUICHET_ALLOWED_ORIGINS"):
        load(root, GUICHET_ALLOWED_ORIGINS=value)


def test_the_demo_portals_port_is_an_origin_of_its_own(root: Path) -> None:
    assert load(root).demo_origin == ""
    assert load(root, GUICHET_DEMO_PORT="8081").demo_origin == "http://127.0.0.1:8081"
    host = load(root, GUICHET_DEMO_PORT="8081", GUICHET_HOST="0.0.0.0")
    assert host.demo_origin == "http://127.0.0.1:8081"
    assert load(root, GUICHET_DEMO_PORT="8081", GUICHET_DEMO="off").demo_origin == ""
    with pytest.raises(SettingsError, match="GUICHET_DEMO_PORT"):
        load(root, GUICHET_DEMO_PORT="99999")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]:25", "localhost:2525"])
def test_a_relay_of_this_machine_may_be_spoken_to_in_clear(root: Path, host: str) -> None:
    url = f"smtp://{host}?starttls=never"
    assert load(root, GUICHET_SMTP_URL=url).smtp_url == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://mail.example?starttls=never", "cette machine"),
        ("smtps://127.0.0.1?starttls=never", "cette machine"),
        ("smtp://127.0.0.1?verify=no", "seul « starttls=never »"),
    ],
)
def test_no_other_server_is(root: Path, url: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(root, GUICHET_SMTP_URL=url)


def test_certificates_that_cannot_be_read_are_named(root: Path) -> None:
    with pytest.raises(SettingsError, match=r"GUICHET_SMTP_CA_FILE .* PEM"):
        load(root, GUICHET_SMTP_CA_FILE=str(root / "absent.pem"))
    (root / "wrong.pem").write_text("rien", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"GUICHET_SMTP_CA_FILE .* PEM"):
        load(root, GUICHET_SMTP_CA_FILE=str(root / "wrong.pem"))


def test_networks_that_webhooks_may_reach_are_networks(root: Path) -> None:
    assert load(root).webhook_networks == ()
    found = load(root, GUICHET_WEBHOOK_NETWORKS="10.1.0.0/16, 192.168.7.4").webhook_networks
    assert found == ("10.1.0.0/16", "192.168.7.4")
    for wrong in ("10.1.2.3/16", "intranet", "10.1"):
        with pytest.raises(SettingsError, match="GUICHET_WEBHOOK_NETWORKS"):
            load(root, GUICHET_WEBHOOK_NETWORKS=wrong)


def test_a_portal_may_have_a_mailbox_of_its_own(root: Path) -> None:
    secret = root / "boite"
    secret.write_text("imaps://a%40b.example:p%2Fw@mail.example/INBOX?move=Pris\n")
    settings = load(
        root,
        GUICHET_IMAP_URL="imap://a:b@127.0.0.1:1143/INBOX?starttls=never",
        GUICHET_IMAP_URL_RESAH_FILE=str(secret),
    )
    assert settings.imap_url_for("resah") == secret.read_text().strip()
    assert settings.imap_url_for("woundwo") == settings.imap_url


@pytest.mark.parametrize(
    "value",
    [
        "mail.example",
        "pop3://a:geheim@mail.example",
        "imaps://mail.example",
        "imaps://a@mail.example",
        "imaps://a:geheim@mail.example:99999",
        "imaps://a:geheim@mail.example/INBOX?autre=1",
        "imap://a:geheim@mail.example/INBOX?starttls=never",
        "imaps://a:geheim@127.0.0.1/INBOX?starttls=never",
        "imaps://a:geheim@mail.example/INBOX?starttls=non",
    ],
)
def test_a_mailbox_that_cannot_be_read_is_refused_without_its_password(
    root: Path, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(root, GUICHET_IMAP_URL=value)
    assert "GUICHET_IMAP_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)
