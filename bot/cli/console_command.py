"""The console's part of the command line: staff accounts, retention, and a person's rights."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.cli import users_command
from bot.desk.privacy import fingerprint
from bot.ground import migrations
from bot.ground.addresses import is_address, normalise_address
from bot.ground.db import current_database
from bot.ground.errors import GuichetError
from bot.ground.settings import current_settings
from bot.record.backfill import fill_missing
from bot.record.erasure import erase
from bot.record.export import export_person
from bot.record.recount import recount
from bot.record.redacting import redact_stored
from bot.record.retention import purge, told
from bot.staff.audit import from_shell, record_now

Tell = Callable[[str], None]
InDatabase = Callable[[Callable[[], Awaitable[Any]]], Any]


def add_parsers(commands: Any, tell: Tell, in_database: InDatabase) -> None:
    """Add the commands.

    Args:
        commands: argparse's subparsers.
        tell: Where to tell what was done, a line each.
        in_database: Runs work on the process's database, and closes it.
    """

    def run(work: Callable[[argparse.Namespace, Tell], Awaitable[None]]) -> Callable[..., None]:
        def prepared(options: argparse.Namespace) -> None:
            migrations.upgrade(current_settings())
            in_database(lambda: work(options, tell))

        return prepared

    users_command.add_parsers(commands, run)
    commands.add_parser(
        "purge", help="effacer ce qui dépasse la durée de conservation"
    ).set_defaults(run=run(_purge))
    erasing = commands.add_parser("erase", help="effacer tout ce qui concerne une adresse")
    erasing.add_argument("email", metavar="ADRESSE")
    erasing.set_defaults(run=run(_erase))
    exporting = commands.add_parser("export", help="tout ce qui concerne une adresse, en JSON")
    exporting.add_argument("email", metavar="ADRESSE")
    exporting.add_argument("--output", type=Path, metavar="FICHIER.json")
    exporting.set_defaults(run=run(_export))
    commands.add_parser(
        "redact", help="masquer les mots de passe des conversations déjà enregistrées"
    ).set_defaults(run=run(_redact))
    commands.add_parser(
        "index", help="compléter les listes et la recherche de la console"
    ).set_defaults(run=run(_index))
    commands.add_parser(
        "recount", help="compter de nouveau ce que montre la page Bilan de la console"
    ).set_defaults(run=run(_recount))


async def _purge(options: argparse.Namespace, tell: Tell) -> None:
    counts = await purge(current_database(), current_settings())
    tell(told(counts, "Rien ne dépasse la durée de conservation."))


async def _erase(options: argparse.Namespace, tell: Tell) -> None:
    settings, address = current_settings(), _address(options.email)
    await _record("erased", address)
    held = await erase(
        current_database(),
        address,
        portal=None,
        secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )
    tell(told(held.counts, "Rien n’est conservé sur cette adresse."))


async def _export(options: argparse.Namespace, tell: Tell) -> None:
    settings, address = current_settings(), _address(options.email)
    await _record("exported", address)
    text = await export_person(
        current_database(),
        address,
        portal=None,
        secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )
    if options.output is None:
        sys.stdout.write(f"{text}\n")
        return
    try:
        options.output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise GuichetError(
            f"{options.output} ne peut pas être écrit ({error.strerror})."
        ) from error
    tell(f"Écrit dans {options.output}.")


async def _redact(options: argparse.Namespace, tell: Tell) -> None:
    counts = await redact_stored(current_database())
    tell(told(counts, "Aucun mot de passe n’a été trouvé dans ce qui est enregistré."))


async def _index(options: argparse.Namespace, tell: Tell) -> None:
    count = await fill_missing(current_database(), current_settings().secret_key)
    tell(f"{count} conversations ajoutées aux listes et à la recherche.")


async def _recount(options: argparse.Namespace, tell: Tell) -> None:
    count = await recount(current_database())
    tell(f"{count} conversations comptées.")


async def _record(action: str, address: str) -> None:
    """Write into the record what the console's page would write."""
    key = fingerprint(address, current_settings().secret_key)
    await record_now(current_database(), from_shell(action, key))


def _address(text: str) -> str:
    address = normalise_address(text)
    if not is_address(address):
        raise GuichetError(f"« {text} » n’est pas une adresse e-mail.")
    return address
