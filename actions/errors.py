"""Domain errors; the edges turn them into French sentences or HTTP statuses."""


class GuichetError(Exception):
    """Base of all errors whose message may be shown to an operator as one sentence."""


class SettingsError(GuichetError):
    """A setting is missing, malformed or contradicts another."""


class ContentError(GuichetError):
    """A file under the content directory is missing or wrong."""


class AccountsFileError(GuichetError):
    """An accounts CSV cannot be taken; nothing of it was loaded."""


class LimitReached(GuichetError):
    """An action was asked for more often than its limit allows."""


class TokenRefused(GuichetError):
    """A reset token is unknown, used, voided or expired."""
