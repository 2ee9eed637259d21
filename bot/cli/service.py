"""Runs the service: prepares what it needs, serves, and ends in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from bot.check import check
from bot.check.report import errors
from bot.cli.doctor import weak_token
from bot.content.live import current_content
from bot.desk.accounts_import import finish_imports
from bot.desk.incoming.fetching import Fetcher
from bot.desk.incoming.taking import Intake
from bot.desk.sender import OutboxSender
from bot.ground import migrations, private_files
from bot.ground.db import current_database
from bot.ground.errors import GuichetError
from bot.ground.settings import Settings
from bot.rasa import training
from bot.record.backfill import fill_missing
from bot.record.recount import recount_if_never
from bot.record.retention import purge_daily
from bot.staff.telling import tell_staff
from bot.web import proxies
from bot.web.demo.data import load_demo_accounts, refuse_demo_beside_real
from bot.web.readiness import files_trouble, watch
from bot.web.watchdog import Supervisor, beat, die_with_parent

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 5.0

Tell = Callable[[str], None]


def prepare(settings: Settings, tell: Tell) -> Path:
    """Check the content, bring database and model up to date, and load demo accounts.

    Args:
        settings: The settings.
        tell: Where progress is told, a line a step.

    Returns:
        The model to serve.

    Raises:
        GuichetError: If something is missing or wrong.
    """
    content = current_content()
    content.hold_against(check)
    if settings.default_portal not in content.portals:
        raise GuichetError(
            f"GUICHET_DEFAULT_PORTAL : le portail « {settings.default_portal} » n’existe pas."
        )
    if trouble := files_trouble(settings):
        raise GuichetError(f"GUICHET_VAR_DIR, {settings.var_dir} : {trouble}.")
    if weakness := weak_token(settings):
        tell(weakness)
    if address := proxies.unnamed(settings):
        tell(proxies.warning(address))
    tell(f"Contenu lu : {', '.join(sorted(content.portals))}.")
    if number := len(content.mistakes):
        counted = errors(number)
        logger.warning("%s dans le contenu ; guichet content check les montre.", counted)
    migrations.upgrade(settings)
    if changed := private_files.close(settings):
        logger.warning("%s paths under %s closed to others", len(changed), settings.var_dir)
    tell("Base de données à jour.")

    async def load() -> int:
        try:
            await refuse_demo_beside_real(current_database(), settings)
            await fill_missing(current_database(), settings.secret_key)
            if count := await recount_if_never(current_database()):
                tell(f"{count} conversations comptées pour la page Bilan.")
            if count := await finish_imports(current_database()):
                logger.warning("%s interrupted imports of accounts brought to their end", count)
            return await load_demo_accounts(current_database(), content, settings)
        finally:
            await current_database().dispose()

    if count := asyncio.run(load()):
        tell(f"{count} comptes de démonstration en place.")
    model = training.fitting_model(settings.models_dir)
    if model is None:
        tell("Entraînement du modèle (moins d’une minute)…")
        started = time.monotonic()
        model = training.train(settings.models_dir)
        tell(f"Modèle entraîné en {time.monotonic() - started:.0f} s.")
    return model


def serve(settings: Settings, tell: Tell) -> int:
    """Serve until asked to stop: in processes of their own, each replaced when it ends or hangs.

    Returns:
        The exit status.

    Raises:
        GuichetError: If something is missing or wrong.
    """
    prepare(settings, tell)
    # Those who serve keep up with the content, each by itself.
    current_content.cache_clear()

    def ready() -> None:
        if settings.workers > 1:
            where = f"http://{settings.host}:{settings.port}{settings.base_path}/"
            tell(f"{settings.workers} processus répondent sur {where} (Ctrl-C arrête).")

    status = Supervisor(settings.workers).run(ready)
    if not status:
        tell("Arrêté.")
    return status


def serve_worker(settings: Settings, tell: Tell) -> None:
    """Serve as a supervisor's process; several share the port.

    Raises:
        GuichetError: If something is missing or wrong, such as a port that is taken.
    """
    die_with_parent()
    model = training.fitting_model(settings.models_dir)
    if model is None:
        raise GuichetError("Aucun modèle ne convient : lancez `guichet train`.")
    several = settings.workers > 1
    silent: Tell = lambda line: None  # noqa: E731
    asyncio.run(_serve(settings, model, silent if several else tell, reuse_port=several))


async def _serve(settings: Settings, model: Path, tell: Tell, *, reuse_port: bool = False) -> None:
    # Imported here: Rasa takes seconds, which preparing alone should not cost.
    from bot.rasa.assistant import Assistant
    from bot.web.app import create_app
    from bot.web.connections import Runner
    from bot.web.hooks import HookSender

    started = time.monotonic()
    database, content = current_database(), current_content()
    content.hold_against(check)
    try:
        assistant = Assistant(settings, database, model)
    except Exception as error:
        logger.debug("The model cannot be loaded", exc_info=True)
        raise GuichetError(f"Le modèle ne se charge pas : {training.damaged(model)}") from error
    sender = OutboxSender(database, settings)
    app = create_app(settings, database, content, assistant, sender)
    intake = Intake(database, content, settings)
    fetcher = Fetcher(database, content, settings, intake, sender)
    runner = Runner(app, settings, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, reuse_port=reuse_port or None)
    await _start(runner, site, settings.host, settings.port)
    port = runner.addresses[0][1]
    if settings.demo_port:
        demo = web.TCPSite(runner, settings.host, settings.demo_port, reuse_port=reuse_port or None)
        await _start(runner, demo, settings.host, settings.demo_port)
    tell(f"Modèle chargé en {time.monotonic() - started:.0f} s.")
    tell(f"Guichet répond sur http://{settings.host}:{port}{settings.base_path}/ (Ctrl-C arrête).")
    if settings.demo_port:
        tell(f"Le portail de démonstration est aussi sur {settings.demo_origin}/.")
    tasks = [
        asyncio.create_task(sender.run(), name="outbox"),
        asyncio.create_task(fetcher.run(), name="mailboxes"),
        asyncio.create_task(purge_daily(database, settings), name="purge"),
        asyncio.create_task(watch(database, settings, model), name="readiness"),
        asyncio.create_task(tell_staff(database, content, settings, sender), name="notices"),
        asyncio.create_task(HookSender(database, settings).run(), name="webhooks"),
        asyncio.create_task(beat(), name="beat"),
    ]
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    tell("Arrêt en cours…")
    await runner.cleanup()
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await assistant.close()
    await database.dispose()


async def _start(runner: web.AppRunner, site: web.TCPSite, host: str, port: int) -> None:
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise GuichetError(
            f"Le port {port} de {host} n’est pas libre ({error.strerror})."
        ) from error
