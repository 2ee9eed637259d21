"""How a message is written down before anything is counted in it."""

from __future__ import annotations

import re
import unicodedata

from bot.french.address_scanner import replace_addresses
from bot.french.spelling import ABBREVIATIONS, table

MOST_READ = 2000
"""Characters of a message that are searched for entities."""

MOST_UNDERSTOOD = 1200
"""Characters that decide the intent, taken from both ends of what is longer: people say what they
want at the beginning or at the end, and the time to read a message must not grow with it."""

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_LOGIN = re.compile(r"\b(?:[a-z]\.[a-z]{3,}|[a-z]{2,}_[a-z]{2,}|[a-z]{3,}\d+)\b")
_TICKET = re.compile(r"\bg-[0-9a-z]{4}\b")
_PHONE = re.compile(r"(?:\+\d{2,3}|\b0)[ .]?\d(?:[ .-]?\d\d){4}\b")
_CODE = re.compile(r"\b(?=\w*\d\w*\d)(?=\w*[a-z])\w{5,}\b")
_NUMBER = re.compile(r"\b\d+\b|\d{3,}")
_ELONGATION = re.compile(r"([^\W\d]|[?!])\1{2,}")
_PUNCTUATION = re.compile(r"[^\w\s?!]")
_MARKS = re.compile(r"([?!]+)")

# What people shorten or say otherwise, after folding; one word each, with what is meant.
_SHORT = {short: meant.replace("'", " ") for short, meant in ABBREVIATIONS.items()} | table(
    """
    mdp=mot_de_passe mdps=mot_de_passe password=mot_de_passe pass=mot_de_passe passwd=mot_de_passe
    pwd=mot_de_passe pb=probleme pbs=problemes pbm=probleme prob=probleme av=avec mess=message
    num=numero no=numero tel=telephone doc=document docs=documents cpte=compte cnx=connexion
    co=connecter connection=connexion conexion=connexion qlq=quelque rep=reponse ad=adresse
    adr=adresse mel=mail mels=mails courriel=mail courriels=mails email=mail emails=mails
    e_mail=mail piton=bouton pourriel=spam pourriels=spams spams=spam fo=il_faut fau=il_faut pe=peu
    px=peux peu=peu marhce=marche natel=telephone gsm=telephone cell=telephone cellulaire=telephone
    fureteur=navigateur usager=utilisateur usagers=utilisateurs nip=mot_de_passe encoder=saisir
    encode=saisis farde=dossier fardes=dossiers barre=bloque barree=bloquee debarrer=debloquer
    pantoute=pas_du_tout icitte=ici astheure=maintenant asteure=maintenant faque=donc tanne=marre
    tannee=marre pis=et pitonner=cliquer pitonne=clique bogue=bug boguer=bug nenni=non
    """
)
# What is said elsewhere in several words: Swiss "ça joue", Québec "peser sur".
_PHRASES = (
    (re.compile(r"\bca (ne )?joue\b"), r"ca \1marche"),
    (re.compile(r"\b(?:pese[rsz]?|pesant) sur\b"), "clique sur"),
    (re.compile(r"\bfin(?:s)? de semaine\b"), "week end"),
    (re.compile(r"\b(?:mots? d passe|mo de pass?e?|mots? de pass|code(?:s)? d acces)\b"),
     "mot de passe"),
)  # fmt: skip


def fold(text: str) -> str:
    """Return a text in lower case without accents, ligatures opened."""
    opened = text.replace("œ", "oe").replace("Œ", "oe").replace("’", "'")
    # Twice: styled letters (𝗠𝗼𝘁) have a case only once they are decomposed.
    lower = unicodedata.normalize("NFKD", opened).casefold()
    decomposed = unicodedata.normalize("NFKD", lower)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def shorten(text: str) -> str:
    """Return what is read of a message: the whole, or both ends of a very long one."""
    if len(text) <= MOST_UNDERSTOOD:
        return text
    half = MOST_UNDERSTOOD // 2
    return f"{text[:half].rsplit(' ', 1)[0]} … {text[-half:].split(' ', 1)[-1]}"


def name_forms(text: str) -> str:
    """Return a lower-case text with addresses, links, numbers and codes as one word each."""
    text = _LINK.sub(" zzlien ", text)
    text = replace_addresses(text, lambda found: " zzadresse ")
    text = _TICKET.sub(" zzticket ", text)
    text = _PHONE.sub(" zztelephone ", text)
    text = _CODE.sub(" zzcode ", text)
    text = _LOGIN.sub(" zzlogin ", text)
    return _ELONGATION.sub(r"\1", text)


def normalise(text: str, *, shorthand: bool = True) -> str:
    """Return the words whose n-grams are counted, folded, with a space between them.

    Question and exclamation marks stay, since they tell of tone; other punctuation goes.

    Args:
        text: A message as typed.
        shorthand: Whether abbreviations and regional words are written as others say them.
    """
    folded = _NUMBER.sub(" zznombre ", name_forms(fold(text)))
    folded = _MARKS.sub(r" \1 ", _PUNCTUATION.sub(" ", folded))
    if not shorthand:
        return " ".join(folded.split())
    words = " ".join(_SHORT.get(word, word) for word in folded.split()).replace("_", " ")
    for pattern, by in _PHRASES:
        words = pattern.sub(by, words)
    return words
