"""What outsiders rely on: the integrators' API, health, base path, and the names of settings."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bot.ground.settings import ROOT
from tests.support.mail import Mailbox, link_in
from tests.support.service import TOKEN, Service

INTENTS = set(re.findall(r"^  - (\w+):", (ROOT / "domain.yml").read_text(), re.MULTILINE))
KNOWN = "camille.martin@chu-exemple.example"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}
AS_JSON = {**AUTHORISED, "Content-Type": "application/json"}
GUARDED = (
    ("POST", "/webhooks/rest/webhook", {"sender": "x", "message": "bonjour"}),
    ("POST", "/model/parse", {"text": "bonjour"}),
    ("GET", "/conversations/x/tracker", None),
    ("POST", "/resets/redeem", {"token": "x"}),
    ("POST", "/mails/incoming?portal=resah", {"from": "x"}),
)


class UnderBasePath(Service):
    """A service that a reverse proxy publishes under a path."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/aide"


@pytest.fixture(scope="module")
def closed(model: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service without an API token, under a base path."""
    env = {"GUICHET_API_TOKEN": "", "GUICHET_BASE_PATH": "/aide"}
    service = UnderBasePath(tmp_path_factory.mktemp("closed"), env=env)
    service.start()
    yield service
    service.stop()


def new_sender() -> str:
    return uuid.uuid4().hex


def assert_error(response: requests.Response, status: int) -> str:
    """Check that an error is JSON with one French sentence, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].startswith("application/json")
    body = response.json()
    assert list(body) == ["error"]
    sentence: str = body["error"]
    assert sentence.endswith(".") and "Traceback" not in sentence
    return sentence


def test_the_webhook_answers_in_the_shape_of_rasas_rest_channel(service: Service) -> None:
    sender = new_sender()
    body = {"sender": sender, "message": "bonjour", "metadata": {"portal": "resah"}}
    response = service.post("/webhooks/rest/webhook", body)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    replies = response.json()
    assert replies and isinstance(replies, list)
    for reply in replies:
        assert reply["recipient_id"] == sender
        assert reply["text"].strip()
        assert set(reply) <= {"recipient_id", "text", "buttons"}
        for button in reply.get("buttons", ()):
            assert set(button) == {"title", "payload"}
            assert button["title"] and button["payload"].startswith("/")
    assert any(reply.get("buttons") for reply in replies)


def test_the_metadata_name_the_portal(service: Service) -> None:
    for portal, name in (("resah", "Espace Acheteur"), ("woundwo", "portail B2B")):
        assert name in service.send(new_sender(), "bonjour", portal)[0].text


def test_without_a_portal_the_default_one_is_meant(service: Service) -> None:
    for metadata in (None, {}):
        body = {"sender": new_sender(), "message": "bonjour", "metadata": metadata}
        replies = service.post("/webhooks/rest/webhook", body).json()
        assert "Espace Acheteur" in replies[0]["text"], metadata


def test_a_repeated_message_id_gets_the_same_answer(service: Service) -> None:
    sender = new_sender()
    first = service.send(sender, "mot de passe oublié", message_id="m1")
    for message_id, turns in (("m1", 1), ("m2", 2)):
        again = service.send(sender, "mot de passe oublié", message_id=message_id)
        events = service.tracker(sender)["events"]
        assert sum(event["event"] == "user" for event in events) == turns
        assert (again == first) is (message_id == "m1")


def test_the_longest_ids_are_taken_through_a_whole_reset(
    service: Service, mailbox: Mailbox
) -> None:
    sender = uuid.uuid4().hex.ljust(90, "s")
    for number, message in enumerate(("mot de passe oublié", KNOWN, "oui")):
        replies = service.send(sender, message, message_id=f"{number}".ljust(90, "m"))
    assert "un mail part" in replies[0].text
    assert mailbox.wait_for(KNOWN)


