"""What people ask once their request was sent, and taking it back."""

from __future__ import annotations

import pytest

from tests.dialogues.handing_over import from_nothing, mails_of
from tests.dialogues.portals import each_portal
from tests.support.mail import Mailbox, text_of
from tests.support.service import Chat, Service


@each_portal
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("rappelez-moi la référence svp, je ne l'ai pas notée", "Votre référence est"),
        ("et c'est bien parti, vous êtes sûr ?", "est bien partie"),
        ("ça ne fait pas une deuxième demande ?", "une seule demande"),
        ("on me répond comment, par mail ?", "vous répondra par mail à"),
        ("vous pouvez me remontrer ce que vous avez envoyé ?", "Voici ce qui a été envoyé"),
    ],
)
def test_a_question_about_the_request_is_answered(
    service: Service, mailbox: Mailbox, portal: str, asked: str, told: str
) -> None:
    handed = from_nothing(service, portal)
    # What has not left yet is told as such.
    mails_of(mailbox, handed.address, handed.reference)
    reply = handed.chat.say(asked)
    assert told in reply, reply


@each_portal
def test_a_request_is_taken_back_after_a_yes(
    service: Service, mailbox: Mailbox, portal: str
) -> None:
    handed = from_nothing(service, portal, "Le portail est lent.")
    reply = handed.chat.say("finalement annulez la demande")
    assert handed.reference in reply and "Annuler ma demande" in handed.chat.offered
    assert len(mails_of(mailbox, handed.address, handed.reference)) == 1
    reply = handed.chat.click("Annuler ma demande")
    assert "est close" in reply and handed.address in reply
    mails = mails_of(mailbox, handed.address, handed.reference, count=2)
    assert "annulée" in mails[-1]["Subject"]
    told = text_of(mails[-1])
    assert "a annulé sa demande" in told and "Le portail est lent." in told
    assert "est déjà close" in handed.chat.say("annulez ma demande")


def test_a_request_stays_where_it_is_not_taken_back(service: Service) -> None:
    handed = from_nothing(service, "resah")
    handed.chat.say("je voudrais retirer ma demande")
    assert "reste ouverte" in handed.chat.click("La garder")
    assert "attend encore sa réponse" in handed.chat.say(f"où en est {handed.reference} ?")


def test_who_has_it_settled_is_asked_whether_the_request_goes(service: Service) -> None:
    handed = from_nothing(service, "resah")
    reply = handed.chat.say("c'est réglé de notre côté finalement")
    assert "Content que ce soit réglé" in reply and handed.reference in reply
    assert "est close" in handed.chat.say("oui annulez")


def test_another_problem_after_a_request_is_no_addition_to_it(service: Service) -> None:
    handed = from_nothing(service, "resah")
    reply = handed.chat.say("j'ai oublié mon mot de passe aussi")
    assert "adresse" in reply.lower() and "Précision" not in reply
    # Its reference is told in the middle of that.
    reply = handed.chat.say("au fait la référence de ma demande c'était quoi ?")
    assert handed.reference in reply


def test_what_was_sent_is_told_to_whoever_sent_it_only(service: Service) -> None:
    from_nothing(service, "resah")
    other = Chat(service, "resah")
    assert "Votre référence est" not in other.say("c'était quoi ma référence déjà ?")


def test_a_request_of_another_conversation_is_not_taken_back(service: Service) -> None:
    handed = from_nothing(service, "resah")
    other = Chat(service, "resah")
    other.say(f"annulez la demande {handed.reference} svp")
    reply = other.say(handed.contact)
    assert "attend encore sa réponse" in reply
    assert "Je ne peux l’annuler que dans la conversation" in reply and handed.address in reply


@pytest.mark.parametrize(
    ("added", "kept"),
    [
        ("il me faudrait aussi la famille Restauration, vous pouvez l'ajouter ?", "Restauration"),
        ("mettez aussi que le bordereau de prix n'apparaît pas non plus", "bordereau de prix"),
    ],
)
def test_what_sounds_like_a_topic_is_added_to_the_request(
    service: Service, added: str, kept: str
) -> None:
    handed = from_nothing(service, "resah")
    reply = handed.chat.say(added)
    assert "Précision" in reply and kept in reply and "Envoyer" in handed.chat.offered
    assert handed.reference in handed.chat.click("Envoyer")


def test_an_addition_is_heard_while_something_else_is_open(service: Service) -> None:
    handed = from_nothing(service, "woundwo")
    handed.chat.say("où je trouve mon numéro client ?")
    reply = handed.chat.say(
        "ah c'est le 48211, ajoutez-le à la demande que vous venez d'envoyer svp"
    )
    assert "48211" in reply and "Envoyer" in handed.chat.offered


def test_a_request_is_taken_back_with_the_reason_before_it(service: Service) -> None:
    handed = from_nothing(service, "woundwo")
    handed.chat.say("où je trouve mon numéro client ?")
    reply = handed.chat.say("en fait mon associé a tout réglé par téléphone, retirez la demande")
    assert handed.reference in reply and "Annuler ma demande" in handed.chat.offered
