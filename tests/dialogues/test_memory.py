"""What a conversation keeps in mind over HTTP: nothing is asked twice, and nothing holds the user.

Interruptions are answered and the walk comes back in other words; the address may be corrected, the
walk stopped, begun anew, or left to a person at every step that waits.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actions import db
from actions.accounts import current_accounts
from actions.content import current_content
from actions.db import Database
from actions.problems import note_second_problem, take_up_next_problem
from actions.talks import remember
from actions.walks.base import Frame, Heard, Talk
from actions.walks.conductor import conduct
from tests.conftest import forget_settings, use_settings
from tests.support.service import Chat, Service

PORTALS = ("resah", "woundwo")
each_portal = pytest.mark.parametrize("portal", PORTALS)

OPENING = "bonjour jarrive pas a me connecter"
KNOWN = {
    "resah": "camille.martin@chu-exemple.example",
    "woundwo": "alex.petit@revendeur-exemple.example",
}
OTHER = {"resah": "achats@ch-exemple.example", "woundwo": "atelier@partenaire-exemple.example"}
SHARED_LOGIN = {"resah": "ch.achats2", "woundwo": "atelier.deux"}
UNKNOWN = "personne.inconnue@chu-exemple.example"
PLACE = {"resah": ("Rennes", "bretagne@"), "woundwo": ("Namur", "belgique@")}
DIGRESSIONS = (
    "vous êtes un robot ou une vraie personne ?",
    "que faites-vous de mes données ?",
    "tu sais faire quoi ?",
)


@dataclass(frozen=True)
class Waiting:
    """A step that waits, and the messages that lead there."""

    name: str
    portal: str
    messages: tuple[str, ...]
    walk: str
    step: str


def _login_steps() -> list[Waiting]:
    steps = []
    for portal in PORTALS:
        known, other = KNOWN[portal], OTHER[portal]
        for step, messages in {
            "ask_address": (OPENING,),
            "alone": (OPENING, "non je prefere pas"),
            "ask_login": (OPENING, other),
            "offer_reset": (OPENING, known),
            "declined": (OPENING, known, "non merci"),
            "refused_spaces": (OPENING, known, "/email_not_recognised"),
            "unknown": (OPENING, UNKNOWN),
        }.items():
            steps.append(Waiting(f"{portal} login {step}", portal, messages, "login", step))
    known = KNOWN["woundwo"]
    steps.append(
        Waiting(
            "woundwo login refused_traffic", "woundwo",
            (OPENING, known, "/email_not_recognised", "/not_solved"), "login", "refused_traffic",
        )
    )  # fmt: skip
    return steps


def _tree_steps() -> list[Waiting]:
    """Return two trees' questions, each reached by its first buttons."""
    return [
        Waiting(f"{portal} {opening}", portal, (opening, *more), walk, step)
        for portal, opening, more, walk, step in (
            ("resah", "j'ai pas recu le mail", (), "tree:mail_not_received", "address"),
            ("resah", "j'ai pas recu le mail", ("non",), "tree:mail_not_received", "junk"),
            ("resah", "je n'ai plus accès aux documents du marché", (),
             "tree:document_access", "search"),
            ("resah", "je n'ai plus accès aux documents du marché", ("/deny",),
             "tree:document_access", "rights"),
            ("woundwo", "j'ai pas recu le mail", (), "tree:mail_not_received", ""),
            ("woundwo", "comment demander un compte ?", (), "tree:account_request", ""),
        )
    ]  # fmt: skip


LOGIN_STEPS = _login_steps()
TREE_STEPS = _tree_steps()
each_step = pytest.mark.parametrize("waiting", LOGIN_STEPS + TREE_STEPS, ids=lambda w: w.name)


def _reach(service: Service, waiting: Waiting) -> tuple[Chat, str]:
    chat = Chat(service, waiting.portal)
    reply = ""
    for message in waiting.messages:
        reply = chat.say(message)
    frame = _frame(chat)
    assert frame["walk"] == waiting.walk, reply
    assert waiting.step in ("", frame["step"]), f"{frame['step']}: {reply}"
    return chat, reply


def _begin(chat: Chat, message: str, topic: str) -> str:
    """Say a first message; where it was not clear enough, choose the topic that was meant."""
    reply = chat.say(message)
    return chat.click(topic) if "Voulez-vous dire" in reply else reply


