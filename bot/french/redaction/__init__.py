"""Takes passwords and other secrets out of messages before anything is stored.

People type "mon mot de passe est Soleil2024!" although nobody asks. The words around it stay, so
that the message is still understood; the secret itself becomes a mark that the walks recognise.
"""

from bot.french.redaction.masking import MARK, MASKED, redact_passwords, secrets_of

__all__ = ["MARK", "MASKED", "redact_passwords", "secrets_of"]
