"""Takes passwords out of messages before anything is stored.

People type "mon mot de passe est Soleil2024!" although nobody asks. The words around it stay, so
that the message is still understood; the password itself becomes a mark that the walks recognise.
"""

from __future__ import annotations

import re

MARK = "[mot de passe masqué]"

# Stands for a password while the patterns run: the mark itself reads like "mot de passe …".
_HOLE = "\ue000"

_NAME = r"(?:mots?\s+de\s+passes?|m\.?d\.?p|mdps?|password|passwd|pass\s?word|pwd|code\s+secret)"
_LINK = (
    r"(?:\s*[:=]\s*"
    r"|\s+(?:actuel|perso|provisoire|habituel)?\s*(?:est|c['’]?\s?est|cest|etait|était|=)\s*:?\s+)"
)
_TYPED = re.compile(
    rf"(?P<lead>\b{_NAME}(?:{_LINK}))(?P<quote>[\"'«“]?\s?)(?P<secret>[^\s\"'»”]+)", re.IGNORECASE
)
_BARE = re.compile(rf"(?P<lead>\b{_NAME}\s+)(?P<secret>[^\s\"'»”,]+)", re.IGNORECASE)
_ORDINARY = re.compile(
    r"(?:[a-zàâäéèêëîïôöùûüçœ’'-]+|[A-ZÀÂÉÈÊÎÔÙÇ’'-]+|[A-Z]?[a-zàâäéèêëîïôöùûüçœ’'-]+)[.,;:!?)…]*"
)


def redact_passwords(text: str) -> str:
    """Return a text with every password that is typed in it replaced by `MARK`.

    After "est" or a colon, a word counts as a password unless it is one that describes
    ("mon mot de passe est expiré"); without such a link, only a word that mixes letters with digits
    or signs does.

    Args:
        text: A message as typed.
    """

    def typed(match: re.Match[str]) -> str:
        secret = match["secret"]
        explicit = ":" in match["lead"] or "=" in match["lead"]
        if not explicit and not _mixes(secret):
            return match.group()
        if explicit and not _mixes(secret) and (len(secret) < 4 or _describes(secret)):
            return match.group()
        return f"{match['lead']}{match['quote']}{_HOLE}"

    def bare(match: re.Match[str]) -> str:
        return f"{match['lead']}{_HOLE}" if _mixes(match["secret"]) else match.group()

    return _BARE.sub(bare, _TYPED.sub(typed, text.replace(MARK, _HOLE))).replace(_HOLE, MARK)


def _mixes(word: str) -> bool:
    """Tell whether a word looks like a password rather than a word of a sentence."""
    bare = word.rstrip(".,;:!?)…")
    if "@" in bare.strip("@") and "." in bare.rpartition("@")[2]:
        return False
    if _ORDINARY.fullmatch(word) or not bare:
        return False
    kinds = [any(c.isalpha() for c in bare), any(c.isdigit() for c in bare)]
    signs = any(not c.isalnum() and c not in "'’-" for c in bare)
    mixed_case = bare[1:] != bare[1:].lower() and bare != bare.upper()
    return len(bare) >= 4 and (all(kinds) or (signs and any(kinds)) or mixed_case)


def _describes(word: str) -> bool:
    """Tell whether a word after a colon says what is the matter with the password."""
    return word.strip(".,;:!?)…").casefold() in _DESCRIPTIONS


_DESCRIPTIONS = frozenset(
    "oublié oublie oubliée perdu perdue refusé refuse incorrect invalide expiré expire erroné"
    " inconnu faux mauvais impossible toujours jamais comment pourquoi bloqué bloque erreur aucun"
    " aide besoin procédure rejeté nouveau".split()
)
