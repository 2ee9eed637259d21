"""portal.yml: its id can stand in an address, mails can be sent, and its colours can be read."""

from __future__ import annotations

import re

from bot.content.files import Mistakes, PortalFiles, Reading
from bot.ground.addresses import is_address, normalise_address
from bot.ground.colours import READABLE, WHITE, contrast, expanded
from bot.staff.tables import ROLES

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_ID = 64
_TAKEN = frozenset(
    {
        "common", "console", "conversations", "demo", "healthz", "metrics", "model", "readyz",
        "resets", "static", "tickets", "webhooks",
    }
)  # fmt: skip
"""First parts of addresses that lead elsewhere."""

_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def check(reading: Reading) -> None:
    """Name what is wrong with the facts of every portal."""
    for files in reading.portals.values():
        if files.facts.value:
            _check_facts(files, reading.mistakes)
            _check_colours(files, reading.mistakes)


def _check_facts(files: PortalFiles, mistakes: Mistakes) -> None:
    portal, file = files.portal, files.facts
    if not _ID.fullmatch(portal.id) or len(portal.id) > _MOST_ID or portal.id in _TAKEN:
        mistakes.breaks(
            file.path,
            file.line("id"),
            f"un portail ne peut pas s’appeler « {portal.id} »",
            "prenez pour dossier et id un autre nom : minuscules sans accent, chiffres, tirets",
        )
    for key, address in (("sender", portal.sender), ("answers", portal.answers)):
        if address and not is_address(normalise_address(address)):
            mistakes.remark(
                file.path,
                file.line(key),
                f"« {address} » n’est pas une adresse e-mail",
                f"écrivez « {key}: nom@domaine »",
            )
    if portal.response_delay and portal.promise is None:
        mistakes.remark(
            file.path,
            file.line("response_delay"),
            f"« {portal.response_delay} » n’est pas un délai que la console peut compter",
            "écrivez par exemple « 48 heures », « 3 jours » ou « 2 jours ouvrés »",
        )
    if portal.second_factor and portal.second_factor not in ROLES:
        mistakes.breaks(
            file.path,
            file.line("second_factor"),
            f"« {portal.second_factor} » n’est pas un rôle de la console",
            "écrivez admin, agent (et admin), ou reader (tous) ; ou retirez la ligne",
        )
    for number, domain in enumerate(portal.mail_domains):
        if not _DOMAIN.fullmatch(domain):
            mistakes.remark(
                file.path,
                file.line("mail_domains", number),
                f"« {domain} » n’est pas un domaine",
                "écrivez ce qui suit le @, par exemple « ville.fr »",
            )


def _check_colours(files: PortalFiles, mistakes: Mistakes) -> None:
    for name, colour in files.portal.colours.items():
        line = files.facts.line("colours", name)
        code = expanded(colour)
        if code is None:
            mistakes.remark(
                files.facts.path,
                line,
                f"« {colour} » n’est pas une couleur",
                'écrivez « "#rrvvbb" », entre guillemets',
            )
        elif (found := contrast(code, WHITE)) < READABLE:
            mistakes.remark(
                files.facts.path,
                line,
                f"la couleur « {colour} » se lit mal sur fond blanc (contraste de {found:.1f})",
                f"prenez-en une plus foncée, d’un contraste de {READABLE} au moins",
            )
