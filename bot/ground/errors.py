"""Domain errors; the edges turn them into French sentences or HTTP statuses."""

from __future__ import annotations

import math
from datetime import datetime, timezone


class GuichetError(Exception):
    """Base of all errors whose message may be shown to an operator as one sentence."""


class SettingsError(GuichetError):
    """A setting is missing, malformed or contradicts another."""


class ContentError(GuichetError):
    """A file under the content directory is missing or wrong."""


class AccountsFileError(GuichetError):
    """An accounts CSV cannot be taken; nothing of it was loaded."""


class LimitReached(GuichetError):
    """An action was asked for more often than its limit allows.

    Args:
        kind: Of the limit; it is the error's text.
        scope: Whose share is used up, one of `bot.ground.limits.SCOPES`.
        until: From when the action is possible again, aware.
    """

    def __init__(self, kind: str, scope: str, until: datetime) -> None:
        super().__init__(kind)
        self.kind, self.scope, self.until = kind, scope, until

    @property
    def seconds(self) -> int:
        """Whole seconds to wait from now on, at least one."""
        return max(1, math.ceil((self.until - datetime.now(timezone.utc)).total_seconds()))


class NotAgreed(GuichetError):
    """Something was about to be done upon a yes to something else."""


class TokenRefused(GuichetError):
    """A reset token is unknown, used, voided or expired."""


class TurnFailed(GuichetError):
    """A turn could not be done; nothing of it was kept, so the message may be sent again."""


class TooBusy(TurnFailed):
    """So many turns wait already that this one would hardly be answered in time."""


class WrongPortal(GuichetError):
    """A message named a conversation that belongs to another portal."""
