"""The `guichet` command: one sentence on stderr and a status other than 0 where something fails."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from bot.rasa import patches as rasa_patches

rasa_patches.prepare()

from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

from bot import __version__  # noqa: E402
from bot.check.report import check_content  # noqa: E402
from bot.cli import console_command as console  # noqa: E402
from bot.cli import mails_command  # noqa: E402
from bot.cli.doctor import examine  # noqa: E402
from bot.content.live import current_content  # noqa: E402
from bot.desk.accounts_import import import_accounts  # noqa: E402
from bot.desk.sender import OutboxSender  # noqa: E402
from bot.evaluate import options as evaluation  # noqa: E402
from bot.ground import logs, migrations  # noqa: E402
from bot.ground.db import current_database  # noqa: E402
from bot.ground.errors import GuichetError  # noqa: E402
from bot.ground.private_files import UMASK  # noqa: E402
from bot.ground.settings import current_settings  # noqa: E402
from bot.rasa import training  # noqa: E402
from bot.staff.audit import from_shell, record_now  # noqa: E402

Result = TypeVar("Result")


def tell(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; the process's own by default.

    Returns:
        The exit status: 0, or 1 after an error that was told in one sentence.
    """
    options = _parser().parse_args(arguments)
    logs.configure(logging.DEBUG if options.verbose else logging.INFO)
    try:
        run: Callable[[argparse.Namespace], int | None] = options.run
        if run is not _train:
            # A model holds nobody's data, and may be trained by one user and served by another.
            os.umask(UMASK)
        return run(options) or 0
    except GuichetError as error:
        print(f"guichet : {error}", file=sys.stderr)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        line = str(cause).strip().partition("\n")[0]
        print(f"guichet : la base de données ne répond pas ({line}).", file=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guichet", description="L’assistant Guichet.")
    parser.add_argument("--verbose", action="store_true", help="journal détaillé")
    parser.add_argument(
        "--version", action="version", version=f"Guichet {__version__}",
        help="dire la version, et s’arrêter",
    )  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="commande")

    serve = commands.add_parser("serve", help="préparer ce qu’il faut, puis servir")
    serve.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)

    prepare = commands.add_parser(
        "prepare", help="base de données, comptes de démonstration et modèle, sans servir"
    )
    prepare.set_defaults(run=_prepare)

    train = commands.add_parser("train", help="entraîner le modèle s’il le faut")
    train.add_argument("--force", action="store_true", help="même si un modèle convient")
    train.set_defaults(run=_train)

    accounts = commands.add_parser("accounts", help="comptes connus d’un portail")
    account_commands = accounts.add_subparsers(required=True, metavar="commande")
    imports = account_commands.add_parser("import", help="charger un fichier CSV de comptes")
    imports.add_argument("file", type=Path, metavar="FICHIER.csv")
    imports.add_argument("--portal", required=True, metavar="PORTAIL")
    imports.add_argument(
        "--sync", action="store_true", help="désactiver les comptes absents du fichier"
    )
    imports.set_defaults(run=_import_accounts)

    outbox = commands.add_parser("outbox", help="mails en attente")
    outbox_commands = outbox.add_subparsers(required=True, metavar="commande")
    send = outbox_commands.add_parser("send", help="envoyer ce qui est dû, une fois")
    send.set_defaults(run=_send_outbox)

    mails_command.add_parser(commands, tell, _in_database)
    content = commands.add_parser("content", help="ce que l’assistant sait et dit")
    content_commands = content.add_subparsers(required=True, metavar="commande")
    check = content_commands.add_parser(
        "check", help="nommer chaque erreur, avec le fichier, la ligne et le remède"
    )
    check.add_argument("directory", type=Path, nargs="?", metavar="DOSSIER")
    check.set_defaults(run=_check_content)

    doctor = commands.add_parser("doctor", help="dire ce qui marche, et ce qui reste à faire")
    doctor.set_defaults(run=lambda options: examine(tell))

    console.add_parsers(commands, tell, _in_database)
    evaluation.add_parser(commands, tell)
    return parser


def _serve(options: argparse.Namespace) -> int:
    # Serving needs no TensorFlow; without it the service starts in seconds.
    rasa_patches.leave_unused_out()
    from bot.cli import service

    rasa_patches.check_action_results_once_compiled()
    rasa_patches.find_event_types_once()
    rasa_patches.bound_tokens()
    if options.worker:
        service.serve_worker(current_settings(), tell)
        return 0
    return service.serve(current_settings(), tell)


def _prepare(options: argparse.Namespace) -> None:
    rasa_patches.leave_unused_out()
    from bot.cli import service

    service.prepare(current_settings(), tell)


def _train(options: argparse.Namespace) -> None:
    settings = current_settings()
    if training.fitting_model(settings.models_dir) and not options.force:
        tell("Un modèle convient déjà ; --force entraîne quand même.")
        return
    tell("Entraînement du modèle…")
    tell(f"Modèle prêt : {training.train(settings.models_dir, force=options.force)}")


def _import_accounts(options: argparse.Namespace) -> None:
    portal = current_content().portal(options.portal)
    migrations.upgrade(current_settings())

    async def load() -> str:
        database = current_database()
        result = await import_accounts(database, portal, options.file, sync=options.sync)
        told = (
            f"{result.added} ajoutés, {result.changed} modifiés, {result.unchanged} inchangés,"
            f" {result.disabled} désactivés"
        )
        await record_now(database, from_shell("imported", portal=portal.id, detail=told))
        return told

    tell(f"{_in_database(load)}.")


def _send_outbox(options: argparse.Namespace) -> None:
    migrations.upgrade(current_settings())
    tried = _in_database(lambda: OutboxSender(current_database(), current_settings()).send_due())
    tell(f"{tried} mails traités.")


def _check_content(options: argparse.Namespace) -> int:
    directory: Path = options.directory or current_settings().content_dir
    return check_content(directory.resolve(), tell)


def _in_database(work: Callable[[], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        try:
            return await work()
        finally:
            await current_database().dispose()

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
