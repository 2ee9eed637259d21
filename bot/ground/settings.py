"""Settings from the environment, `.env` and secret files, read once and passed on.

The names and defaults are the contract with operators; everything else in the code takes a
`Settings` object and never looks at the environment itself.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.ground.environment import Source
from bot.ground.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]
"""The project's root: where Rasa's own files, `faq/` and `var/` stand."""


@dataclass(frozen=True)
class Settings:
    """All settings, with their defaults resolved.

    Durations are in seconds unless the name says otherwise.
    """

    port: int
    host: str
    base_path: str
    trusted_proxies: tuple[str, ...]
    database_url: str
    workers: int
    content_dir: Path
    default_portal: str
    smtp_url: str | None
    smtp_urls: Mapping[str, str]
    smtp_ca_file: Path | None
    imap_url: str | None
    imap_urls: Mapping[str, str]
    api_token: str | None
    secret_key: str
    public_url: str
    allowed_origins: tuple[str, ...]
    action_endpoint: str | None
    retention_days: int
    demo: bool | None
    demo_port: int
    var_dir: Path
    models_dir: Path
    turn_deadline: float
    action_timeout: float
    checks_per_network: int
    checks_per_portal: int
    messages_per_conversation: int
    messages_per_network: int
    request_seconds: float
    connections: int
    connections_per_network: int
    waiting_turns: int
    notice_minutes: int
    webhook_networks: tuple[str, ...]

    @property
    def demo_origin(self) -> str:
        """The origin of the demo portal's own port, or an empty text where it has none."""
        if not self.demo_port or self.demo is False:
            return ""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{host}:{self.demo_port}"

    def smtp_url_for(self, portal: str) -> str | None:
        """Return the SMTP URL that carries a portal's mail, or None to keep `.eml` files."""
        return self.smtp_urls.get(_in_names(portal), self.smtp_url)

    def imap_url_for(self, portal: str) -> str | None:
        """Return the URL of the mailbox whose mails are a portal's, or None where it has none."""
        return self.imap_urls.get(_in_names(portal), self.imap_url)


def _in_names(portal: str) -> str:
    # Names of environment variables hold no hyphen.
    return portal.casefold().replace("-", "_")


def _database_url(value: str) -> str:
    """Name the driver that Guichet ships with, whatever form the URL was given in."""
    scheme, separator, rest = value.partition("://")
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
    }
    family = scheme.partition("+")[0]
    if not separator or family not in drivers:
        shown = f", pas par « {scheme}:// »" if separator else ""
        raise SettingsError(
            f"GUICHET_DATABASE_URL doit commencer par sqlite:// ou postgresql://{shown}."
        )
    url = f"{drivers[family]}://{rest}"
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "GUICHET_DATABASE_URL doit avoir la forme"
            " postgresql://utilisateur:mot-de-passe@serveur:port/base."
        ) from None
    return url


def _origins(value: str) -> tuple[str, ...]:
    """Read origins as browsers write them, `https://site.example` or `http://host:port`."""
    origins = []
    for entry in value.replace(",", " ").split():
        try:
            parts = urlsplit(entry.rstrip("/"))
            named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            named = False
        if not named or parts.path or parts.query or parts.fragment or parts.username:
            raise SettingsError(
                "GUICHET_ALLOWED_ORIGINS doit contenir des origines comme"
                f" https://portail.example, sans chemin ; pas « {entry} »."
            )
        usual = {"http": ":80", "https": ":443"}[parts.scheme]
        origins.append(f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}")
    return tuple(origins)


def _networks(value: str) -> tuple[str, ...]:
    """Read networks such as `10.0.0.0/8`."""
    entries = tuple(value.replace(",", " ").split())
    for entry in entries:
        try:
            ip_network(entry)
        except ValueError as error:
            raise SettingsError(
                f"GUICHET_WEBHOOK_NETWORKS doit contenir des adresses ou des réseaux IP ({error})."
            ) from error
    return entries