@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
def test_without_the_token_nothing_is_answered(
    service: Service, method: str, path: str, body: object
) -> None:
    wrong: list[Any] = [
        "",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer",
        "Bearer faux",
        f"Bearer {TOKEN}x",
        b"Bearer \xff\xfe",
    ]
    for headers in ({}, *({"Authorization": value} for value in wrong)):
        response = requests.request(
            method, service.url + path, json=body, headers=headers, timeout=30
        )
        assert "Jeton" in assert_error(response, 401), headers


@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
def test_where_no_token_is_set_the_api_is_not_there(
    closed: Service, method: str, path: str, body: object
) -> None:
    for headers in ({}, AUTHORISED, {"Authorization": "Bearer "}):
        response = requests.request(
            method, closed.url + path, json=body, headers=headers, timeout=30
        )
        assert_error(response, 404)


BAD_BODIES = (
    b"", b"sender=x&message=y", b'{"sender": "x"', b'{"sender": "\xff\xfe"}', b"[]", b'"bonjour"',
    b"null", b"[" * 20000,
)  # fmt: skip


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/model/parse", "/resets/redeem"])
def test_a_body_that_is_no_object_is_refused(service: Service, path: str) -> None:
    for body in BAD_BODIES:
        response = requests.post(service.url + path, data=body, headers=AS_JSON, timeout=30)
        assert "objet JSON" in assert_error(response, 400), body[:30]


def test_only_json_is_taken_whatever_charset_it_claims(service: Service) -> None:
    body = json.dumps({"text": "mot de passe oublié"}).encode()
    for kind in (None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {**AUTHORISED, **({"Content-Type": kind} if kind else {})}
        url = f"{service.url}/model/parse"
        assert_error(requests.post(url, data=body, headers=headers, timeout=30), 415)
    for charset in ("bogus", "rot13", "base64", "utf-8"):
        headers = {
            "Authorization": f"bearer {TOKEN}",
            "Content-Type": f"application/json; charset={charset}",
        }
        response = requests.post(
            f"{service.url}/model/parse", data=body, headers=headers, timeout=30
        )
        assert response.status_code == 200, response.text


def test_a_page_of_another_site_cannot_use_the_chat(service: Service) -> None:
    headers = {"Origin": "https://ailleurs.example", "Sec-Fetch-Site": "cross-site"}
    url = f"{service.url}/resah/chat/session"
    assert_error(requests.post(url, headers=headers, timeout=30), 403)
    assert requests.post(url, timeout=30).status_code == 201


SAID = {"sender": "x", "message": "a"}
ASKED = {"portal": "resah", "topic": "mail_not_received", "step": "junk"}
WRONG_FIELDS: list[tuple[str, dict[str, Any], str]] = [
    ("/webhooks/rest/webhook", {"message": "bonjour"}, "sender"),
    ("/webhooks/rest/webhook", {"sender": "x"}, "message"),
    ("/webhooks/rest/webhook", {**SAID, "message": " \n"}, "message"),
    ("/webhooks/rest/webhook", {**SAID, "message": "\0"}, "message"),
    ("/webhooks/rest/webhook", {**SAID, "sender": 5}, "sender"),
    ("/webhooks/rest/webhook", {**SAID, "message": ["a"]}, "message"),
    ("/webhooks/rest/webhook", {**SAID, "message": None}, "message"),
    ("/webhooks/rest/webhook", {**SAID, "sender": "x" * 91}, "sender"),
    ("/webhooks/rest/webhook", {**SAID, "message": "a" * 8001}, "8000"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": "b"}, "metadata"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": {"portal": "autre"}}, "« autre »"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": {"portal": 1}}, "portal"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": {"message_id": 7}}, "message_id"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": []}, "metadata"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": {"autre": 1}}, "« autre »"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": {"portal": ""}}, "portal"),
    ("/webhooks/rest/webhook", {**SAID, "metadata": {"Portal": "resah"}}, "« Portal »"),
    ("/webhooks/rest/webhook", {**SAID, "portal": "woundwo"}, "« portal »"),
    ("/model/parse", {}, "text"),
    ("/model/parse", {"text": ""}, "text"),
    ("/model/parse", {"text": 3}, "text"),
    ("/model/parse", {"text": "a" * 8001}, "8000"),
    ("/model/parse", {"text": "oui", "asked": "junk"}, "« topic »"),
    ("/model/parse", {"text": "oui", "asked": {"portal": "resah", "topic": "login"}}, "step"),
    ("/model/parse", {"text": "oui", "asked": {**ASKED, "other": "x"}}, "« other »"),
    ("/model/parse", {"text": "oui", "asked": {**ASKED, "portal": "x"}}, "« x »"),
    ("/model/parse", {"text": "oui", "asked": {**ASKED, "step": "x"}}, "étape"),
    ("/resets/redeem", {}, "token"),
    ("/resets/redeem", {"token": {}}, "token"),
    ("/resets/redeem", {"token": "a" * 201}, "200"),
]


