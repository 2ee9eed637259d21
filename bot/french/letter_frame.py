"""Takes salutation, thanks, signature and mail headers off a message, so that its question is left.

"Bonjour Madame, … Cordialement, Jeanne Martin, CHU d'Exemple" says nothing of the problem, and in
a short message the frame outweighs it. A message that is nothing but frame is left as it is.
"""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.VERBOSE

_HEADER = re.compile(
    r"^\s*(?:de|à|a|cc|cci|date|envoy[ée](?:\s+le)?|from|to|sent)\s*:[^\n]{0,200}$", _FLAGS | re.M
)
_SUBJECT = re.compile(r"^\s*(?:(?:objet|sujet|subject|re|tr|fwd?)\s*:\s*)+", _FLAGS | re.M)
_FORWARDED = re.compile(
    r"(?<!-)-{2,}\s*(?:message\s+(?:d['’]origine|original|transf[ée]r[ée])|original\s+message).*",
    _FLAGS | re.S,
)
_QUOTED = re.compile(r"^\s*>[^\n]*$", re.M)

_PERSON = r"(?:madame|monsieur|mesdames|messieurs|mme|mlle|mr|m\.|docteur|dr|chers?|ch[èe]res?)"
_HELLO = r"(?:re-?)?(?:bonjour|bonsoir|bjr|bsr|bjour|slt|salut|coucou|cc|hello|hey|all[oô]|bonj)"
_SALUTATION = re.compile(
    rf"""^\W*(?:
        {_HELLO}\b (?:\s+(?:[àa]\s+(?:tous|toutes|vous|l['’][ée]quipe)
            |(?:le|la|les)\s+(?:support|[ée]quipe|service)|l['’][ée]quipe))?
        (?:\s+{_PERSON}(?!\w))*
        | {_PERSON}(?!\w) (?:(?:\s|,|\bet\b|\bou\b)*(?:{_PERSON}(?!\w)
            |coll[èe]gues?|[ée]quipe|clients?\s+service))+
        | (?:madame|monsieur)\s*,
    )[\s,;:.!…-]*""",
    _FLAGS,
)
_CLOSING = re.compile(
    r"""(?:(?<=[.!?…\n,;])|(?<=\s)|^)\s*(?:
        (?:bien\s+|tr[èe]s\s+)?(?:cordialement|cdlt|cordlt|crdlt|sinc[èe]rement|respectueusement)\b
        | (?:bien|sinc[èe]res?)\s+(?:cordiales?\s+)?salutations
        | (?:cordiales|sinc[èe]res|meilleures|respectueuses)\s+salutations
        | salutations\s+(?:distingu|cordial|respect)
        | bien\s+[àa]\s+vous\b | (?:veuillez|je\s+vous\s+prie)\s+(?:d['’])?(?:agr[ée]er|recevoir
            |croire) | dans\s+l['’]attente\s+d | en\s+vous\s+remerciant\b
        | restant\s+[àa]\s+votre\s+disposition
        | envoy[ée]\s+(?:de|depuis)\s+mon\s+\w+
        | (?:bonne|belle)\s+(?:journ[ée]e|soir[ée]e|fin\s+de)
        | (?:avec\s+(?:tous\s+)?mes\s+remerciements)
    )[^?]{0,220}$""",
    _FLAGS | re.S,
)
_THANKS = re.compile(
    r"""[\s,;.!…-]{0,20}\b(?:(?:je\s+)?(?:vous\s+)?(?:en\s+)?(?:merci|mci|mrc|thx|remercie))
        (?:\s+(?:beaucoup|bien|bcp|infiniment|encore|d['’]?\s?avance|par\s+avance|[àa]\s+(?:vous|tous)
            |(?:de|pour)\s+(?:votre|vos|ton|l['’])\s?(?:aide|retour|r[ée]ponses?|soutien|diligence
            |patience|attention|compr[ée]hension|r[ée]activit[ée])s?))*[\s.!,;…)☺😊-]*$""",
    _FLAGS,
)
# A name after the last sentence, with what the person does: "… Merci. Anne Lorme, administratrice".
_SIGNATURE = re.compile(
    r"(?<=[.?!])\s+(?:[Mm]erci[^.?!,]{0,40}[.,!]\s*)?(?:(?:Dr|Mme|M\.|Mr|Mlle|Pr)\s)?"
    r"[A-ZÉÈ][\w’'.-]*\s+[A-ZÉÈ][\w’'-]+(?:\s[A-ZÉ][\w’'-]+)?(?:,[^.?!]{0,90})?\.?$"
)
_FEWEST_WORDS = 2
_WORD = re.compile(r"\w{2,}")


def _enough(text: str) -> bool:
    return len(_WORD.findall(text)) >= _FEWEST_WORDS


def strip_frame(text: str) -> str:
    """Return a message without what surrounds its question.

    Each part is taken off only where at least two words are left.

    Args:
        text: A message as typed, lines kept.
    """
    # One space is as good as many, which each pattern would begin at anew.
    lines = (" ".join(line.split()) for line in text.splitlines())
    stripped = "\n".join(line for line in lines if line)
    for pattern, by in (
        (_FORWARDED, ""), (_QUOTED, ""), (_HEADER, ""), (_SUBJECT, ""), (_SALUTATION, ""),
        (_CLOSING, ""), (_SIGNATURE, ""), (_THANKS, ""), (_SALUTATION, ""),
    ):  # fmt: skip
        shorter = pattern.sub(by, stripped, count=0 if pattern.flags & re.M else 1).strip()
        if shorter != stripped and _enough(shorter):
            stripped = shorter
    return stripped
