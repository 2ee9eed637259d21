"""`guichet mails take`: mails that lie in files go the way of those that come in."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.content.live import current_content
from bot.desk.incoming.parts import MOST_BYTES
from bot.desk.incoming.taking import Intake, Taken
from bot.ground import migrations
from bot.ground.db import current_database
from bot.ground.errors import GuichetError, LimitReached
from bot.ground.settings import current_settings

Tell = Callable[[str], None]
InDatabase = Callable[[Callable[[], Awaitable[Any]]], Any]

_DONE = {
    "added": "ajouté à la demande {reference}",
    "opened": "nouvelle demande {reference}",
    "known": "déjà pris",
    "refused": "un mail de Guichet est marqué comme refusé",
    "ignored": "ne concerne aucune demande, rien n’est gardé",
}


def add_parser(commands: Any, tell: Tell, in_database: InDatabase) -> None:
    """Add the command.

    Args:
        commands: argparse's subparsers.
        tell: Where to tell what was done, a line a file.
        in_database: Runs work on the process's database, and closes it.
    """
    mails = commands.add_parser("mails", help="mails reçus")
    take = mails.add_subparsers(required=True, metavar="commande").add_parser(
        "take", help="prendre des mails reçus, en fichiers .eml"
    )
    take.add_argument("files", type=Path, nargs="+", metavar="FICHIER.eml")
    take.add_argument("--portal", required=True, metavar="PORTAIL")

    def run(options: argparse.Namespace) -> None:
        migrations.upgrade(current_settings())
        in_database(lambda: _take(options, tell))

    take.set_defaults(run=run)


async def _take(options: argparse.Namespace, tell: Tell) -> None:
    content = current_content()
    portal = content.portal(options.portal)
    intake = Intake(current_database(), content, current_settings())
    for path in options.files:
        try:
            taken = await intake.take(_read(path), portal)
        except LimitReached as error:
            raise GuichetError(
                f"{path} : trop de mails de cet expéditeur ou pour ce portail ; relancez la"
                f" commande dans {error.seconds} secondes, ce qui est pris le reste."
            ) from error
        tell(f"{path} : {_told(taken)}.")


def _read(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GuichetError(f"{path} ne peut pas être lu ({error.strerror}).") from error
    if len(raw) > MOST_BYTES:
        raise GuichetError(f"{path} dépasse {MOST_BYTES // 1024 // 1024} Mo.")
    return raw


def _told(taken: Taken) -> str:
    return _DONE[taken.outcome].format(reference=taken.reference)
