"""What happened to a ticket or conversation, and whether a page still shows its present state.

Each form that changes a state carries the version that its page showed. Where somebody was faster,
nothing is changed, and the page tells what they did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ground.errors import GuichetError
from bot.staff.audit import ACTIONS, staff_of_subject
from bot.staff.tables import StaffAction

CHANGES = (
    "ticket", "assigned", "mail_sent_on", "replied", "reply_sent_on", "links_revoked", "moved",
    "reviewed", "unreviewed",
)  # fmt: skip
"""What one agent may do over another's head; notes and tags are only ever added or taken singly."""

SHELL = "ligne de commande"

_BY_ANYBODY = ("login", "link_sent")
"""How what is done without an account begins, but on the command line."""

_MOST = 50


class Stale(GuichetError):
    """A form was made of a state that is over; nothing was changed.

    Attributes:
        since: What happened in the meantime, the first of it first.
    """

    def __init__(self, since: list[StaffAction]) -> None:
        super().__init__("Quelqu’un est passé avant vous : rien n’a été changé.")
        self.since = since


@dataclass(frozen=True)
class Happened:
    """One change, as people read it.

    Attributes:
        reviewing: Whether it marked a conversation as reviewed.
    """

    at: datetime
    who: str
    what: str
    reviewing: bool


async def changes(
    session: AsyncSession, portal: str, subject: str, after: int = 0
) -> list[StaffAction]:
    """Return what changed the state of a ticket or conversation, the first of it first.

    Args:
        session: Reads it.
        portal: Whose.
        subject: A ticket's reference, or a conversation's id.
        after: Only what has a higher number.
    """
    rows = await session.scalars(
        select(StaffAction)
        .where(
            StaffAction.portal == portal,
            StaffAction.subject == subject,
            StaffAction.action.in_(CHANGES),
            StaffAction.id > after,
        )
        .order_by(StaffAction.id.desc())
        .limit(_MOST)
    )
    return list(rows)[::-1]


async def changes_of_all(
    session: AsyncSession, portal: str, subjects: Sequence[str]
) -> dict[str, list[StaffAction]]:
    """Return the last change of each of several conversations, where there is one."""
    last = (
        select(func.max(StaffAction.id))
        .where(
            StaffAction.portal == portal,
            StaffAction.subject.in_(subjects),
            StaffAction.action.in_(CHANGES),
        )
        .group_by(StaffAction.subject)
    )
    rows = await session.scalars(select(StaffAction).where(StaffAction.id.in_(last)))
    return {row.subject: [row] for row in rows}


def version(happened: Sequence[StaffAction], *facts: object) -> str:
    """Return what stands for a state in a form.

    Args:
        happened: What changed it so far.
        *facts: What the state is; some changes, as those by a mail's link, are nobody's.
    """
    digest = sha256(repr(facts).encode()).hexdigest()[:16]
    return f"{happened[-1].id if happened else 0}.{digest}"


def check(seen: str, happened: Sequence[StaffAction], *facts: object) -> None:
    """Make sure that a form was made of the present state.

    Args:
        seen: The version that the form carries.
        happened: What changed the state so far.
        *facts: What the state is.

    Raises:
        Stale: If it was made of another one.
    """
    if seen == version(happened, *facts):
        return
    number = seen.partition(".")[0]
    last = int(number) if number.isascii() and number.isdecimal() else 0
    raise Stale([row for row in happened if row.id > last] if last or seen else [])


def told(rows: Sequence[StaffAction], names: Mapping[int, str]) -> list[Happened]:
    """Return changes as people read them."""
    return [
        Happened(
            row.at,
            author(row, names),
            f"{ACTIONS.get(row.action, row.action)}{_to(row, names)}",
            row.action == "reviewed",
        )
        for row in rows
    ]


def author(row: StaffAction, names: Mapping[int, str]) -> str:
    """Return who did something."""
    if row.user_id is not None:
        return names.get(row.user_id, "?")
    return "quelqu’un" if row.action.startswith(_BY_ANYBODY) else SHELL


def detail_of(row: StaffAction, names: Mapping[int, str]) -> str:
    """Return the detail of a line, with the address of whom it names."""
    number = staff_of_subject(row.detail)
    return row.detail if number is None else names.get(number, "?")


def subject_of(row: StaffAction, names: Mapping[int, str]) -> tuple[str, str]:
    """Return what a line is about: its page below the portal's, if it has one, and its name."""
    number = staff_of_subject(row.subject)
    if number is not None:
        return "", names.get(number, "?")
    if row.action in ("searched", "exported", "erased"):
        return "", f"empreinte {row.subject[:8]}" if row.subject else ""
    if row.action.startswith("mail_"):
        return "mails", f"mail {row.subject}"
    if row.subject.startswith("G-"):
        return f"tickets/{row.subject}", f"demande {row.subject}"
    if row.subject:
        return f"conversations/{quote(row.subject, safe='')}", f"conversation {row.subject[:8]}…"
    return "", ""


def _to(row: StaffAction, names: Mapping[int, str]) -> str:
    detail = detail_of(row, names)
    return f" : {detail}" if detail else ""
