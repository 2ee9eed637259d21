"""Writes out what people shorten in text messages, so that one wording reads "toujours" and "tjs".

Only what has one reading is listed; what is merely misspelt is the classifier's business, which
goes by the sound.
"""

from __future__ import annotations

import re

SHORTHAND: dict[str, str] = {
    short: meant.replace("_", " ")
    for short, meant in (
        pair.split("=")
        for pair in """
        tjs=toujours tjrs=toujours tjr=toujours toujour=toujours tt=tout jms=jamais jamai=jamais
        ri1=rien bi1=bien nn=non wi=oui ui=oui ouai=oui ouais=oui oe=oui pa=pas plu=plus
        ds=dans avc=avec pr=pour ns=nous vs=vous pcq=parce_que g=j'ai jai=j'ai c=c'est sa=ca e=est
        chui=je_suis chuis=je_suis jsuis=je_suis jsui=je_suis jle=je_le jla=je_la jme=je_me
        jpeu=je_peux jpeux=je_peux jveu=je_veux jveux=je_veux jvoudre=je_voudrais
        jvoudrais=je_voudrais jprefere=je_prefere jse=je_sais jsais=je_sais jvoi=je_vois
        jvois=je_vois jcroi=je_crois jcrois=je_crois jcone=je_connais jconnais=je_connais
        jcomprend=je_comprends jcomprends=je_comprends jarrive=j'arrive chai=je_sais chais=je_sais
        chsais=je_sais jsp=je_sais_pas jpp=j'en_peux_plus ya=il_y_a
        pk=pourquoi pq=pourquoi pkoi=pourquoi prk=pourquoi pourkoi=pourquoi kan=quand qd=quand
        qand=quand cmt=comment coment=comment ke=que ki=qui koi=quoi kel=quel kelle=quelle
        qq1=quelqu'un qqun=quelqu'un qqn=quelqu'un qqch=quelque_chose esk=est-ce_que
        bcp=beaucoup bcps=beaucoup mtn=maintenant mnt=maintenant mrc=merci mci=merci thx=merci
        dsl=desole svp=s'il_vous_plait stp=s'il_te_plait bjr=bonjour bjour=bonjour bsr=bonsoir
        slt=salut cc=coucou msg=message ojd=aujourd'hui auj=aujourd'hui ajd=aujourd'hui
        """.split()
    )
}
"""A shortened word, in lower case without accents, and what it stands for."""

_WORDS = re.compile(rf"(?<![\w@.'’-])(?:{'|'.join(SHORTHAND)})(?![\w@'’-]|\.\w)")


def spell_out(text: str) -> str:
    """Return a text with shorthand written out; addresses, and words that contain it, are left.

    Args:
        text: In lower case and without accents.
    """
    return _WORDS.sub(lambda found: SHORTHAND[found.group()], text)