_MAIL = {"resah": "Mail non reçu", "woundwo": "Mail non reçu"}


def _frame(chat: Chat) -> dict[str, Any]:
    stack = chat.slots["walk_stack"]
    assert stack, "no walk is open"
    frame: dict[str, Any] = stack[-1]
    return frame


def _memory(chat: Chat) -> dict[str, Any]:
    memory: dict[str, Any] = chat.slots["memory"] or {}
    return memory


# --- Never asked twice ---------------------------------------------------------------------------


@each_portal
@pytest.mark.parametrize(
    "first",
    [
        "Bonjour, impossible de me connecter avec {address}, je suis à {place}",
        "mot de passe oublié, mon mail est {address} et je travaille à {place}",
    ],
)
def test_what_the_first_message_told_is_not_asked_for(
    service: Service, portal: str, first: str
) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    reply = chat.say(first.format(address=UNKNOWN, place=place))
    assert UNKNOWN in reply and "Quelle **adresse" not in reply
    reply = chat.say("si si c'est la bonne")
    assert mailbox in reply and "Où se trouve" not in reply, reply
    reply = chat.click("Transmettre ma demande")
    assert f"**Répondre à** : {UNKNOWN}" in reply, reply


@each_portal
def test_an_address_told_in_passing_is_used_later(service: Service, portal: str) -> None:
    chat = Chat(service, portal)
    chat.say(f"bonjour, je suis {KNOWN[portal]}")
    chat.say("laisse tomber")
    reply = chat.say("en fait j'ai oublié mon mot de passe")
    assert f"{KNOWN[portal]} est bien reconnue" in reply, reply


@each_portal
def test_an_address_serves_login_tree_and_hand_over(service: Service, portal: str) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    reply = _begin(chat, f"je n'ai pas reçu le mail, mon adresse est {UNKNOWN}", _MAIL[portal])
    assert "quelle **adresse e-mail**" not in reply.lower(), reply
    assert _memory(chat)["address"] == UNKNOWN
    chat.say("laisse tomber")
    assert UNKNOWN in chat.say("mot de passe oublié")
    chat.say("laisse tomber")
    chat.say("je veux parler à quelqu'un")
    reply = chat.say(place)
    assert mailbox in reply and f"**Répondre à** : {UNKNOWN}" in reply, reply


@each_portal
def test_a_region_is_asked_for_once(service: Service, portal: str) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    assert "Où se trouve" in chat.say("je veux le contact de ma région")
    assert mailbox in chat.say(place)
    assert mailbox in chat.say("redonnez-moi le contact régional svp")
    for message in ("mot de passe oublié", UNKNOWN):
        chat.say(message)
    reply = chat.say("si si c'est la bonne")
    assert mailbox in reply and "Où se trouve" not in reply, reply


@each_portal
def test_a_region_told_in_passing_is_kept(service: Service, portal: str) -> None:
    place, mailbox = PLACE[portal]
    chat = Chat(service, portal)
    chat.say(f"bonjour, je travaille à {place} et je n'arrive pas à me connecter")
    chat.say("non je prefere pas donner mon adresse")
    reply = chat.click(_contact_title(chat))
    assert mailbox in reply and "Où se trouve" not in reply, reply


def _contact_title(chat: Chat) -> str:
    return next(title for title in chat.offered if "région" in title)


@each_portal
@pytest.mark.parametrize(
    "told",
    ["j'ai regardé dans les spams, rien", "rien dans mes indésirables non plus"],
)
def test_junk_that_was_searched_is_not_asked_about(
    service: Service, portal: str, told: str
) -> None:
    chat = Chat(service, portal)
    replies = [_begin(chat, f"je n'ai pas reçu le mail, {told}", _MAIL[portal])]
    replies.append(chat.say(KNOWN[portal]))
    assert _memory(chat)["facts"]["junk_checked"] == "yes"
    assert not [reply for reply in replies if "L’avez-vous déjà fait" in reply]
    chat = Chat(service, portal)
    for message in (OPENING, OTHER[portal], SHARED_LOGIN[portal], told):
        chat.say(message)
    assert _memory(chat)["facts"]["junk_checked"] == "yes"


@pytest.mark.parametrize(("told", "value"), [("on a mailinblack", "yes"),
                                             ("nous n'avons pas mailinblack", "no")])  # fmt: skip
