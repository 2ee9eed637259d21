"""Nothing holds the user at the steps that wait for an answer, over HTTP.

Interruptions are answered and the walk comes back in other words; the address may be corrected, the
walk stopped, begun anew, or left to a person; vague answers lead on, and anger is met.
"""

from __future__ import annotations

import pytest

from tests.dialogues.portals import each_portal
from tests.dialogues.waiting import (
    KNOWN,
    LOGIN_STEPS,
    TREE_STEPS,
    Waiting,
    each_step,
    memory_of,
    open_frame,
    reach,
)
from tests.support.service import Chat, Service

DIGRESSIONS = (
    "vous êtes un robot ou une vraie personne ?",
    "que faites-vous de mes données ?",
    "tu sais faire quoi ?",
)


@each_step
def test_interruptions_are_answered_and_the_walk_comes_back_in_other_words(
    service: Service, waiting: Waiting
) -> None:
    chat, before = reach(service, waiting)
    asked = [before]
    for number, digression in enumerate(DIGRESSIONS):
        reply = chat.say(digression)
        frame = open_frame(chat)
        assert (frame["walk"], waiting.step or frame["step"]) == (waiting.walk, frame["step"])
        assert len(reply.splitlines()) > 1, f"nothing is asked after the answer: {reply}"
        if number == 2:
            assert {"Arrêter là", "Parler à quelqu’un"} <= set(chat.offered), reply
        else:
            assert "Arrêter là" not in chat.offered
        assert reply not in asked
        if waiting.step != "declined":
            assert reply.splitlines()[-1] != before.splitlines()[-1], reply
        asked.append(reply)
    person = chat.click("Parler à quelqu’un")
    assert "région" in person or "@" in person
    assert open_frame(chat)["walk"] in {"handover", "region"}


@each_step
def test_stopping_ends_the_walk_and_keeps_what_was_told(service: Service, waiting: Waiting) -> None:
    chat, _ = reach(service, waiting)
    told = memory_of(chat).get("address")
    reply = chat.say("laisse tomber")
    assert not chat.slots["walk_stack"]
    assert memory_of(chat)["outcome"] == "given_up"
    assert memory_of(chat).get("address") == told
    assert any("région" in title or "contact" in title for title in chat.offered), reply


@each_step
def test_beginning_anew_asks_the_first_question_again(service: Service, waiting: Waiting) -> None:
    chat, _ = reach(service, waiting)
    reply = chat.say("recommencer")
    assert "depuis le début" in reply, reply
    frame = open_frame(chat)
    assert frame["walk"] == waiting.walk
    assert memory_of(chat).get("address") is None
    first = Chat(service, waiting.portal)
    assert reply.splitlines()[-1] in first.say(waiting.messages[0]), reply


@each_step
def test_the_address_can_be_corrected_at_every_step(service: Service, waiting: Waiting) -> None:
    chat, _ = reach(service, waiting)
    other = "encore.autre@chu-exemple.example"
    chat.say(f"non en fait c'est {other}")
    assert memory_of(chat)["address"] == other


@pytest.mark.parametrize("waiting", LOGIN_STEPS, ids=lambda w: w.name)
def test_a_wrong_address_is_asked_for_again(service: Service, waiting: Waiting) -> None:
    chat, _ = reach(service, waiting)
    reply = chat.say("je me suis trompé d'adresse")
    assert "adresse" in reply, reply
    assert f"{KNOWN[waiting.portal]} est bien reconnue" in chat.say(KNOWN[waiting.portal])


@each_step
@pytest.mark.parametrize("message", ["je ne sais pas", "toujours rien", "non", "ok", "???"])
def test_a_vague_answer_never_ends_in_a_circle(
    service: Service, waiting: Waiting, message: str
) -> None:
    """Said over and over, it leads to an end, to a contact, or to a way out."""
    chat, _ = reach(service, waiting)
    seen: list[str] = []
    for _ in range(9):
        reply = chat.say(message)
        assert reply.strip() and "une erreur de notre côté" not in reply
        seen.append(reply)
        assert seen.count(reply) <= 2, reply
        if not chat.slots["walk_stack"]:
            return
    ways = {"Arrêter là", "Parler à quelqu’un", "Ne pas envoyer", "Envoyer"}
    assert ways & set(chat.offered), "\n---\n".join(seen)


@each_step
def test_solved_ends_any_walk(service: Service, waiting: Waiting) -> None:
    chat, _ = reach(service, waiting)
    # "Ça marche" alone could take up the offer of a mail.
    reply = chat.say("c'est réglé, je suis connecté")
    assert memory_of(chat).get("outcome") == "solved", reply
    assert not chat.slots["walk_stack"], reply
    assert "?" not in reply or "réglé" in reply, reply


@each_portal
def test_anger_is_met_once_with_a_way_to_a_person(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    first = chat.say("c'est vraiment nul votre truc, j'en ai marre")
    assert "agaçant" in first and "Parler à quelqu’un" in chat.offered
    second = chat.say("bande d'incapables, ça fait trois jours !!!")
    assert "agaçant" not in second, second
    assert "région" in chat.click("Parler à quelqu’un")


@pytest.mark.parametrize("waiting", LOGIN_STEPS[:3] + TREE_STEPS[2:3], ids=lambda w: w.name)
def test_anger_within_a_walk_is_met_and_the_walk_stays(service: Service, waiting: Waiting) -> None:
    chat, _ = reach(service, waiting)
    reply = chat.say("c'est vraiment nul votre truc, j'en ai marre")
    assert "Parler à quelqu’un" in chat.offered, reply
    assert chat.slots["walk_stack"], reply
    again = chat.say("vous êtes vraiment des incapables")
    assert "agaçant" not in again, again
