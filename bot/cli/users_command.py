"""Staff accounts on the command line: who may do what on which portal."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from bot.content.live import current_content
from bot.ground.db import current_database
from bot.ground.moments import shown
from bot.ground.settings import current_settings
from bot.staff import users
from bot.staff.directory import list_users
from bot.staff.invitations import INVITATION_LIFETIME
from bot.staff.tables import ROLES

Tell = Callable[[str], None]
Work = Callable[[argparse.Namespace, Tell], Awaitable[None]]


def add_parsers(commands: Any, run: Callable[[Work], Callable[..., None]]) -> None:
    """Add the commands.

    Args:
        commands: argparse's subparsers.
        run: Makes a command of work in the database.
    """
    staff = commands.add_parser("users", help="comptes de la console")
    staff_commands = staff.add_subparsers(required=True, metavar="commande")
    for name, work, text in (
        ("add", _add, "donner à quelqu’un un rôle sur un portail"),
        ("enable", _enable, "rouvrir un accès fermé, avec ce seul rôle et un nouveau lien"),
    ):
        add = staff_commands.add_parser(name, help=text)
        add.add_argument("email", metavar="ADRESSE")
        add.add_argument("--portal", required=True, metavar="PORTAIL", help="« * » pour tous")
        add.add_argument("--role", required=True, choices=ROLES)
        add.add_argument(
            "--region", action="append", default=[], metavar="RÉGION",
            help="dont les demandes lui reviennent ; plusieurs fois si besoin",
        )  # fmt: skip
        add.set_defaults(run=run(work))
    again = staff_commands.add_parser(
        "invite", help="nouveau lien pour choisir un mot de passe ; l’ancien ne vaut plus"
    )
    again.add_argument("email", metavar="ADRESSE")
    again.set_defaults(run=run(_invite))
    remove = staff_commands.add_parser("remove", help="retirer le rôle sur un portail")
    remove.add_argument("email", metavar="ADRESSE")
    remove.add_argument("--portal", required=True, metavar="PORTAIL", help="« * » : sur tous")
    remove.set_defaults(run=run(_remove))
    disable = staff_commands.add_parser("disable", help="fermer l’accès et toutes les sessions")
    disable.add_argument("email", metavar="ADRESSE")
    disable.set_defaults(run=run(_disable))
    staff_commands.add_parser("list", help="qui a accès à quoi").set_defaults(run=run(_list))


async def _add(options: argparse.Namespace, tell: Tell) -> None:
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


async def _enable(options: argparse.Namespace, tell: Tell) -> None:
    token, lost = await users.enable_user(
        current_database(),
        current_content(),
        email=options.email,
        portal=options.portal,
        role=options.role,
        regions=tuple(options.region),
    )
    tell(f"Accès rouvert avec un seul rôle : {options.portal} : {options.role}.")
    if lost:
        tell(f"Ne reviennent pas : {_spelled(lost)}.")
    _tell_link(token, tell)


async def _invite(options: argparse.Namespace, tell: Tell) -> None:
    _tell_link(await users.invite_again(current_database(), options.email), tell)


async def _remove(options: argparse.Namespace, tell: Tell) -> None:
    left = await users.remove_grant(current_database(), options.email, options.portal)
    tell("Rôle retiré, sessions fermées.")
    tell(f"Reste : {_spelled(left)}." if left else "Il ne lui reste aucun rôle.")


async def _disable(options: argparse.Namespace, tell: Tell) -> None:
    await users.disable_user(current_database(), options.email)
    tell("Accès fermé, sessions comprises.")


async def _list(options: argparse.Namespace, tell: Tell) -> None:
    for listed in await list_users(current_database()):
        facts = [f"{listed.email} ({_spelled(listed.grants) or 'aucun rôle'})"]
        if not listed.active:
            facts.append("accès fermé")
        if listed.last_login:
            facts.append(f"dernière connexion {shown(listed.last_login)}")
        else:
            facts.append("jamais connecté depuis un an")
        if listed.invited_until:
            facts.append(f"lien en attente jusqu’au {shown(listed.invited_until)}")
        tell(" – ".join(facts))


def _spelled(grants: tuple[users.Grant, ...]) -> str:
    return ", ".join(
        f"{grant.portal} : {grant.role}"
        + (f" ({', '.join(grant.regions)})" if grant.regions else "")
        for grant in grants
    )


def _tell_link(token: str, tell: Tell) -> None:
    hours = int(INVITATION_LIFETIME.total_seconds() // 3600)
    tell(f"Lien à donner à la personne, valable {hours} h, une seule fois :")
    tell(f"{current_settings().public_url}/console/invitation/{token}")
