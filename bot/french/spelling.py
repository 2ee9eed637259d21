"""Writes out what people shorten in text messages, so that one wording reads "toujours" and "tjs".

Only what has one reading is listed; what is merely misspelt is the classifier's business, which
goes by the sound.
"""

from __future__ import annotations

import re


def table(pairs: str) -> dict[str, str]:
    """Return a table of words from pairs such as "bcp=beaucoup ya=il_y_a"."""
    split = (pair.split("=") for pair in pairs.split())
    return {short: meant.replace("_", " ") for short, meant in split}


ABBREVIATIONS = table(
    """
    tjs=toujours tjrs=toujours tjr=toujours toujour=toujours tt=tout jms=jamais ri1=rien bi1=bien
    nn=non wi=oui ui=oui ouai=oui ouais=oui oe=oui ds=dans avc=avec pr=pour ns=nous vs=vous g=j'ai
    jai=j'ai c=c'est sa=ca chui=je_suis chuis=je_suis jsuis=je_suis chai=je_sais chsais=je_sais
    jsp=je_sais_pas jpp=j'en_peux_plus ya=il_y_a pk=pourquoi pq=pourquoi pkoi=pourquoi prk=pourquoi
    pourkoi=pourquoi kan=quand qd=quand qand=quand ke=que ki=qui koi=quoi kel=quel kelle=quelle
    qq1=quelqu'un qqun=quelqu'un qqch=quelque_chose bcp=beaucoup bcps=beaucoup mtn=maintenant
    mnt=maintenant mci=merci thx=merci dsl=desole svp=s'il_vous_plait stp=s'il_te_plait bjr=bonjour
    bjour=bonjour bsr=bonsoir slt=salut cc=coucou msg=message ojd=aujourd'hui auj=aujourd'hui
    ajd=aujourd'hui
    """
)
"""A shortened word, in lower case without accents, and what it stands for, wherever it is read."""

SHORTHAND = ABBREVIATIONS | table(
    """
    jamai=jamais pa=pas plu=plus pcq=parce_que e=est jsui=je_suis jle=je_le jla=je_la jme=je_me
    jpeu=je_peux jpeux=je_peux jveu=je_veux jveux=je_veux jvoudre=je_voudrais jvoudrais=je_voudrais
    jprefere=je_prefere jse=je_sais jsais=je_sais jvoi=je_vois jvois=je_vois jcroi=je_crois
    jcrois=je_crois jcone=je_connais jconnais=je_connais jcomprend=je_comprends
    jcomprends=je_comprends jarrive=j'arrive chais=je_sais cmt=comment coment=comment qqn=quelqu'un
    esk=est-ce_que mrc=merci
    """
)
"""The same, with words run together and bare spellings, which patterns need and a classifier of
sounds does not."""

_WORDS = re.compile(rf"(?<![\w@.'’-])(?:{'|'.join(SHORTHAND)})(?![\w@'’-]|\.\w)")


def spell_out(text: str) -> str:
    """Return a text with shorthand written out; addresses, and words that contain it, are left.

    Args:
        text: In lower case and without accents.
    """
    return _WORDS.sub(lambda found: SHORTHAND[found.group()], text)
