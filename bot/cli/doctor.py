"""`guichet doctor`: what is in order, what is left to do, and what is broken, a line each."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib
from sqlalchemy import func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.check import check
from bot.check.placeholders import placeholders
from bot.check.report import amount_of, errors
from bot.cli.findings import Finding, State, other_forms
from bot.cli.mailboxes import mailboxes
from bot.content.files import Gravity
from bot.desk.accounts import AccountRow
from bot.desk.smtp import client_for
from bot.ground import migrations, private_files
from bot.ground.db import Database
from bot.ground.errors import SettingsError
from bot.ground.settings import Settings, load_settings
from bot.rasa import training
from bot.record import clock_guard
from bot.web import proxies

_SMTP_SECONDS = 10.0
_DATABASE_SECONDS = 10.0
_LEAST_KEY = 32
_MOST_LINES = 6
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def examine(tell: Callable[[str], None]) -> int:
    """Look at everything that Guichet needs.

    Args:
        tell: Where each finding is told, a line each.

    Returns:
        The exit status: 0, or 1 where something is broken.
    """
    findings = asyncio.run(_gather(tell))
    broken = sum(finding.state is State.BROKEN for finding in findings)
    to_do = sum(finding.state is State.TO_DO for finding in findings)
    tell(f"{broken} en panne, {to_do} à faire, {len(findings) - broken - to_do} en ordre.")
    return 1 if broken else 0


async def _gather(tell: Callable[[str], None]) -> list[Finding]:
    findings = []
    async for finding in _findings():
        tell(f"{finding.state.value:9}{finding.text}")
        findings.append(finding)
    return findings


async def _findings() -> AsyncIterator[Finding]:
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Finding(State.BROKEN, f"Réglages : {error}")
        return
    for finding in (
        *_settings(settings), *_proxy(settings), *_purge(settings),
        _secret_key(settings), _modes(settings), _model(settings),
    ):  # fmt: skip
        yield finding
    reading = check(settings.content_dir, settings.retention_days)
    mistakes = reading.mistakes
    if mistakes.of(Gravity.BLOCKS):
        text = (
            f"{errors(len(mistakes))}, il ne peut pas être lu ; guichet content check les montre."
        )
        yield Finding(State.BROKEN, f"Contenu : {text}")
    elif len(mistakes):
        text = f"{errors(len(mistakes))} ; guichet content check les montre."
        yield Finding(State.TO_DO, f"Contenu : {text}")
    else:
        yield Finding(State.FINE, f"Contenu : {amount_of(reading)}.")
    if settings.default_portal not in reading.portals:
        name = settings.default_portal
        yield Finding(State.BROKEN, f"GUICHET_DEFAULT_PORTAL : le portail « {name} » n’existe pas.")
    accounts: dict[tuple[str, str, bool], int] | None = None
    finding, accounts = await _database(settings)
    yield finding
    if accounts is not None:
        for finding in _accounts(accounts, list(reading.portals)):
            yield finding
        async for finding in other_forms(settings):
            yield finding
    real = any(not demo for _, _, demo in accounts or ())
    async for finding in _mail(settings, list(reading.portals), real=real):
        yield finding
    async for finding in mailboxes(settings, list(reading.portals)):
        yield finding
    if settings.demo and (real or settings.smtp_url or settings.smtp_urls):
        text = "refusé à côté de comptes réels ou d’un serveur SMTP ; retirez ce réglage."
        yield Finding(State.BROKEN, f"GUICHET_DEMO=on : {text}")
    if weakness := weak_token(settings):
        yield Finding(State.TO_DO, weakness)
    if real and settings.api_token is None:
        text = "sans lui, le portail ne peut pas utiliser les liens de réinitialisation."
        yield Finding(State.TO_DO, f"GUICHET_API_TOKEN : donnez-en un ; {text}")
    for finding in _placeholders(settings.content_dir):
        yield finding


def weak_token(settings: Settings) -> str:
    """Return what is wrong with the API token, or an empty text."""
    if settings.api_token is None or len(settings.api_token) >= _LEAST_KEY:
        return ""
    text = f"trop court, il se devine ; donnez-lui {_LEAST_KEY} caractères au moins."
    return f"GUICHET_API_TOKEN : {text}"


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding(State.FINE, f"Réglages lus ; données sous {settings.var_dir}.")
    public = urlsplit(settings.public_url).hostname or ""
    if public in _LOCAL and settings.host not in _LOCAL:
        text = "donnez l’adresse publique, les liens des mails mènent à cette machine."
        yield Finding(State.TO_DO, f"GUICHET_PUBLIC_URL : {text}")


def _proxy(settings: Settings) -> Iterator[Finding]:
    if address := proxies.unnamed(settings):
        yield Finding(State.TO_DO, proxies.warning(address))


def _purge(settings: Settings) -> Iterator[Finding]:
    if clock_guard.waits(settings):
        yield Finding(State.TO_DO, clock_guard.WAITS)


def _secret_key(settings: Settings) -> Finding:
    path = settings.var_dir / "secret_key"
    if len(settings.secret_key) < _LEAST_KEY:
        text = f"donnez-lui {_LEAST_KEY} caractères au moins."
        return Finding(State.TO_DO, f"GUICHET_SECRET_KEY : {text}")
    if not path.exists() or path.read_text(encoding="ascii").strip() != settings.secret_key:
        return Finding(State.FINE, "Clé secrète : donnée par les réglages.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(
            State.TO_DO, f"Clé secrète : d’autres peuvent la lire ({mode:o}) ; chmod 600 {path}"
        )
    return Finding(State.FINE, f"Clé secrète : {path}, lisible par son propriétaire seul.")


def _modes(settings: Settings) -> Finding:
    if paths := private_files.exposed(settings):
        shown = ", ".join(map(str, paths[:_MOST_LINES])) + ("…" if len(paths) > _MOST_LINES else "")
        text = f"d’autres peuvent lire {shown} ; chmod -R go= {settings.var_dir}"
        return Finding(State.TO_DO, f"Droits des fichiers : {text}")
    return Finding(State.FINE, "Droits des fichiers : lisibles par leur propriétaire seul.")


def _model(settings: Settings) -> Finding:
    model = training.fitting_model(settings.models_dir)
    if model is None:
        return Finding(State.TO_DO, "Modèle : aucun ne convient ; guichet train en entraîne un.")
    if not training.is_whole(model):
        return Finding(State.BROKEN, f"Modèle : {training.damaged(model)}")
    return Finding(State.FINE, f"Modèle : {model.name}.")


async def _database(
    settings: Settings,
) -> tuple[Finding, dict[tuple[str, str, bool], int] | None]:
    """Look at the database without changing it, and count its accounts."""
    url = make_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if _lacks_file(url):
        text = f"Base de données : à créer ({shown}) ; guichet prepare."
        return Finding(State.TO_DO, text), None
    database = Database(settings.database_url)
    try:
        return await asyncio.wait_for(_counted(database, shown), _DATABASE_SECONDS)
    except (SQLAlchemyError, OSError, asyncio.TimeoutError) as error:
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        text = (
            f"{shown} ne répond pas ({cause or 'délai dépassé'}) ; vérifiez GUICHET_DATABASE_URL."
        )
        return Finding(State.BROKEN, f"Base de données : {text}"), None
    finally:
        await database.dispose()


def _lacks_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


async def _counted(
    database: Database, shown: str
) -> tuple[Finding, dict[tuple[str, str, bool], int] | None]:
    async with database.engine.connect() as connection:
        current = await connection.run_sync(migrations.is_current)
    if not current:
        text = f"Base de données : à mettre à jour ({shown}) ; guichet prepare."
        return Finding(State.TO_DO, text), None
    columns = (AccountRow.portal, AccountRow.status, AccountRow.demo)
    async with database.read() as session:
        rows = await session.execute(select(*columns, func.count()).group_by(*columns))
        accounts = {(portal, status, demo): count for portal, status, demo, count in rows}
    return Finding(State.FINE, f"Base de données : {shown}, à jour."), accounts


def _accounts(accounts: dict[tuple[str, str, bool], int], portals: list[str]) -> Iterator[Finding]:
    for portal in portals:
        own = {key: count for key, count in accounts.items() if key[0] == portal}
        how = f"guichet accounts import FICHIER.csv --portal {portal}"
        if not own:
            yield Finding(State.TO_DO, f"Comptes de {portal} : aucun ; {how}")
            continue
        parts = ", ".join(f"{count} {status}" for (_, status, _), count in sorted(own.items()))
        if all(demo for _, _, demo in own):
            yield Finding(State.TO_DO, f"Comptes de {portal} : {parts}, de démonstration ; {how}")
        else:
            yield Finding(State.FINE, f"Comptes de {portal} : {parts}, réels.")
    for portal in sorted({portal for portal, _, _ in accounts} - set(portals)):
        yield Finding(State.TO_DO, f"Comptes de {portal} : ce portail n’existe pas (plus).")


async def _mail(settings: Settings, portals: list[str], *, real: bool) -> AsyncIterator[Finding]:
    by_url: dict[str | None, list[str]] = {}
    for portal in portals:
        by_url.setdefault(settings.smtp_url_for(portal), []).append(portal)
    for url, names in by_url.items():
        whose = ", ".join(names)
        if url is None:
            state = State.TO_DO if real else State.FINE
            what = " ; donnez GUICHET_SMTP_URL pour les envoyer." if real else "."
            folder = settings.var_dir / "mail"
            yield Finding(state, f"Mails de {whose} : gardés en fichiers .eml sous {folder}{what}")
            continue
        parts = urlsplit(url)
        shown = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        try:
            await _greet(url, settings.smtp_ca_file)
        except (aiosmtplib.SMTPException, OSError, asyncio.TimeoutError) as error:
            cause = str(error).strip().partition("\n")[0] or "délai dépassé"
            text = f"{shown} ne répond pas ({cause}) ; vérifiez GUICHET_SMTP_URL."
            yield Finding(State.BROKEN, f"Mails de {whose} : {text}")
        else:
            yield Finding(State.FINE, f"Mails de {whose} : {shown} répond.")


async def _greet(url: str, ca_file: Path | None) -> None:
    """Connect and log in, without sending anything."""
    async with client_for(url, ca_file, _SMTP_SECONDS) as client:
        await client.noop()


def _placeholders(directory: Path) -> Iterator[Finding]:
    found = list(placeholders(directory))
    for path, lines in found:
        shown = ", ".join(map(str, lines[:_MOST_LINES])) + ("…" if len(lines) > _MOST_LINES else "")
        text = f"{len(lines)} lignes à remplacer dans {path} (lignes {shown})."
        yield Finding(State.TO_DO, f"Données provisoires : {text}")
    if not found:
        yield Finding(State.FINE, "Données provisoires : il n’en reste pas.")
