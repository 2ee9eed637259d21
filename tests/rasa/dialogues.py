"""The dialogues that a conventional `rasa run` and the service both hold."""

from __future__ import annotations

from dataclasses import dataclass

from tests.dialogues.test_login_walk import ACTIVE, DISABLED, OPENING, PENDING, SEVERAL, UNKNOWN

PASSWORD = "Lavande38!"
UNSURE = (
    "compte mail", "mon espace document mail", "administrateur mail accès", "mail document",
    "mail compte", "document accès", "accès compte", "espace région",
)  # fmt: skip
"""Messages of which one at least is unclear to any model, so that topics are offered."""
TREE = {
    "resah": "je n'ai pas accès aux documents",
    "woundwo": "mon compte est bloqué après plusieurs essais",
}


class Click(str):
    """The title of a button that is clicked."""


FIRST_BUTTON = Click("")


@dataclass(frozen=True)
class Dialogue:
    """What a user of a portal writes and clicks, and words that the last replies must hold."""

    name: str
    portal: str
    messages: tuple[str, ...]
    says: tuple[str, ...] = ()


def dialogues() -> list[Dialogue]:
    rows = []
    for portal in ("resah", "woundwo"):
        several, login = SEVERAL[portal]
        active = ACTIVE[portal]
        rows += [
            Dialogue(
                "active, mail not received", portal,
                (OPENING, active, "oui svp", Click("Je n’ai rien reçu"), Click("Toujours rien")),
                ("mailto:",),
            ),
            Dialogue(
                "several accounts", portal,
                (OPENING, several, "je sais plus", "merci"), ("plaisir",),
            ),
            Dialogue(
                "login given", portal, (OPENING, several, login, "oui", "merci"), ("Parfait",)
            ),
            Dialogue("pending", portal, (OPENING, PENDING[portal]), ("attend", "mailto:")),
            Dialogue("disabled", portal, (OPENING, DISABLED[portal]), ("désactivé", "mailto:")),
            Dialogue(
                "unknown, region by town", portal,
                (OPENING, UNKNOWN, "si si c'est la bonne", "Lyon", "merci"), ("plaisir",),
            ),
            Dialogue(
                "correction, refused address", portal,
                (
                    OPENING, UNKNOWN, f"non en fait je me suis trompé, c'est {active}",
                    Click("Le portail refuse mon adresse"), Click("Toujours refusée"),
                    "toujours pareil", "merci",
                ),
            ),
            Dialogue(
                "digressions", portal,
                (
                    "bonjour", OPENING, "vous êtes un robot ou une vraie personne ?", active,
                    "c'est quoi mailinblack ?", "non merci", "laisse tomber",
                ),
            ),
            Dialogue(
                "refusal, several places", portal,
                (OPENING, "non je prefere pas", "non", "Saint-Denis", FIRST_BUTTON),
            ),
            Dialogue(
                "restart and cancel", portal,
                (OPENING, active, "on recommence depuis le début", active, "annuler", "merci"),
            ),
            Dialogue(
                "typed password", portal,
                (OPENING, f"mon mot de passe est {PASSWORD}", active), ("bien reconnue",),
            ),
            Dialogue(
                "topics", portal,
                ("UNSURE", FIRST_BUTTON, "mon espace document mail", "aucune de ces propositions"),
            ),
            Dialogue(
                "a tree with a digression", portal,
                (TREE[portal], FIRST_BUTTON, "combien de temps faut-il ?", FIRST_BUTTON, "non"),
            ),
            Dialogue(
                "hand-over", portal,
                (
                    "contacter ma région", "35000", Click("Transmettre ma demande"),
                    "moi@essai-exemple.example", Click("Ajouter une précision"), "c'est urgent",
                    Click("Envoyer"), "merci",
                ),
                ("plaisir",),
            ),
            Dialogue(
                "not understood, outside any walk", portal,
                ("qsdf jklm wxcv", "azer tyui", "j'ai deux soucis, mon mail et mes documents"),
            ),
        ]  # fmt: skip
    rows.append(
        Dialogue(
            "activated today", "woundwo",
            (OPENING, "active.ce.jour@revendeur-exemple.example", Click("Mon contact régional")),
            ("mailto:",),
        )
    )  # fmt: skip
    return rows