def test_a_field_that_is_wrong_is_named(service: Service) -> None:
    for path, body, part in WRONG_FIELDS:
        assert part in assert_error(service.post(path, body), 400), (path, body)


@pytest.mark.parametrize(
    ("asked", "text", "name", "option"),
    [
        (ASKED, "oui j'ai regardé il n'y a rien", "Oui, il n’y est pas", True),
        (ASKED, "c'est où les indésirables ?", "how", False),
        ({**ASKED, "topic": "login", "step": "offer_reset"}, "oui", "send", True),
        ({**ASKED, "topic": "login", "step": "reset_offer"}, "non merci", "dont_send", True),
    ],
)
def test_a_text_is_read_as_an_answer(
    service: Service, asked: dict[str, str], text: str, name: str, option: bool
) -> None:
    parsed = service.post("/model/parse", {"text": text, "asked": asked}).json()
    likeliest = parsed["moves"][0]
    assert set(likeliest) == {"name", "option", "confidence", "sure"}
    assert (likeliest["name"].replace("\u00a0", " "), likeliest["option"]) == (name, option)
    assert 0 <= likeliest["confidence"] <= 1
    assert "moves" not in service.post("/model/parse", {"text": text}).json()


def test_a_body_that_is_far_too_large_is_refused(service: Service) -> None:
    assert_error(service.post("/model/parse", {"text": "a" * 100_000}), 413)


@pytest.mark.parametrize(
    "text",
    ["a\0b bonjour", "bonjour \ud800", "bonjour\u200b 🙂", "/" * 3000],
    ids=["NUL", "surrogate", "zero width", "slashes"],
)
def test_odd_characters_are_no_fault(service: Service, text: str) -> None:
    body = json.dumps({"sender": new_sender(), "message": text, "text": text})
    for path in ("/webhooks/rest/webhook", "/model/parse"):
        response = requests.post(service.url + path, data=body, headers=AS_JSON, timeout=30)
        assert response.status_code == 200, response.text
        assert response.json()


TEXTS = """\
bonjour|mot de passe oublié|jai pa recu le mail|mon adresse n'est pas reconnue|merci|oui|non
je ne vois pas le marché 2019-069|qui est mon administrateur|camille@chu.example|69|Lyon|???
/restart|/back|/session_start|/affirm|/cancel|/nimporte_quoi|/inform_email{"email":"a@b.fr"}
 /restart|//restart|/ restart|/|///|/ /|/{}|/greet{|/EXTERNAL: x|/greet@0.9|/out_of_scope
/nlu_fallback|nlu_fallback|.|…|!|?|🙂|0|-|\u200b|\u00a0x|a|é|[]|{}|null|None|"|'|\\|<b>gras</b>
mot de passe mot de passe|BONJOUR|bjr|slt sava|je veux parler à quelqu'un|c nul votre truc
quel temps fait-il ?|recette de crêpes|2+2|https://x.example|G-7K2M|aaaaaaaa|\ufeffbonjour"""


