"""Secrets in quotes, wherever in the message their name stands."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from bot.french.redaction.behind import QUOTED
from bot.french.redaction.fold import fold_in_place
from bot.french.redaction.judged import is_quoted_secret
from bot.french.redaction.labels import find_labels
from bot.french.redaction.looks import HOLE, bare, is_address, is_known, is_reference, looks_strong
from bot.french.redaction.reading import Reading
from bot.french.redaction.typed import is_signed
from bot.french.redaction.words import ELSE, LIKELY, MATTER, TRIES

_SHOWN = frozenset(
    "bouton boutons lien liens page pages onglet message messages dit disent affiche affichent"
    " erreur erreurs rubrique menu intitule intitulee objet fichier marche case option groupe"
    " famille ecran fenetre popup mention texte alerte repond indique marque lis lit vois voit"
    " champ champs clique cliquer cliquez recherche cherche chercher cherchais clef mots formulaire"
    " service appele appelee nomme nommee nom libelle titre rubriques section document article"
    " articles produit produits site portail application profil role cliquant ecrit ecrits"
    " me apparait obtiens dossier lettre lettres caractere caracteres signe signes touche mail"
    " contrat lot commande commandes catalogue expediteur societe structure etablissement"
    " retour reponse says said error button click".split()
)
_PHRASE = frozenset("phrase phrases passphrase".split())
_PASS = frozenset("pass psw".split())
_NEAR = 5
_NEAR_LABEL = 24


def quoted_secrets(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield what stands in quotes and is no button, message or name of something.

    Args:
        reading: The message.
    """
    named = any(label.kind == "secret" for label in reading.labels)
    weakly = named or bool(reading.labels) or "phrase" in reading.words
    if not weakly and not reading.logs_in:
        return
    starts_of_labels = [label.start for label in reading.labels]
    starts = [run.start for run in reading.runs]
    for match in QUOTED.finditer(reading.text):
        group = match.lastgroup or ""
        content = match[group]
        if HOLE in content:
            continue
        span = match.span(group)
        place = bisect_left(starts, match.start())
        before = reading.keys[max(0, place - 3) : place]
        if not _SHOWN.isdisjoint(before) and not (set(before[-2:]) & TRIES):
            continue
        used = _is_used(reading, starts_of_labels, match.end())
        if used or _is_quoted(reading, content, place, named=named, weakly=weakly):
            yield span


def _is_quoted(reading: Reading, content: str, place: int, *, named: bool, weakly: bool) -> bool:
    words = content.split()
    stripped = bare(content)
    if not stripped or is_address(stripped) or is_known(stripped) or is_reference(stripped):
        return False
    tried = reading.led(place, TRIES, _NEAR) or reading.led(place, _PASS, 2)
    phrase = reading.led(place, _PHRASE, _NEAR)
    if len(words) == 1:
        if looks_strong(content) or is_signed(content):
            return True
        if tried and fold_in_place(stripped) in LIKELY:
            return True
        if not (named or (weakly and tried)) or (stripped.isupper() and len(stripped) < 5):
            return False
        return _is_word(stripped)
    if len(words) > 8 or find_labels(fold_in_place(content)):
        return False
    return phrase or (named and tried and is_quoted_secret(content, plain=True))


def _is_used(reading: Reading, starts: list[int], at: int) -> bool:
    """Tell whether "comme mot de passe" stands behind."""
    following = bisect_left(starts, at)
    if following == len(starts) or starts[following] - at > _NEAR_LABEL:
        return False
    between = reading.folded[at : starts[following]].split()
    named = reading.labels[following].kind == "secret"
    return named and between[:1] in (["comme"], ["as"]) and len(between) <= 3


def _is_word(stripped: str) -> bool:
    """Tell whether a word says nothing of its own, as "refusée" does."""
    key = fold_in_place(stripped)
    return (
        len(re.sub(r"\W", "", key)) > 3
        and key not in MATTER
        and key not in ELSE
        and not key.endswith(("ee", "ees"))
        and stripped[-1] != "é"
        and not stripped.endswith("és")
        and not find_labels(key)
    )