def _secret_key(source: Source, var_dir: Path) -> str:
    given = source.text("GUICHET_SECRET_KEY")
    if given:
        return given
    path = var_dir / "secret_key"
    if not path.exists():
        # Linked into place whole, so that of two processes that start at once neither reads half.
        try:
            handle, partial = tempfile.mkstemp(dir=var_dir)
        except OSError as error:
            raise SettingsError(
                f"GUICHET_VAR_DIR : {var_dir} ne peut pas être écrit ({error.strerror})."
            ) from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        os.unlink(partial)
    return path.read_text(encoding="ascii").strip()


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: The environment to read; the process's own by default.

    Returns:
        The settings, with a secret key generated into `var/` (mode 600) where none is given.

    Raises:
        SettingsError: If a value is malformed or contradicts another.
    """
    source = Source(ROOT / ".env", os.environ if environ is None else environ)
    var_dir = Path(source.text("GUICHET_VAR_DIR", str(ROOT / "var"))).resolve()
    try:
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"GUICHET_VAR_DIR : {var_dir} ne peut pas être créé ({error.strerror})."
        ) from error
    port = source.number("GUICHET_PORT", 8080, low=0, high=65535)
    host = source.text("GUICHET_HOST", "127.0.0.1")
    base_path = source.text("GUICHET_BASE_PATH").rstrip("/")
    if base_path and not base_path.startswith("/"):
        raise SettingsError(f"GUICHET_BASE_PATH doit commencer par « / », pas « {base_path} ».")
    database_url = _database_url(
        source.text("GUICHET_DATABASE_URL", f"sqlite:///{var_dir / 'guichet.db'}")
    )
    workers = source.number("GUICHET_WORKERS", 1, low=1, high=64)
    if workers > 1 and not database_url.startswith("postgresql"):
        raise SettingsError(
            "GUICHET_WORKERS supérieur à 1 demande PostgreSQL :"
            " donnez un GUICHET_DATABASE_URL en postgresql://."
        )
    shown_host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    return Settings(
        port=port,
        host=host,
        base_path=base_path,
        trusted_proxies=tuple(source.text("GUICHET_TRUSTED_PROXIES").replace(",", " ").split()),
        database_url=database_url,
        workers=workers,
        content_dir=Path(source.text("GUICHET_CONTENT_DIR", str(ROOT / "faq"))).resolve(),
        default_portal=source.text("GUICHET_DEFAULT_PORTAL", "resah"),
        smtp_url=source.smtp_url("GUICHET_SMTP_URL"),
        smtp_urls=source.urls("GUICHET_SMTP_URL_", source.smtp_url),
        smtp_ca_file=source.certificates("GUICHET_SMTP_CA_FILE"),
        imap_url=source.imap_url("GUICHET_IMAP_URL"),
        imap_urls=source.urls("GUICHET_IMAP_URL_", source.imap_url),
        api_token=source.text("GUICHET_API_TOKEN") or None,
        secret_key=_secret_key(source, var_dir),
        public_url=source.text(
            "GUICHET_PUBLIC_URL", f"http://{shown_host}:{port}{base_path}"
        ).rstrip("/"),
        allowed_origins=_origins(source.text("GUICHET_ALLOWED_ORIGINS")),
        action_endpoint=source.text("GUICHET_ACTION_ENDPOINT") or None,
        retention_days=source.number("GUICHET_RETENTION_DAYS", 90, low=1, high=3650),
        demo=source.switch("GUICHET_DEMO"),
        demo_port=source.number("GUICHET_DEMO_PORT", 0, low=0, high=65535),
        var_dir=var_dir,
        models_dir=Path(source.text("GUICHET_MODELS_DIR", str(ROOT / "models"))).resolve(),
        turn_deadline=float(source.number("GUICHET_TURN_DEADLINE", 15, low=1, high=300)),
        action_timeout=float(source.number("GUICHET_ACTION_TIMEOUT", 10, low=1, high=300)),
        checks_per_network=source.rate("GUICHET_CHECKS_PER_NETWORK", 400),
        checks_per_portal=source.rate("GUICHET_CHECKS_PER_PORTAL", 5000),
        messages_per_conversation=source.rate("GUICHET_MESSAGES_PER_CONVERSATION", 30),
        messages_per_network=source.rate("GUICHET_MESSAGES_PER_NETWORK", 300),
        request_seconds=float(source.number("GUICHET_REQUEST_SECONDS", 20, low=1, high=300)),
        connections=source.number("GUICHET_CONNECTIONS", 1000, low=10, high=100_000),
        connections_per_network=source.number(
            "GUICHET_CONNECTIONS_PER_NETWORK", 200, low=5, high=100_000
        ),
        waiting_turns=source.number("GUICHET_WAITING_TURNS", 64, low=1, high=10_000),
        notice_minutes=source.number("GUICHET_NOTICE_MINUTES", 15, low=0, high=1440),
        webhook_networks=_networks(source.text("GUICHET_WEBHOOK_NETWORKS")),
    )


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """Return the process's settings, read at the first call.

    Rasa builds stores, channels and actions by class name and hands them no settings of ours; they
    fetch them here.
    """
    return load_settings()
