"""Tells whether a word behind the name of a secret is the secret, or says what is the matter."""

from __future__ import annotations

import re

from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.labels import Label, find_labels
from bot.french.redaction.looks import EDGE, HOLE, bare, is_known, is_reference, looks_secret
from bot.french.redaction.words import ELSE, LIKELY, MATTER

_ENDS = re.compile(
    r"\s*(?:$|[\n.,;!?/()»\"”|}&]|(?:et|ou|mais|login|identifiant|id|user|and|or|but|puis|merci|svp"
    r"|depuis|ne|est|il|ca|pour|qui|je)\b)",
    re.IGNORECASE,
)
_ENDINGS = tuple(
    "er ir al el eur ien oin our if ment tion able ible uble ide ure ique ente ante ive euse aire"
    " orme ple ge ee ene ile ale ese".split()
)
_NO_ADJECTIVE = "oalnrkyzdcbgmpe"
_NO_HEADS = frozenset("peut non mal pre au ci la de re tout presque bien est par jusqu".split())
_NEAR = 100
_HEAD_OF_WORD = 40
_LOGIN_BEFORE = re.compile(
    r"(?:\b(?:login|identifiant|id|user|username|utilisateur|compte)(?:\s*[:=]\s*|\s+)"
    r"(?!(?:et|ou|and|est|ni|le|la|mon|de|du|ne|n|pour|sur)\b)[\w.@-]+|[\w.-]+@[\w-]+\.[\w.-]+)"
    r"[\s,;/|-]*(?:(?:et|mon|le|avec|and|my)\s+){0,2}$"
)


def is_meant(
    text: str,
    run: re.Match[str],
    label: Label,
    *,
    sign: bool,
    linked: bool,
    direct: bool,
    first: bool,
) -> bool:
    """Tell whether a word behind the name of a secret is the secret.

    Args:
        text: The text.
        run: The word in it.
        label: The name.
        sign: Whether a colon stands right before the word.
        linked: Whether "est" or a colon stands between the two.
        direct: Whether it stands right before the word.
        first: Whether nothing stands between the two.
    """
    word = run.group()
    if looks_secret(word):
        if label.kind != "weak":
            return True
        return any(map(str.isdigit, word)) and (linked or not is_reference(bare(word)))
    if sign:
        return _stands_alone(text, run)
    if first and label.kind == "secret" and _stands_alone(text, run):
        return _is_second_word(fold_in_place(text[: label.start]), fold_in_place(bare(word)))
    plain = direct and label.kind == "secret"
    if plain and fold_in_place(bare(word)) in LIKELY:
        return True
    return plain and _stands_alone(text, run) and _is_plain_secret(word)


def _is_second_word(before: str, key: str) -> bool:
    """Tell whether a login stands before the name of the secret: "login cmartin mdp soleil"."""
    if key in LIKELY and re.search(rf"\b{re.escape(key)}\b", before):
        return True
    return _LOGIN_BEFORE.search(before[-_NEAR:]) is not None


def _is_plain_secret(word: str) -> bool:
    """Tell whether a plain word behind "est" is rather a password than what is the matter."""
    stripped = bare(word)
    key = fold_in_place(stripped)
    if key in LIKELY:
        return True
    parts = [part for part in re.split(r"[-.&_+]", key) if part]
    if len(parts) > 1 and all(map(str.isalpha, parts)):
        return not (parts[0] in _NO_HEADS or any(part in MATTER for part in parts))
    if not stripped.isalpha() or len(stripped) < 5 or stripped.isupper() or stripped[-1] in "éèà":
        return False
    return key[-1] in _NO_ADJECTIVE and not key.endswith(_ENDINGS)


def _stands_alone(text: str, run: re.Match[str]) -> bool:
    """Tell whether a word or number is all that follows a colon, and says nothing of its own."""
    stripped = bare(run.group())
    key = fold_in_place(stripped)
    if not any(map(str.isalnum, stripped)):
        return False
    if run.group()[-1] not in EDGE and not ends_clause(text, run.end()):
        return False
    if len(stripped) < 3 or key in MATTER or key in ELSE or is_known(stripped):
        return False
    if stripped[-1] == "é" or stripped.endswith(("ée", "és", "ées")):
        return False
    if HOLE in run.group() or key.partition("'")[0] in {"j", "l", "d", "c", "n", "m", "s", "qu"}:
        return False
    return not find_labels(key[:_HEAD_OF_WORD])


def is_quoted_secret(content: str, *, plain: bool) -> bool:
    """Tell whether what stands in quotes behind the name of a secret is one."""
    words = [fold_in_place(bare(word)) for word in content.split()]
    if not words or HOLE in content or find_labels(fold_in_place(content)):
        return False
    if any(is_known(bare(word)) for word in content.split()):
        return False
    if any(map(looks_secret, content.split())) or content.isdecimal():
        return True
    return (
        plain
        and not any(word in MATTER or word in ELSE or word.endswith(("ee", "es")) for word in words)
        and bare(content)[-1:] != "é"
    )


def ends_clause(text: str, at: int) -> bool:
    """Tell whether a clause ends at a place, or another begins."""
    return _ENDS.match(text, at) is not None
