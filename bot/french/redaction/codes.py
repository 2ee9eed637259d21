"""Codes in figures: grouped, sent, shown by an app, said in words; and the groups of keys."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from bot.french.redaction.behind import is_unit
from bot.french.redaction.reading import Reading
from bot.french.redaction.spelled import FIGURES
from bot.french.redaction.words import TRIES

_GROUPS = re.compile(
    r"(?<![\w/.,+#°-])(?<!\d[ ])(?:[A-Z]-)?(?:\d{2,4}(?:[ -]\d{2,4}){1,3}|\d{3}\.\d{3}|\d{4,8})"
    r"(?![\w/]|[ .,-]?\d|[.-]\w|\s?[€%])"
)
_YEAR = re.compile(r"(?:19[3-9]\d|20[0-4]\d)(?:[ -](?:19|20)\d\d)?")
_DATE = re.compile(r"\d\d?[ -]\d\d?[ -](?:19|20)\d\d|(?:19|20)\d\d-\d\d(?:-\d\d)?")
_CARRIERS = frozenset(
    "texto textos sms authenticator authentificator verification otp totp 2fa mfa digicode pin puk"
    " authentification passcode".split()
)
_CODED = frozenset(
    "porteur coffre badge alarme cadenas connexion validation confirmation activation recuperation"
    " deverrouillage porte portail carte acces wifi chiffres recu envoye securite provisoire"
    " temporaire tablette telephone".split()
)
_TYPES = TRIES | {"fait"}
_LEADS = _TYPES | frozenset(
    "affiche affichait indique recu recois envoye envoyes donne dit avec c'est est etait code codes"
    " porteur digicode confirmation recus arrive obtenu marquait genere lit propose texto sms"
    " authenticator otp pin puk".split()
)
_MIDDLE = frozenset("le la un ca bien comme voila c est etait : c'est".split())
_ELSE = frozenset(
    "commande commandes facture devis ticket dossier marche contrat lot lots ref reference"
    " references poste tel telephone fax client clients revendeur postal article produit siret"
    " siren finess uai uf ape naf gtin gln ean cip nomenclature compte rue avenue salle bat"
    " batiment etage chambre service budget euros annee depuis bureau erreur http version"
    " windows chrome firefox edge demande incident appel rappeler joindre appelez rappelez"
    " joignable fournisseur etablissement insee departement region matricule numero n n°"
    " no bon colis suivi convention avenant ral compta codes-barres barres toile devis".split()
)
_SENT = frozenset("envoye recu recois".split())
_OWN_DATES = frozenset("naissance anniversaire mariage".split())
_KEYS = re.compile(
    r"(?<![\w-])(?:[A-Z2-7]{4}(?: [A-Z2-7]{4}){2,15}|[a-z2-7]{4}(?: [a-z2-7]{4}){3,15})(?![\w-])"
)
_DASHED_KEYS = re.compile(r"(?<![\w-])[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){2,7}(?![\w-])")
_OF_KEYS = frozenset(
    "cle clef cles clefs secret secrete secrets 2fa totp authenticator authentificator facteur"
    " recuperation secours licence activation activer graine seed configuration setup key".split()
)
_DOORS = ("digicode", "code d", "code acces", "code porte", "code de la porte", "code wifi",
          "code alarme", "code du portail", "code de l", "code a", "code entree")  # fmt: skip
_MIXED = re.compile(r"(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{4,10}(?![\w-])")
_NEXT = re.compile(r"[ :,=]*([^\s,:=]+)")
_IN_WORDS = re.compile(rf"(?:{FIGURES})(?:-(?:{FIGURES}|et))*")
_CODE_WORDS = frozenset("code codes pin puk digicode cadenas".split())


def coded_secrets(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield the codes of a message.

    Args:
        reading: The message.
    """
    words = reading.words
    carried = not _CARRIERS.isdisjoint(words)
    coded = not _CODE_WORDS.isdisjoint(words)
    carried = carried or ("expire" in words and not _SENT.isdisjoint(words))
    starts = [run.start for run in reading.runs] if carried or coded or reading.named else []
    if carried or (coded and not _CODED.isdisjoint(words)):
        for match in _GROUPS.finditer(reading.text):
            if _is_code(reading, match, bisect_left(starts, match.start())):
                yield match.span()
    if reading.named:
        yield from _own_dates(reading, starts)
        yield from _door_codes(reading)
    if coded:
        yield from _said_in_words(reading)
    if not _OF_KEYS.isdisjoint(words):
        for keys in _KEYS.finditer(reading.text):
            if any(map(str.isdigit, keys.group())) or keys.group().isupper():
                yield keys.span()
        for keys in _DASHED_KEYS.finditer(reading.text):
            figures = sum(map(str.isdigit, keys.group()))
            if figures and figures < len(keys.group().replace("-", "")):
                yield keys.span()


def _is_code(reading: Reading, match: re.Match[str], place: int) -> bool:
    """Tell whether a number is the code that a message is about."""
    typed = match.group().lstrip("GABCDEFHIJKLMNOPQRSTUVWXYZ-")
    figures = sum(map(str.isdigit, typed))
    if not 4 <= figures <= 8 or _DATE.fullmatch(typed):
        return False
    if _YEAR.fullmatch(typed) and not reading.led(place, _TYPES, 3):
        return False
    if is_unit(reading.folded, match.end()) or place >= len(reading.runs):
        return False
    if reading.led(place, _ELSE, 3):
        return False
    behind = reading.keys[place + 1 : place + 5]
    if "par" in behind and not _CARRIERS.isdisjoint(behind):
        return True
    return place > 0 and (reading.led(place, _LEADS, 4) or reading.keys[place - 1] in _MIDDLE)


def _own_dates(reading: Reading, starts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield a birthday where it is somebody's password."""
    if _OWN_DATES.isdisjoint(reading.words):
        return
    for match in re.finditer(r"(?<![\w/])\d{6,8}(?![\w/])|\d\d/\d\d/\d{2,4}", reading.text):
        place = bisect_left(starts, match.start())
        if place < len(reading.runs) and reading.led(place, _OWN_DATES, 5):
            yield match.span()


def _door_codes(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield letters and figures shortly behind the name of a door's code: "digicode hall 47A09"."""
    for label in reading.labels:
        if label.kind == "weak" or not reading.folded.startswith(_DOORS, label.start):
            continue
        at = label.end
        for _ in range(3):
            found = _NEXT.match(reading.text, at)
            if found is None:
                break
            code = _MIXED.match(found[1])
            if code and code.end() >= len(found[1].rstrip(".;!?)")):
                yield found.start(1), found.start(1) + code.end()
                break
            if found[1].lower() in {"batiment", "bâtiment", "salle", "bat", "erreur"}:
                break
            at = found.end()


def _said_in_words(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield a code that is written in words: "tapé quarante-deux dix-sept comme code pin"."""
    row: list[int] = []
    for place in range(len(reading.runs) + 1):
        key = reading.runs[place].key if place < len(reading.runs) else ""
        if key and _IN_WORDS.fullmatch(key):
            row.append(place)
            continue
        if len(row) > 1 and not is_unit(reading.folded, reading.runs[row[-1]].end):
            first = row[0]
            behind = reading.keys[row[-1] + 1 : row[-1] + 5]
            before = set(reading.keys[max(0, first - 4) : first])
            if before & (TRIES | _CODE_WORDS) or ("comme" in behind and _CODE_WORDS & set(behind)):
                yield reading.runs[first].start, reading.runs[row[-1]].end
        row = []