def test_mailinblack_is_asked_for_once(service: Service, told: str, value: str) -> None:
    chat = Chat(service, "resah")
    first = f"je n'ai pas reçu le mail, rien dans les spams, {told}"
    replies = [_begin(chat, first, _MAIL["resah"]), chat.say("non")]
    assert _memory(chat)["facts"]["mailinblack"] == value
    for reply in replies:
        assert "filtre-t-il les mails" not in reply, reply
    assert ("guide MailInBlack" in "\n".join(replies)) == (value == "yes"), replies


def test_a_contract_number_is_asked_for_once(service: Service) -> None:
    chat = Chat(service, "resah")
    _begin(chat, "je n'ai plus accès aux documents du marché 2020-053", "Accès aux documents")
    assert _memory(chat)["contract"] == "2020-053"
    replies = []
    for _ in range(8):
        if not (stack := chat.slots["walk_stack"]) or stack[-1]["walk"] != "tree:document_access":
            break
        replies.append(chat.say("non"))
    assert not [reply for reply in replies if "Quel est le **numéro**" in reply], replies
    for message in ("Rennes", KNOWN["resah"]):
        if "**Marché** : 2020-053" not in "\n".join(replies):
            replies.append(chat.say(message))
    assert "**Marché** : 2020-053" in "\n".join(replies), replies


def test_the_senders_address_is_not_taken_for_the_users(service: Service) -> None:
    for portal, sender in (("resah", "no-reply@resah.fr"), ("woundwo", "noreply@woundwo.com")):
        chat = Chat(service, portal)
        _begin(chat, f"je n'ai pas reçu le mail de {sender}", _MAIL[portal])
        assert _memory(chat).get("address") is None
        assert _frame(chat)["walk"] == "tree:mail_not_received"


# --- Interruptions -------------------------------------------------------------------------------


@each_step
def test_interruptions_are_answered_and_the_walk_comes_back_in_other_words(
    service: Service, waiting: Waiting
) -> None:
    chat, before = _reach(service, waiting)
    asked = [before]
    for number, digression in enumerate(DIGRESSIONS):
        reply = chat.say(digression)
        frame = _frame(chat)
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
    assert _frame(chat)["walk"] in {"handover", "region"}


@each_step
def test_stopping_ends_the_walk_and_keeps_what_was_told(service: Service, waiting: Waiting) -> None:
    chat, _ = _reach(service, waiting)
    told = _memory(chat).get("address")
    reply = chat.say("laisse tomber")
    assert not chat.slots["walk_stack"]
    assert _memory(chat)["outcome"] == "given_up"
    assert _memory(chat).get("address") == told
    assert any("région" in title or "contact" in title for title in chat.offered), reply


@each_step
def test_beginning_anew_asks_the_first_question_again(service: Service, waiting: Waiting) -> None:
    chat, _ = _reach(service, waiting)
    reply = chat.say("recommencer")
    assert "depuis le début" in reply, reply
    frame = _frame(chat)
    assert frame["walk"] == waiting.walk
    assert _memory(chat).get("address") is None
    first = Chat(service, waiting.portal)
    assert reply.splitlines()[-1] in first.say(waiting.messages[0]), reply


@each_step
def test_the_address_can_be_corrected_at_every_step(service: Service, waiting: Waiting) -> None:
    chat, _ = _reach(service, waiting)
    other = "encore.autre@chu-exemple.example"
    chat.say(f"non en fait c'est {other}")
    assert _memory(chat)["address"] == other


@pytest.mark.parametrize("waiting", LOGIN_STEPS, ids=lambda w: w.name)
def test_a_wrong_address_is_asked_for_again(service: Service, waiting: Waiting) -> None:
    chat, _ = _reach(service, waiting)
    reply = chat.say("je me suis trompé d'adresse")
    assert "adresse" in reply, reply
    assert f"{KNOWN[waiting.portal]} est bien reconnue" in chat.say(KNOWN[waiting.portal])


@each_step
@pytest.mark.parametrize("message", ["je ne sais pas", "toujours rien", "non", "ok", "???"])
def test_a_vague_answer_never_ends_in_a_circle(
    service: Service, waiting: Waiting, message: str
) -> None:
    """Said over and over, it leads to an end, to a contact, or to a way out."""
    chat, _ = _reach(service, waiting)
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
    chat, _ = _reach(service, waiting)
    reply = chat.say("c'est bon, ça marche")
    assert _memory(chat)["outcome"] == "solved", reply
    assert not chat.slots["walk_stack"], reply
    assert "?" not in reply or "réglé" in reply, reply