def test_a_parse_has_rasas_shape_and_an_intent_of_the_domain(service: Service) -> None:
    texts = [text for line in TEXTS.split("\n") for text in line.split("|")]
    assert len(texts) >= 60
    bands = set()
    for text in texts:
        response = service.post("/model/parse", {"text": text})
        assert response.status_code == 200, (text, response.text)
        parsed = response.json()
        assert parsed["text"] == text
        assert parsed["intent"]["name"] in INTENTS, text
        assert 0 < parsed["intent"]["confidence"] <= 1, text
        ranking = parsed["intent_ranking"]
        assert ranking[0]["name"] == parsed["intent"]["name"], text
        assert {row["name"] for row in ranking} <= INTENTS, text
        assert len(ranking) == 10, text
        assert parsed["band"] in {"sure", "unsure", "lost"}, text
        bands.add(parsed["band"])
        for entity in parsed["entities"]:
            assert {"entity", "value", "start", "end"} <= set(entity)
    assert {"sure", "unsure"} <= bands


def test_parsing_is_no_conversation(service: Service) -> None:
    parsed = service.post("/model/parse", {"text": f"mon adresse est {KNOWN}"}).json()
    assert [(e["entity"], e["value"]) for e in parsed["entities"]] == [("email", KNOWN)]
    url = f"{service.url}/conversations/parse/tracker"
    assert requests.get(url, headers=AUTHORISED, timeout=30).status_code == 404


def test_a_tracker_has_rasas_shape(service: Service) -> None:
    sender = new_sender()
    service.send(sender, "mot de passe oublié", "woundwo")
    tracker = service.tracker(sender)
    assert tracker["sender_id"] == sender
    assert tracker["slots"]["portal"] == "woundwo"
    assert tracker["latest_message"]["text"] == "mot de passe oublié"
    assert tracker["active_loop"]["name"] == "walk_form"
    assert {"latest_event_time", "paused", "followup_action", "latest_action_name"} <= set(tracker)
    kinds = [event["event"] for event in tracker["events"]]
    assert {"user", "bot", "action", "slot"} <= set(kinds)
    assert all(event["timestamp"] > 0 for event in tracker["events"])


def test_one_sender_on_two_portals_is_two_conversations(service: Service) -> None:
    sender = new_sender()
    for message in ("mot de passe oublié", KNOWN):
        service.send(sender, message, "resah")
    other = service.send(sender, "bonjour", "woundwo")
    service.send(sender, "mot de passe oublié", "woundwo")
    assert KNOWN not in " ".join(reply.text for reply in other)
    theirs = service.tracker(sender)
    assert theirs["slots"]["portal"] == "woundwo"
    assert KNOWN not in json.dumps(theirs)


def test_a_conversation_is_found_by_sender_portal_or_whole_name(service: Service) -> None:
    sender = new_sender()
    for portal in ("resah", "woundwo"):
        service.send(sender, "bonjour", portal)
    found = {}
    for asked in (
        sender, f"{sender}?portal=resah", f"{sender}?portal=woundwo", f"resah:{sender}",
        f"woundwo:{sender}",
    ):  # fmt: skip
        name, _, query = asked.partition("?")
        url = f"{service.url}/conversations/{name}/tracker?{query}"
        tracker = requests.get(url, headers=AUTHORISED, timeout=30).json()
        assert tracker["sender_id"] == name
        found[asked] = tracker["slots"]["portal"]
    assert list(found.values()) == ["resah", "resah", "woundwo", "resah", "woundwo"], found
    for query in ("portal=autre", "portail=resah"):
        url = f"{service.url}/conversations/{sender}/tracker?{query}"
        assert_error(requests.get(url, headers=AUTHORISED, timeout=30), 400)


def test_a_sender_cannot_name_another_conversation(service: Service) -> None:
    sender = new_sender()
    service.send(sender, "mot de passe oublié", "woundwo")
    service.send(f"woundwo:{sender}", "bonjour", "resah")
    assert service.tracker(f"woundwo:{sender}")["slots"]["portal"] == "resah"
    token = requests.post(f"{service.url}/resah/chat/session", timeout=30).json()["session"]
    body = {"session": token, "message_id": "1", "message": f"mon adresse est {KNOWN}"}
    assert requests.post(f"{service.url}/resah/chat/messages", json=body, timeout=30).ok
    response = requests.post(f"{service.url}/woundwo/chat/messages", json=body, timeout=30)
    assert_error(response, 403)


