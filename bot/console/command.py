"""The console's part of the command line: staff accounts, retention, and a person's rights."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from actions.addresses import is_address, normalise_address
from actions.content import current_content
from actions.db import current_database
from actions.errors import GuichetError
from actions.settings import current_settings
from bot import migrations
from bot.console import users
from bot.console.export import export_person
from bot.console.filling import fill_missing
from bot.console.persons import erase
from bot.console.retention import purge, told
from bot.console.tables import ROLES

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

    staff = commands.add_parser("users", help="comptes de la console")
    staff_commands = staff.add_subparsers(required=True, metavar="commande")
    add = staff_commands.add_parser("add", help="donner à quelqu’un un rôle sur un portail")
    add.add_argument("email", metavar="ADRESSE")
    add.add_argument("--portal", required=True, metavar="PORTAIL", help="« * » pour tous")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument(
        "--region", action="append", default=[], metavar="RÉGION",
        help="dont les demandes lui reviennent ; plusieurs fois si besoin",
    )  # fmt: skip
    add.set_defaults(run=run(_add_user))
    again = staff_commands.add_parser(
        "invite", help="nouveau lien pour choisir un mot de passe ; l’ancien ne vaut plus"
    )
    again.add_argument("email", metavar="ADRESSE")
    again.set_defaults(run=run(_invite))
    disable = staff_commands.add_parser("disable", help="fermer l’accès et toutes les sessions")
    disable.add_argument("email", metavar="ADRESSE")
    disable.set_defaults(run=run(_disable))
    staff_commands.add_parser("list", help="qui a accès à quoi").set_defaults(run=run(_list))

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
        "index", help="compléter les listes et la recherche de la console"
    ).set_defaults(run=run(_index))


async def _add_user(options: argparse.Namespace, tell: Tell) -> None:
    token = await users.add_user(
        current_database(),
        current_content(),
        email=options.email,
        portal=options.portal,
        role=options.role,
        regions=tuple(options.region),
    )
    if token is None:
        tell("Rôle enregistré ; le mot de passe reste le même.")
    else:
        _tell_link(token, tell)


async def _invite(options: argparse.Namespace, tell: Tell) -> None:
    _tell_link(await users.invite_again(current_database(), options.email), tell)


async def _disable(options: argparse.Namespace, tell: Tell) -> None:
    await users.disable_user(current_database(), options.email)
    tell("Accès fermé, sessions comprises.")


async def _list(options: argparse.Namespace, tell: Tell) -> None:
    for listed in await users.list_users(current_database()):
        roles = ", ".join(f"{portal} : {role}" for portal, role in listed.grants)
        tell(f"{listed.email} ({roles}){'' if listed.active else ' – accès fermé'}")


async def _purge(options: argparse.Namespace, tell: Tell) -> None:
    counts = await purge(current_database(), current_settings())
    tell(told(counts, "Rien ne dépasse la durée de conservation."))


async def _erase(options: argparse.Namespace, tell: Tell) -> None:
    settings = current_settings()
    held = await erase(
        current_database(),
        _address(options.email),
        portal=None,
        secret_key=settings.secret_key,
        var_dir=settings.var_dir,
    )
    tell(told(held.counts, "Rien n’est conservé sur cette adresse."))


async def _export(options: argparse.Namespace, tell: Tell) -> None:
    settings = current_settings()
    text = await export_person(
        current_database(),
        _address(options.email),
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


async def _index(options: argparse.Namespace, tell: Tell) -> None:
    count = await fill_missing(current_database(), current_settings().secret_key)
    tell(f"{count} conversations ajoutées aux listes et à la recherche.")


def _address(text: str) -> str:
    address = normalise_address(text)
    if not is_address(address):
        raise GuichetError(f"« {text} » n’est pas une adresse e-mail.")
    return address


def _tell_link(token: str, tell: Tell) -> None:
    hours = int(users.INVITATION_LIFETIME.total_seconds() // 3600)
    tell(f"Lien à donner à la personne, valable {hours} h, une seule fois :")
    tell(f"{current_settings().public_url}/console/invitation/{token}")
