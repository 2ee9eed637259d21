"""`guichet mails`: takes mails that lie in files, or fetches those of the mailboxes once."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.content.live import current_content
from bot.desk.incoming.fetching import Fetcher
from bot.desk.incoming.mailbox import MAILBOX_FAULTS, read_address
from bot.desk.incoming.parts import MOST_BYTES
from bot.desk.incoming.taking import Intake, Taken
from bot.desk.sender import OutboxSender
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
    commands_of_mails = mails.add_subparsers(required=True, metavar="commande")
    take = commands_of_mails.add_parser("take", help="prendre des mails reçus, en fichiers .eml")
    take.add_argument("files", type=Path, nargs="+", metavar="FICHIER.eml")
    take.add_argument("--portal", required=True, metavar="PORTAIL")

    fetch = commands_of_mails.add_parser("fetch", help="relever les boîtes IMAP, une fois")

    def run(work: Callable[[argparse.Namespace, Tell], Awaitable[None]]) -> Callable[..., None]:
        def prepared(options: argparse.Namespace) -> None:
            migrations.upgrade(current_settings())
            in_database(lambda: work(options, tell))

        return prepared

    take.set_defaults(run=run(_take))
    fetch.set_defaults(run=run(_fetch))


async def _fetch(options: argparse.Namespace, tell: Tell) -> None:
    database, content, settings = current_database(), current_content(), current_settings()
    intake = Intake(database, content, settings)
    fetcher = Fetcher(database, content, settings, intake, OutboxSender(database, settings))
    if not fetcher.mailboxes():
        raise GuichetError("Aucune boîte à relever : donnez GUICHET_IMAP_URL.")
    for url in fetcher.mailboxes():
        shown = read_address(url).shown
        try:
            count = await fetcher.fetch_now(url)
        except MAILBOX_FAULTS as error:
            cause = str(error).strip().partition("\n")[0] or "délai dépassé"
            raise GuichetError(f"{shown} ne s’ouvre pas ({cause}).") from error
        if count is None:
            tell(f"{shown} : le service relève déjà cette boîte.")
        else:
            tell(f"{shown} : {count} mail{'s' * (count > 1)} pris.")


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