# --- Anger ---------------------------------------------------------------------------------------


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
    chat, _ = _reach(service, waiting)
    reply = chat.say("c'est vraiment nul votre truc, j'en ai marre")
    assert "Parler à quelqu’un" in chat.offered, reply
    assert chat.slots["walk_stack"], reply
    again = chat.say("vous êtes vraiment des incapables")
    assert "agaçant" not in again, again


# --- Two problems in one message -----------------------------------------------------------------


@pytest.fixture
async def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    use_settings(
        monkeypatch,
        GUICHET_DATABASE_URL=f"sqlite:///{tmp_path / 'guichet.db'}",
        GUICHET_VAR_DIR=str(tmp_path),
    )
    database = db.current_database()
    async with database.engine.begin() as connection:
        await connection.run_sync(db.Base.metadata.create_all)
    yield database
    await database.dispose()
    forget_settings()


class InProcess:
    """A conversation whose messages are handed over as they would be understood."""

    def __init__(self, database: Database, portal: str) -> None:
        self.database = database
        self.portal = portal
        self.memory: dict[str, Any] = {}
        self.stack: list[dict[str, Any]] = []

    async def hear(self, text: str, intent: str, **heard: Any) -> str:
        """Take one message through the walks and return the replies as one text."""
        talk = Talk(
            conversation_id="two",
            message_id=text,
            network="",
            portal=current_content().portal(self.portal),
            heard=Heard(text, intent, **heard),
            database=self.database,
            accounts=current_accounts(),
            memory=copy.deepcopy(self.memory),
            stack=[Frame.from_json(frame) for frame in self.stack],
        )
        remember(talk)
        if not talk.stack:
            note_second_problem(talk)
        assert await conduct(talk)
        await take_up_next_problem(talk)
        self.memory, self.stack = talk.memory, [frame.to_json() for frame in talk.stack]
        return "\n".join(said.text for said in talk.said).replace("\u00a0", " ")


@each_portal
async def test_two_problems_are_treated_one_after_the_other(sqlite: Database, portal: str) -> None:
    chat = InProcess(sqlite, portal)
    both = ("password_reset", "regional_contact")
    reply = await chat.hear("mot de passe oublié et je cherche mon contact", both[0], problems=both)
    assert "deux questions" in reply and "adresse e-mail" in reply
    assert chat.memory["next_problem"] == "regional_contact"
    reply = await chat.hear("c'est bon ça marche", "solved")
    assert "Passons à votre autre question" in reply and "Où se trouve" in reply
    reply = await chat.hear("Rennes" if portal == "resah" else "Namur", "inform_region")
    assert PLACE[portal][1] in reply
    assert "next_problem" not in chat.memory and not chat.stack


@each_portal
async def test_a_second_problem_that_is_only_answered_is_answered(
    sqlite: Database, portal: str
) -> None:
    chat = InProcess(sqlite, portal)
    await chat.hear(
        "mot de passe oublié, et qui me répond ?", "password_reset",
        problems=("password_reset", "bot_challenge"),
    )  # fmt: skip
    reply = await chat.hear("c'est bon ça marche", "solved")
    assert "assistant" in reply
    assert not chat.stack and "next_problem" not in chat.memory


@each_portal
async def test_giving_up_drops_the_second_problem_too(sqlite: Database, portal: str) -> None:
    chat = InProcess(sqlite, portal)
    both = ("password_reset", "mail_not_received")
    await chat.hear("mot de passe oublié et pas reçu le mail", both[0], problems=both)
    reply = await chat.hear("laisse tomber", "cancel")
    assert "Passons" not in reply and not chat.stack and "next_problem" not in chat.memory


async def test_an_unclear_or_single_problem_announces_nothing(sqlite: Database) -> None:
    for heard in (
        {"problems": ("password_reset",)},
        {"problems": ("password_reset", "mail_not_received"), "band": "unsure"},
        {"problems": ("password_reset", "password_reset")},
        {"problems": ("password_reset", "greet")},
    ):
        chat = InProcess(sqlite, "resah")
        reply = await chat.hear("mot de passe oublié", "password_reset", **heard)
        assert "deux questions" not in reply, heard
        assert "next_problem" not in chat.memory
