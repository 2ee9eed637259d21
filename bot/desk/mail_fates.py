"""What became of a mail that somebody waits for: read from the outbox, never guessed.

Who says "rien reçu" is told whether the mail waits, was refused or has left, and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.outbox import TOO_LATE, UNWRITABLE, OutboxMail
from bot.desk.resets import ResetToken
from bot.ground.db import now

Fate = Literal["sent", "waiting", "refused", "unknown"]
"""`refused` was given up or discarded; of what is `unknown` the mail is not kept any more."""

FATES: tuple[Fate, ...] = get_args(Fate)

Reason = Literal["no_box", "full", "filtered", "unwritable", "late", "other"]
"""Why a mail was given up, as far as the server's answer tells."""

_BY_STATE: dict[str, Fate] = {
    "sent": "sent", "waiting": "waiting", "failed": "refused", "discarded": "refused",
}  # fmt: skip

_REMEMBERED = timedelta(days=1)
"""How long a refusal is held against an address: a mailbox may be mended meanwhile."""

_CODES = re.compile(r"^(?P<basic>[45]\d\d)\b(?:[ -]+[45]\.(?P<subject>\d)\.(?P<detail>\d{1,3}))?")
_BY_ENHANCED: dict[tuple[str, str], Reason] = {
    ("1", "1"): "no_box", ("1", "2"): "no_box", ("1", "10"): "no_box", ("2", "1"): "no_box",
    ("2", "2"): "full", ("1", "3"): "unwritable", ("6", "7"): "unwritable",
}  # fmt: skip
_BY_BASIC: dict[str, Reason] = {
    "550": "no_box", "551": "no_box", "552": "full", "452": "full", "553": "unwritable",
    "554": "filtered",
}  # fmt: skip


@dataclass(frozen=True)
class MailFate:
    """What became of one mail.

    Attributes:
        since: When it was written.
        next_try: When it is tried next, where it waits.
        sent_at: When a server took it, where one did.
        reason: Why it was given up, where it was.
        tried: Whether a server would not take it at a try.
    """

    fate: Fate
    recipient: str
    since: datetime
    next_try: datetime
    sent_at: datetime | None
    reason: Reason
    tried: bool

    @property
    def stuck(self) -> bool:
        """Whether it waits longer than a mail does that leaves at the first try."""
        late = self.since < now() - timedelta(minutes=2)
        return self.fate == "waiting" and (self.tried or late)

    @property
    def tried_soon(self) -> bool:
        """Whether a waiting mail is due now, or within a minute."""
        return self.next_try <= now() + timedelta(minutes=1)


def fate_of(mail: OutboxMail) -> MailFate:
    """Return what became of a mail."""
    return MailFate(
        fate=_BY_STATE[mail.state],
        recipient=mail.recipient,
        since=mail.created_at,
        next_try=mail.next_attempt_at,
        sent_at=mail.sent_at,
        reason=reason_of(mail.error),
        tried=bool(mail.error),
    )


def reason_of(error: str) -> Reason:
    """Return why a delivery failed, by the code that the server answered (RFC 5321, RFC 3463).

    Args:
        error: As the outbox keeps it: the server's answer, or what kept the mail from one.
    """
    if TOO_LATE in error:
        return "late"
    if UNWRITABLE in error or error.startswith("SMTPNotSupported"):
        return "unwritable"
    codes = _CODES.match(error)
    if codes is None:
        return "other"
    subject, detail = codes["subject"], codes["detail"]
    if subject == "7":
        return "filtered"
    if subject and (reason := _BY_ENHANCED.get((subject, detail))):
        return reason
    return _BY_BASIC.get(codes["basic"], "other")


async def reset_fate(session: AsyncSession, account_id: int) -> MailFate | None:
    """Return what became of the last reset mail of an account, or None where none is kept."""
    mail: OutboxMail | None = await session.scalar(
        select(OutboxMail)
        .join(ResetToken, ResetToken.request_key == OutboxMail.key)
        .where(ResetToken.account_id == account_id)
        .order_by(ResetToken.id.desc())
        .limit(1)
    )
    return fate_of(mail) if mail is not None else None


async def refused_lately(session: AsyncSession, portal: str, address: str) -> MailFate | None:
    """Return the refusal of the last mail to an address, where a server refused it lately.

    A mail that only came too late tells nothing of the address.
    """
    mail: OutboxMail | None = await session.scalar(
        select(OutboxMail)
        .where(
            OutboxMail.portal == portal,
            OutboxMail.recipient == address,
            OutboxMail.state.in_(("sent", "failed")),
            OutboxMail.created_at > now() - _REMEMBERED,
        )
        .order_by(OutboxMail.id.desc())
        .limit(1)
    )
    if mail is None or mail.state == "sent":
        return None
    fate = fate_of(mail)
    return fate if fate.reason in _OF_THE_ADDRESS else None


_OF_THE_ADDRESS: frozenset[Reason] = frozenset({"no_box", "full", "filtered", "unwritable"})
