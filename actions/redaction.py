"""Takes passwords out of messages before anything is stored.

People type "mon mot de passe est Soleil2024!" although nobody asks. The words around it stay, so
that the message is still understood; the password itself becomes a mark that the walks recognise.

From each "mot de passe" on, the words that follow are read one by one. A password is expected right
behind it, or behind a link: "est", "c’est", a colon. There, a word counts as one when it looks like
one (letters with digits or signs, capitals inside); behind a colon a plain word does too, unless it
goes on as a sentence or says what is the matter. Addresses, links, dates and what follows "login"
are left alone: the walks need them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MARK = "[mot de passe masqué]"

# Stands for a password while the text is read: the mark itself reads like "mot de passe …".
_HOLE = "\ue000"

_NAMES = (
    r"(?:mots?\s*de\s*passe?s?|m\.?d\.?p\.?s?|pass\s?words?|passwd|pwd|codes?\s+secrets?)(?!\w)"
)
_NAME = re.compile(rf"(?<!\w){_NAMES}", re.IGNORECASE)
_USED_AS = re.compile(rf"(?<!\S)(\S+)\s+comme\s+(?:mon\s+|le\s+)?{_NAMES}", re.IGNORECASE)
_SIGN = re.compile(r"\s*(?:[:=]|[=-]>|→)\s*")
_PAUSE = re.compile(r"\s*[\"'’«“(,/–—-]*\s*")
_RUN = re.compile(r"[^\s\"”»]+")
_AND = re.compile(r"\s*(?:[,/]|\b(?:ou|et|puis|ni)\b)\s*", re.IGNORECASE)
_REACH = 8
"""Words behind "mot de passe" that are looked at."""

_MOST_LISTED = 20
"""Passwords of one list that are looked at."""

_MOST_TYPED = 200
"""Characters of a run by which it is told whether it is a password."""

_INNER = re.compile(r"[.,;:!?/…'’-]+")
_MEASURE = re.compile(r"\d+(?:h\d*|x|[eè]re?|[eè]?me|j|jours?|min\w*|fois|ans?|mois|sec\w*)", re.I)
_FIGURES = re.compile(r"(?:n[°o])?\d+(?:[./:–-]\d+)*%?€?", re.IGNORECASE)
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_EDGE = ".,;:!?…()[]"
_DRESSING = _EDGE + "'’«»“”\"+&*~_"
_ENDS = re.compile(
    r"\s*(?:$|[\n.,;!?/()»\"”]|(?:et|ou|mais|login|identifiant|id|user)\b)", re.IGNORECASE
)

_SAYS = frozenset(
    "est c'est c’est cest etait était c'était c’était c'etait c’etait cétait cetait is was it's"
    " serait sera".split()
)
_BETWEEN = frozenset(
    "actuel ancien bien ci-dessous celui-ci donc envoyé envoye habituel initial le normalement"
    " nouveau par défaut perso personnel pourtant provisoire recu reçu suivant temporaire"
    " toujours".split()
)
"""May stand between "mot de passe" or its link and the password."""

_SOMETHING_ELSE = frozenset(
    "login identifiant identifiants id user utilisateur compte comptes adresse mail e-mail email"
    " numéro numero client ticket dossier marché marche contrat référence reference oublié oublie"
    " oubliée perdu perdue windows version".split()
)
"""What follows one of these is not the password."""

_MATTER = frozenset(
    "oublié oublie oubliée perdu perdue refusé refuse incorrect invalide expiré expire erroné"
    " inconnu faux mauvais impossible toujours jamais comment pourquoi bloqué bloque erreur aucun"
    " aide aidez aidez-moi help besoin procédure rejeté nouveau ancien identique merci svp stp"
    " bonjour urgent rien non oui idem absent vide changé changer changement modifier créer"
    " création réinitialiser réinitialisation renouvellement expiration problème souci bug périmé"
    " désactivé demande lien mail identifiant login compte connexion provisoire temporaire reçu"
    " recu quoi lequel madame monsieur bonsoir salut resah woundwo".split()
)
"""Says, behind a colon, what is the matter with the password."""

_PRODUCTS = frozenset("mailinblack windows10 windows11 office365 microsoft365 wifi".split())


def redact_passwords(text: str) -> str:
    """Return a text with every password that is typed in it replaced by `MARK`.

    Args:
        text: A message as typed.
    """
    text = text.replace(MARK, _HOLE)
    spans = {match.span(1) for match in _USED_AS.finditer(text) if _looks_secret(match[1])}
    for name in _NAME.finditer(text):
        spans.update(_secrets_behind(text, name.end()))
    typed = {_bare(text[start:end]) for start, end in spans}
    text = _without(text, spans)
    # The same password may be typed once more, where nothing announces it.
    for secret in filter(_looks_secret, typed):
        text = text.replace(secret, _HOLE)
    return text.replace(_HOLE, MARK)


def _without(text: str, spans: set[tuple[int, int]]) -> str:
    """Return a text with a hole in place of each span; spans that overlap make one hole."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            pieces.append(text[at:start] + _HOLE)
        at = max(at, end)
    return "".join(pieces) + text[at:]


