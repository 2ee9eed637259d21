"""Reads values out of the environment: each one is taken rightly, or refused in one sentence."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from dotenv import dotenv_values

from bot.ground.errors import SettingsError


class Source:
    """Looks a name up in the environment, then `.env`, then the file that `NAME_FILE` names.

    Args:
        dotenv_path: The `.env` file, which need not be there.
        environ: The environment.
    """

    def __init__(self, dotenv_path: Path, environ: Mapping[str, str]) -> None:
        dotenv = dotenv_values(dotenv_path) if dotenv_path.exists() else {}
        self._values = {key: value for key, value in dotenv.items() if value is not None}
        self._values.update(environ)

    def text(self, name: str, default: str = "") -> str:
        """Return a text, stripped."""
        value = self._values.get(name, "").strip()
        if value:
            return value
        path = self._values.get(f"{name}_FILE", "").strip()
        if not path:
            return default
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}_FILE : {path} ne peut pas être lu ({error}).") from error

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number between two bounds, both included."""
        value = self.text(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            raise SettingsError(f"{name} doit être un entier de {low} à {high}, pas « {value} ».")
        return int(value)

    def rate(self, name: str, default: int) -> int:
        """Return how often something may happen."""
        return self.number(name, default, low=1, high=1_000_000)

    def switch(self, name: str) -> bool | None:
        """Return on or off, or None where nothing is set."""
        value = self.text(name).casefold()
        if not value:
            return None
        if value in {"1", "true", "yes", "on", "oui"}:
            return True
        if value in {"0", "false", "no", "off", "non"}:
            return False
        raise SettingsError(f"{name} doit être « on » ou « off », pas « {value} ».")

    def smtp_url(self, name: str) -> str | None:
        """Return the address of a mail server, or None where nothing is set."""
        value = self.text(name)
        if not value:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            # The value may hold a password, so it is not repeated.
            raise SettingsError(f"{name} doit avoir la forme smtp://serveur:port ou smtps://….")
        if parts.query and parts.query != "starttls=never":
            raise SettingsError(f"{name} : après « ? », seul « starttls=never » est possible.")
        if parts.query and (parts.scheme != "smtp" or not _is_loopback(parts.hostname or "")):
            raise SettingsError(
                f"{name} : « starttls=never » n’est permis que vers smtp:// sur cette machine"
                " (127.0.0.1, ::1 ou localhost) ; ailleurs, les mails passeraient en clair."
            )
        return value

    def certificates(self, name: str) -> Path | None:
        """Return the file of certificates that a name gives."""
        value = self._values.get(name, "").strip()
        if not value:
            return None
        try:
            ssl.create_default_context().load_verify_locations(value)
        except OSError as error:
            raise SettingsError(
                f"{name} : {value} n’est pas un fichier de certificats PEM lisible ({error})."
            ) from error
        return Path(value).resolve()

    def imap_url(self, name: str) -> str | None:
        """Return the address of a mailbox, or None where nothing is set."""
        value = self.text(name)
        if not value:
            return None
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"imap", "imaps"} and parts.hostname and parts.port != 0
            options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        except ValueError:
            usable, options = False, {}
        if not usable or not parts.username or not parts.password:
            # The value holds a password, so it is not repeated.
            raise SettingsError(
                f"{name} doit avoir la forme imaps://utilisateur:mot-de-passe@serveur/dossier ;"
                " dans le nom et le mot de passe, écrivez %40 pour « @ » et %2F pour « / »."
            )
        if set(options) - {"starttls", "move"} or options.get("starttls", ["never"]) != ["never"]:
            raise SettingsError(
                f"{name} : après « ? », il n’y a que « move=dossier » et « starttls=never »."
            )
        if "starttls" in options and (
            parts.scheme != "imap" or not _is_loopback(parts.hostname or "")
        ):
            raise SettingsError(
                f"{name} : « starttls=never » n’est permis que vers imap:// sur cette machine"
                " (127.0.0.1, ::1 ou localhost) ; ailleurs, le mot de passe passerait en clair."
            )
        return value

    def urls(self, prefix: str, read: Callable[[str], str | None]) -> dict[str, str]:
        """Return the values of all names with a prefix, by the rest of the name in lower case.

        Args:
            prefix: How the names begin.
            read: Reads the value of one name.
        """
        urls: dict[str, str] = {}
        for name in {name.removesuffix("_FILE") for name in self._values}:
            if name.startswith(prefix) and (value := read(name)):
                urls[name.removeprefix(prefix).casefold()] = value
        return urls


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
