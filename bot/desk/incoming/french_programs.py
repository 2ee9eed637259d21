"""What mail programs used in France write around an answer, for the library that finds quotes."""

from __future__ import annotations

from mailparser_reply import constants

NAME = "guichet"
"""As which language the library knows it."""

_IN_QUOTE = r"(?:> ?)*"
_FIELDS = r"(?:De|Envoyé|Date|À|A|Pour|Objet|Sujet|Cc|Copie à|Répondre à|Importance)"

_PATTERNS = {
    "wrote_header": "|".join(
        rf"^({_IN_QUOTE}{pattern})$"
        for pattern in (
            r"-{2,} ?(?:mail|message|courriel|e-mail) (?:original|d['’]origine|transf[ée]r[ée]"
            r"|initial|r[ée]exp[ée]di[ée]) ?-{2,}",
            r"-{2,} ?(?:original|forwarded|urspr[üu]ngliche) (?:message|nachricht) ?-{2,}",
            r"(?:d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])"
            r"|begin forwarded message) ?:",
            r"message du \d\d?/\d\d?/\d{2,4} (?:[àa] )?\d\d?:\d\d",
            r"(?:le|on) .{0,20}\d.{6,250}(?:a (?:[ée]crit|r[ée]pondu)|wrote) ?:",
        )
    ),
    "from_header": (
        rf"(^{_IN_QUOTE}[* ]*De ?:[* ]*.*(?:\n{_IN_QUOTE}[* ]*{_FIELDS} ?:[* ]*.*){{2,}})"
    ),
    "disclaimers": [],
    "signatures": [
        r"(?:bien|tr[èe]s|salutations) cordialement",
        "cordiales salutations",
        r"bien [àa] (?:vous|toi)",
        "(?:sinc[èe]res|meilleures) salutations",
        "respectueusement",
        r"cdlt\b",
        r"cdt\b",
        "belle journ[ée]e",
        "bonne fin de journ[ée]e",
        r"ce (?:message|courriel|mail|courrier)\b.*(?:confidenti|destin|joint)",
        "avertissement ?:",
        r"(?:afin de pr[ée]server|pensez|avant d['’]imprimer)\b.*(?:environnement|imprimer)",
        "this (?:e-?mail|message) (?:and any|is|may)",
    ],
    "sent_from": (
        r"Envoy[ée] (?:de|[àa] partir de|avec|via|par)|T[ée]l[ée]charger Outlook pour"
        "|Obten(?:ir|ez) Outlook pour|Provenance ?:"
    ),
}  # fmt: skip


def register() -> None:
    """Have the library know these patterns beside its own languages."""
    constants.MAIL_LANGUAGES.setdefault(NAME, _PATTERNS)