def test_an_unknown_conversation_is_not_found(service: Service) -> None:
    for name in ("inconnu", "x" * 500, "%C3%A9", "a%2Fb"):
        url = f"{service.url}/conversations/{name}/tracker"
        assert_error(requests.get(url, headers=AUTHORISED, timeout=30), 404)


def test_a_token_is_redeemed_once_and_gone_after(service: Service, mailbox: Mailbox) -> None:
    before = len(mailbox.to(KNOWN))
    sender = new_sender()
    for message in ("mot de passe oublié", KNOWN, "oui"):
        service.send(sender, message)
    token = link_in(mailbox.wait_for(KNOWN, before + 1)[-1]).partition("token=")[2]
    redeemed = service.post("/resets/redeem", {"token": token})
    assert redeemed.status_code == 200
    assert redeemed.json() == {"portal": "resah", "login": "cmartin", "email": KNOWN}
    for gone in (token, "inconnu"):
        assert_error(service.post("/resets/redeem", {"token": gone}), 410)


@pytest.mark.parametrize(
    ("path", "part"), [("/healthz", "ok"), ("/readyz", "ready"), ("/metrics", "# TYPE ")]
)
def test_health_needs_no_token(service: Service, closed: Service, path: str, part: str) -> None:
    for one in (service, closed):
        response = requests.get(one.url + path, timeout=30)
        assert response.status_code == 200
        assert part in response.text
    kind = "text/plain" if path == "/metrics" else "application/json"
    assert response.headers["Content-Type"].startswith(kind)


def test_under_a_base_path_all_is_there_and_nothing_elsewhere(closed: Service) -> None:
    root = f"http://127.0.0.1:{closed.port}"
    for path in ("/", "/resah/", "/woundwo/", "/healthz"):
        assert requests.get(f"{closed.url}{path}", timeout=30).status_code == 200, path
        assert requests.get(f"{root}{path}", timeout=30).status_code == 404, path
    page = requests.get(f"{closed.url}/resah/", timeout=30).text
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert links and all(link.startswith("/aide/") for link in links), links


def test_env_example_names_what_the_code_reads() -> None:
    code = (ROOT / "bot" / "ground" / "settings.py").read_text()
    read = set(re.findall(r'"(GUICHET_[A-Z_]+)"', code))
    prefixes = {name for name in read if name.endswith("_")}
    example = (ROOT / ".env.example").read_text()
    shown = set(re.findall(r"^#?(GUICHET_[A-Z_]+)=", example, re.MULTILINE))
    of_one_portal = {name for name in shown if any(name.startswith(p) for p in prefixes)}
    assert prefixes == {"GUICHET_SMTP_URL_", "GUICHET_IMAP_URL_"} and of_one_portal
    assert shown - of_one_portal == read - prefixes
    assert all(line.startswith("#") for line in example.splitlines() if line.strip())


def test_the_public_pages_and_the_widget_are_where_they_are_said_to_be(
    service: Service, closed: Service
) -> None:
    for one in (service, closed):
        for path in ("/", "/resah/", "/resah/faq/password_reset", "/widget.js"):
            response = requests.get(one.url + path, timeout=30)
            assert response.status_code == 200, path
        assert response.headers["Content-Type"].startswith("text/javascript")


def test_the_demo_portals_own_port_serves_nothing_else(service: Service) -> None:
    def status(path: str, method: str = "GET") -> int:
        response = requests.request(
            method, service.demo_url + path, headers=AUTHORISED, timeout=30, allow_redirects=False
        )
        return response.status_code

    assert status("/") == 302
    assert status("/demo/resah/") == 200
    for path in ("/resah/", "/widget.js", "/readyz", "/metrics", "/conversations/x/tracker"):
        assert status(path) == 404, path
    assert status("/resets/redeem", "POST") == 404
    assert status("/resah/chat/session", "POST") == 404