def _secrets_behind(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield where passwords stand behind a "mot de passe" that ends at a position."""
    expected, sign, linked = True, False, False
    for _ in range(_REACH):
        if found := _SIGN.match(text, at):
            expected = sign = linked = True
            at = found.end()
        at = _end(_PAUSE.match(text, at))
        run = _RUN.match(text, at)
        if run is None or _HOLE in run.group():
            return
        word = run.group()
        bare = word.strip(_EDGE).casefold()
        alone = sign and _stands_alone(text, run)
        if expected and (alone or _looks_secret(word, number=True)):
            yield run.span()
            yield from _more(text, run.end())
            return
        if bare in _SAYS:
            expected = linked = True
        elif bare in _SOMETHING_ELSE or word[-1] in ".,;!?…":
            return
        elif bare not in _BETWEEN:
            if linked:
                return
            expected = False
        sign = False
        at = _end(run)


def _more(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the further passwords of a list: "Rouge11, Bleu22 ou Vert33"."""
    # A comma sticks to the word before it.
    at -= text[at - 1] == ","
    for _ in range(_MOST_LISTED):
        link = _AND.match(text, at)
        run = _RUN.match(text, link.end()) if link else None
        if run is None or not _looks_secret(run.group()):
            return
        yield run.span()
        at = run.end() - (text[run.end() - 1] == ",")


def _looks_secret(word: str, *, number: bool = False) -> bool:
    """Tell whether a word looks like a password rather than a word of a sentence.

    Args:
        word: The word, with the punctuation that sticks to it.
        number: Whether a bare number counts.
    """
    bare = _bare(word)
    if _HOLE in word or len(bare) < 4 or bare.casefold() in _PRODUCTS:
        return False
    if _LINK.match(bare) or _is_address(bare):
        return False
    if _FIGURES.fullmatch(bare):
        return number and bare.isdecimal()
    return not (_is_ordinary(bare) or _MEASURE.fullmatch(bare))


def _is_ordinary(bare: str) -> bool:
    """Tell whether a word is letters only, in lower case, in capitals or with one capital first."""
    parts = [part for part in _INNER.split(bare) if part]
    return all(
        part.isalpha() and (part[1:] == part[1:].lower() or part.isupper()) for part in parts
    )


def _bare(word: str) -> str:
    """Return a word without the punctuation around it and the emoji in it."""
    composed = unicodedata.normalize("NFC", word[:_MOST_TYPED])
    kept = (c for c in composed if unicodedata.category(c) not in {"So", "Sk", "Cf", "Mn"})
    return "".join(kept).strip(_DRESSING)


def _stands_alone(text: str, run: re.Match[str]) -> bool:
    """Tell whether a word or number is all that follows a colon, and says nothing of its own."""
    bare = _bare(run.group())
    if len(bare) < 4 or bare.casefold() in _MATTER or _LINK.match(bare) or _is_address(bare):
        return False
    ended = run.group()[-1] in _EDGE or _ENDS.match(text, run.end())
    return bool(ended)


def _is_address(word: str) -> bool:
    local, _, domain = word.rpartition("@")
    return bool(local) and "." in domain


def _end(match: re.Match[str] | None) -> int:
    assert match is not None
    return match.end()
