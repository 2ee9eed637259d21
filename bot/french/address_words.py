"""What the words beside an address are: everyday French, or parts of it that a space tore off."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.french.places.index import index

INTRODUCES = frozenset(
    "est suis et cest ces cé cè c a à y mail mails mel email e-mail courriel adresse adr login"
    " identifiant user utilisateur compte perso pro voici voila mailto http https cets ce jutilise"
    " utilisez repondez ecrivez essayez prenez mettez tapez envoyez contactez notez lisez ladresse"
    " jai oublie it's it’s is im i'm my address".split()
)
"""Words that an address follows, and that belong to no name."""

_SMALL_WORDS = frozenset(
    "ok oki okay okey oui ouais wi yes non nan bjr bsr slt svp stp merci mrc dsl tiens donc alors"
    " bon bah ben euh heu hein allez vasi vasy go top parfait nickel envoi envoie envoyez transmets"
    " transmettez daccord dac".split()
)
"""Words of agreement and courtesy as people type them, which lists of frequent words lack."""

ENDINGS = frozenset("fr com org net eu be ch ca lu mc re nc pf info gouv quebec example".split())
"""A space before one of these stands inside an address, as phones put it there."""

DETERMINERS = frozenset("mon ma mes notre nos votre le la les un une ce cette cet ton ta".split())
"""Before a word, they make it a noun: no part of an address."""

OF_SOMEBODY = frozenset(
    "adresse mail e-mail email mel courriel compte boite celle celui acces identifiant".split()
)
"""Words that go on with "de" or "d'" and a name."""

_NAMES = frozenset(
    "pierre marie claire rose blanc blanche petit grand aime constant constance prudence victoire"
    " victor victoria france florence jean paul olive violette marguerite baptiste juste clement"
    " clemence placide modeste desire felicite parfait noel pascal pascale avril".split()
)
"""First and family names that are everyday words too."""

_PLACEHOLDERS = frozenset(
    "prenom nom votre mon initiale initiales nomprenom prenomnom monnom votrenom monprenom"
    " votreprenom monadresse votreadresse".split()
)
_NO_NAMES = frozenset(
    "de du des le la les un une l d avec puis signe apres c'est cest est suis".split()
)
_STANDS_FOR_SIGNS = re.compile(r"[*?/|!{}^~`$%\\…•]|\.\.|x{3}|_{3}|-{3}")
_ELIDED = re.compile(r"(?:d|l|qu|j|m|n|s|c)'.+", re.IGNORECASE)
_PARTS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def fold_word(word: str) -> str:
    """Return a word in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_common(word: str) -> bool:
    """Tell whether a word is of everyday French rather than a part of somebody's name."""
    folded = fold_word(word)
    if folded in _NAMES:
        return False
    known = folded in INTRODUCES or folded in _SMALL_WORDS or folded in index().frequent
    return len(word) < 2 or word.isdigit() or known


def names_owner(word: str, local: str) -> bool:
    """Tell whether a word is the name that an address is made of: "Patricia p.dumas@…"."""
    name, folded = fold_word(word), fold_word(local)
    if len(name) > 2 and (name in folded or (len(folded) > 2 and folded in name)):
        return True
    parts = _PARTS.findall(folded)
    return len(parts) > 1 and any(len(part) == 1 and name.startswith(part) for part in parts)


def is_no_name(local: str, *, said: bool) -> bool:
    """Tell whether the part before an @ stands for another: masked, a pattern, or a mere word.

    Args:
        local: The part before the @.
        said: Whether the @ was said rather than typed.
    """
    if _STANDS_FOR_SIGNS.search(local):
        return True
    parts = _PARTS.findall(fold_word(local))
    if parts and all(part in _PLACEHOLDERS for part in parts):
        return True
    return said and fold_word(local) in _NO_NAMES


def may_be_elided(local: str, before: str) -> bool:
    """Tell whether "d'almeida" may be "almeida" behind the word before it."""
    if not _ELIDED.fullmatch(local):
        return False
    return fold_word(before) in OF_SOMEBODY or (local.count("'") > 1 and bool(before))
