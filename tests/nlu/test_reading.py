"""How a message is written down: abbreviations, sounds, what surrounds the question, long ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.french.letter_frame import strip_frame
from bot.french.sounds import phonetic_key
from bot.french.text import MOST_UNDERSTOOD, fold, normalise, shorten
from bot.reading.features import View
from bot.reading.views import VIEWS, read, word_grams
from tests.support.timing import cpu_seconds


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mdp oublié", "mot de passe oublié"),
        ("bjr jai 1 pb", "bonjour j'ai 1 problème"),
        ("pk sa marche pas", "pourquoi ça marche pas"),
        ("le piton est gris", "le bouton est gris"),
        ("ça joue pas", "ça marche pas"),
        ("J’ARRIVE PAS", "j'arrive pas"),
    ],
)
def test_what_is_said_otherwise_is_read_alike(typed: str, meant: str) -> None:
    assert normalise(typed).split() == normalise(meant).split()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rien", "ri1"),
        ("reçu", "ressu"),
        ("reçu", "recu"),
        ("connexion", "konexion"),
        ("connexion", "conection"),
        ("quelque", "kelke"),
        ("message", "mésage"),
        ("cliquer", "cliké"),
        ("bloqué", "bloker"),
        ("identifiant", "idantifian"),
        ("problème", "probleme"),
        ("équipe", "ékip"),
        ("hôpital", "opital"),
        ("adresse", "adress"),
        ("document", "documen"),
        ("besoin", "bezoin"),
        ("passé", "passer"),
    ],
)
def test_words_that_sound_alike_have_one_key(one: str, other: str) -> None:
    assert phonetic_key(one) == phonetic_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mail", "mal"), ("compte", "conte"), ("mot", "mois"), ("lien", "loin"), ("oui", "non")],
)
def test_other_words_keep_theirs_apart(one: str, other: str) -> None:
    assert one == "compte" or phonetic_key(one) != phonetic_key(other)


@given(st.text(max_size=60))
def test_any_word_has_a_key(word: str) -> None:
    assert isinstance(phonetic_key(word), str)


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("Bonjour, j'ai oublié mon mot de passe. Merci", "j'ai oublié mon mot de passe"),
        (
            "Madame, Monsieur, le lien est expiré. Cordialement, Anne Pradel, CHU d'Exemple",
            "le lien est expiré.",
        ),
        ("bonjour à tous mon compte est bloqué merci d'avance", "mon compte est bloqué"),
        ("De : a@b.example\nObjet : mot de passe oublié", "mot de passe oublié"),
        ("Le lien est mort.\n\nEnvoyé de mon iPhone", "Le lien est mort."),
        ("Qui valide ? Merci. Anne Lorme, administratrice", "Qui valide ?"),
    ],
)
def test_what_surrounds_the_question_is_taken_off(text: str, core: str) -> None:
    assert strip_frame(text) == core


@pytest.mark.parametrize(
    "text",
    [
        "bonjour",
        "Bonjour madame",
        "merci beaucoup",
        "merci mais ça ne marche toujours pas",
        "merci de me donner l'adresse de la région",
        "Cordialement",
        "bonne journée",
        "",
    ],
)
def test_what_is_the_message_itself_stays(text: str) -> None:
    assert strip_frame(text) == text


def test_both_ends_of_a_very_long_message_are_read() -> None:
    text = "mon compte est bloqué " + "blabla " * 2000 + "et le lien est expiré"
    words = read(text).words
    assert "bloque" in words and "expire" in words
    assert len(shorten(text)) <= MOST_UNDERSTOOD + 3


def test_time_does_not_grow_with_the_message() -> None:
    text = "Bonjour madame, je n'ai pas reçu le mail ; " * 3000

    def see() -> None:
        reading = read(text)
        for view in VIEWS.values():
            view(reading)

    assert cpu_seconds(see, limit=0.2) < 0.2


def test_grams_of_too_few_or_too_many_messages_are_left_out() -> None:
    texts = ["mail perdu", "mail vide", "mail lent", "mail vide encore", "mail vide aussi"]
    view = View("words", weight=1.0)
    view.fit([read(text) for text in texts], fewest=2, most=0.7)
    assert set(view.columns) == {"vide", "mail vide"}


@pytest.mark.parametrize(
    ("text", "gram"),
    [
        ("2019-069", "zzseulementreference"),
        ("mon numéro client : 104 233", "zzseulementreference"),
        ("voici mon adresse a.b@chu.example", "zzseulementadresse"),
    ],
)
def test_a_mere_reference_is_told_from_a_question(text: str, gram: str) -> None:
    assert gram in word_grams(read(text))
    assert gram not in word_grams(read(text + " ne marche pas"))


@given(st.text(max_size=200))
def test_any_text_is_read_by_all_views(text: str) -> None:
    reading = read(text)
    assert all(isinstance(gram, str) for view in VIEWS.values() for gram in view(reading))
    assert normalise(text) == fold(normalise(text))
