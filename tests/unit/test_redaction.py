"""Passwords are taken out of messages; sentences about passwords are not."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french.redaction import MARK, redact_passwords
from tests.support.timing import cpu_seconds

WITH_PASSWORD = """\
Soleil2024     | mon mot de passe est Soleil2024!
soleil2024     | Mon mot de passe est soleil2024
azerty123      | mon mdp est azerty123
azerty123      | mdp: azerty123
azerty123      | mdp:azerty123
azerty123      | mdp = azerty123
AZERTY123      | MDP : AZERTY123
Azerty!        | mot de passe : Azerty!
soleil         | mot de passe: soleil
Printemps      | Mot de passe : Printemps
soleil         | mdp: soleil, login cmartin
soleil         | mdp : soleil mais ça marche pas
hunter22       | password = hunter22
hunter22       | my password is hunter22
Toto1234       | mon mdp c'est Toto1234 et ça marche pas
Toto1234       | mon mdp c’est Toto1234
Toto1234       | mon mdp cest Toto1234
Bl3u!ciel      | Mot de passe Bl3u!ciel refusé
Hiver2023      | le mot de passe « Hiver2023 » est refusé
Hiver2023      | le mot de passe "Hiver2023" est refusé
Hiver2023      | le mot de passe 'Hiver2023' est refusé
Hiver2023      | mon mot de passe (Hiver2023) est refusé
Soleil2024     | mon mot de passe, Soleil2024, est refusé
Soleil2024     | j'ai mis Soleil2024! comme mot de passe
Azerty12       | j’utilise Azerty12! comme mdp
Toto!2024      | identifiant cmartin mot de passe Toto!2024
Toto2024       | login: cmartin / mdp: Toto2024
toto2024       | login cmartin mdp toto2024 ça marche pas
Soleil2024     | login/mdp : cmartin01/Soleil2024
Azerty12       | camille@chu-exemple.example / mdp Azerty12
Soleil2024     | le mot de passe de camille@chu-exemple.example : Soleil2024
Soleil2024     | mon mot de passe actuel est Soleil2024
Soleil2023     | mon ancien mot de passe était Soleil2023
Soleil2025     | mon nouveau mot de passe est Soleil2025.
Soleil2024     | mon mot de passe est bien Soleil2024
Soleil2024     | mon mot de passe pour le portail B2B est Soleil2024
xK9-pQ2z       | le mot de passe provisoire est xK9-pQ2z
xK9pQ2z        | le mot de passe provisoire xK9pQ2z ne marche pas
8fGh2kLm       | mot de passe reçu : 8fGh2kLm
P@ssw0rd       | voici mon mot de passe P@ssw0rd
Aa1$Bb2@       | mdp Aa1$Bb2@
tOtOlE         | mon mot de passe c'est tOtOlE
48213          | mon code secret est 48213
12345678       | mon mot de passe est 12345678
123456         | mdp 123456
1980           | mdp : 12/03/1980
Secret99       | pwd=Secret99
Soleil2024     | mon motdepasse est Soleil2024
Soleil2024     | mot de pass : Soleil2024
Été2024        | je tape mon mot de passe Été2024 et rien
Azerty12       | mdp -> Azerty12
Azerty12       | mdp – Azerty12
SOLEIL2024     | MON MOT DE PASSE EST SOLEIL2024
Bleu22         | mots de passe : Rouge11, Bleu22
Toto12345      | mdp : Toto1234 ou Toto12345
Soleil2024     | mdp:Soleil2024 comme mdp
Azerty123      | j'ai oublié mon mdp c'etait Azerty123! avant
Azerty123      | mon ancien mot de passe c’était Azerty123!
Azerty123      | mon mdp cétait Azerty123
Lune2023       | mot de passe Lune2023!, j'ai pourtant bien tapé Lune2023 trois fois
"""

ORDINARY = """\
mon mot de passe est expiré.
Mon mot de passe est EXPIRÉ !
MON MOT DE PASSE EST REFUSÉ
mon mot de passe est Refusé
mon mot de passe est refusé, que faire ?
mon mot de passe est refusé,que faire
mon mot de passe est oublié.Merci
mon mot de passe est : toujours refusé
Mot de passe oublié
MOT DE PASSE OUBLIÉ
mot de passe oublie\u0301
mot de passe oublié camille@chu-exemple.example
mot de passe camille@chu-exemple.example
mot de passe : camille@chu-exemple.example
mot de passe oublié: prenom.nom@ch-exemple.example
mdp oublié, mon adresse est jean-luc.dupont@ght-exemple.example
mot de passe oublié, mon login est cmartin01
mot de passe oublié login : cmartin01
mot de passe perdu, identifiant cmartin01
mot de passe oublié pour le compte cmartin01
login et mot de passe de cmartin01
mdp perdu!!!
mdp ???
mot de passe :-(
mot de passe oublié😡
mot de passe 😡😡😡😡
*mot de passe oublié*
le mot de passe ne marche pas
je veux changer le mot de passe de mon compte
mon mot de passe n'est plus valable depuis 2 jours
mot de passe : oublié
Objet : mot de passe
Problème de mot de passe : impossible de me connecter
mot de passe : je ne l'ai plus
mot de passe : comment faire ?
mot de passe : lien expiré
mot de passe : pas reçu
mot de passe : merci de m'aider
mot de passe : aidez-moi
mot de passe = identifiant ?
Mot de passe : NON REÇU
Mot de passe :\\n\\nBonjour, il est refusé
J’ai changé mon mot de passe : rien ne change
le mot de passe est à changer tous les 90 jours
le mot de passe est-il valable 60 minutes ?
mon mot de passe est valable 24h ou 48h ?
le mot de passe provisoire est arrivé hier
combien de caractères pour le mot de passe ? 8 ou 12 ?
le mot de passe doit avoir 8 caractères
mon mdp c'est le bon pourtant
mdp et identifiant refusés
mot de passe/login oubliés
mot de passe & identifiant
mot de passe, login : je n'ai rien reçu
Mot de passe oublié. Cordialement, J. Dupont 04 72 00 00 00
mot de passe : 04 72 00 00 00
mot de passe portail B2B oublié
mot de passe windows10
mot de passe MailInBlack
mot de passe client 100234
mot de passe marché 2019-069
mot de passe du ticket G-7K2M
mot de passe expiré le 12/03/2024
mot de passe https://espace-acheteur.resah.example/mot-de-passe
mot de passe : www.resah.example/mot-de-passe2
mot de passe non-reconnu
mon mot de passe est peut-être erroné
j'ai oublié mon mot de passe est-ce que vous pouvez m'aider
j’ai oublié mon mot de passe, c’est urgent
mon mot de passe c'est quoi ?
la page « Mot de passe oublié » ne s'ouvre pas
le bouton "mot de passe oublié" ne marche pas
password reset please
Sujet: mot de passe; message: rien reçu
je ne reçois pas le mail de no-reply@resah.fr
mon identifiant est Cmartin2024
"""


def _cases(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.splitlines()]


@pytest.mark.parametrize(("secret", "message"), _cases(WITH_PASSWORD))
def test_a_password_is_masked(secret: str, message: str) -> None:
    masked = redact_passwords(message)
    assert secret not in masked
    assert MARK in masked


@pytest.mark.parametrize("message", ORDINARY.splitlines())
def test_an_ordinary_sentence_stays(message: str) -> None:
    message = message.replace("\\n", "\n")
    assert redact_passwords(message) == message


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        (
            "camille@chu-exemple.example mon mdp est Soleil2024 et mon login cmartin",
            f"camille@chu-exemple.example mon mdp est {MARK} et mon login cmartin",
        ),
        ("le mot de passe « Hiver2023 » est refusé", f"le mot de passe « {MARK} » est refusé"),
        ("mdp:soleil\nlogin:cmartin", f"mdp:{MARK}\nlogin:cmartin"),
    ],
)
def test_the_words_around_a_password_stay(message: str, masked: str) -> None:
    assert redact_passwords(message) == masked


def test_what_is_masked_stays_as_it_is() -> None:
    for _, message in _cases(WITH_PASSWORD):
        masked = redact_passwords(message)
        assert redact_passwords(masked) == masked


@given(st.text(alphabet="motdepas :=est«»\"' Soleil2024!,\n", max_size=80))
def test_masking_never_fails_and_is_done_once(tail: str) -> None:
    masked = redact_passwords(f"mot de passe {tail}")
    assert redact_passwords(masked) == masked


@given(
    st.text(
        st.characters(whitelist_categories=("Ll", "Zs", "Po"), blacklist_characters="mpcxyzwts")
    )
)
def test_without_a_name_or_figures_nothing_changes(text: str) -> None:
    assert redact_passwords(text) == text


def test_a_long_message_is_read_quickly() -> None:
    for message in ("mot de passe " * 600, "mdp :" * 1600, "mot " * 2000, "mdp " + "x1," * 2500):
        assert cpu_seconds(partial(redact_passwords, message), limit=1) < 1
