"""`POST /mails/incoming`: a mail server's door, for those who know its token."""

from __future__ import annotations

from typing import Any

import requests

from tests.support.service import TOKEN, Service


def written(number: int, text: str = "Je n’ai plus accès.", **more: str) -> bytes:
    """Return a mail of a person's."""
    headers = {
        "From": f"Jean <jean{number}@chu-exemple.example>", "To": "aide@resah.example",
        "Subject": "Accès", "Message-ID": f"<http{number}@chu-exemple.example>",
        "Content-Type": "text/plain; charset=utf-8", **more,
    }  # fmt: skip
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", text]).encode()


def post(service: Service, raw: bytes, **options: Any) -> requests.Response:
    """Hand a mail over."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "message/rfc822"}
    headers |= options.pop("headers", {})
    options.setdefault("params", {"portal": "resah"})
    return requests.post(
        f"{service.url}/mails/incoming", data=raw, headers=headers, timeout=60, **options
    )


def test_a_mail_opens_a_request_and_its_answer_joins_it(service: Service) -> None:
    opened = post(service, written(1))
    assert opened.status_code == 201, opened.text
    reference = opened.json()["reference"]
    assert opened.json() == {"outcome": "opened", "kind": "message", "reference": reference}
    again = post(service, written(1))
    assert (again.status_code, again.json()["outcome"]) == (200, "known")
    assert again.json()["reference"] == reference
    answer = written(1, Subject=f"Re: {reference}", **{"Message-ID": "<http1b@x.example>"})
    added = post(service, answer)
    assert added.json() == {"outcome": "added", "kind": "message", "reference": reference}


def test_its_sender_gets_the_reference(service: Service, mailbox: Any) -> None:
    reference = post(service, written(2)).json()["reference"]
    (mail,) = mailbox.wait_for("jean2@chu-exemple.example")
    assert reference in mail["Subject"] and mail["Auto-Submitted"]
    assert mail["In-Reply-To"] == "<http2@chu-exemple.example>"


def test_what_no_person_wrote_gets_no_answer(service: Service, mailbox: Any) -> None:
    taken = post(service, written(3, **{"Auto-Submitted": "auto-replied"}))
    assert taken.status_code == 200
    assert taken.json() == {"outcome": "ignored", "kind": "automatic", "reference": None}
    post(service, written(4))
    mailbox.wait_for("jean4@chu-exemple.example")
    assert not mailbox.to("jean3@chu-exemple.example")


def test_a_long_mail_is_taken_and_a_longer_one_is_not(service: Service) -> None:
    filler = "\r\n".join(["y" * 76] * 100_000)
    assert post(service, written(5, "Voici.\r\n\r\n" + filler)).status_code == 201
    refused = post(service, written(6, "z" * (26 * 1024 * 1024)))
    assert refused.status_code == 413
    assert refused.json() == {"error": "Le corps de la requête est trop long."}


def test_a_wrong_request_is_told_in_a_sentence(service: Service) -> None:
    for options, status, part in (
        ({"headers": {"Authorization": "Bearer faux"}}, 401, "Jeton"),
        ({"headers": {"Content-Type": "application/json"}}, 415, "message/rfc822"),
        ({"params": {}}, 400, "portal"),
        ({"params": {"portal": "nulle-part"}}, 400, "nulle-part"),
        ({"params": {"portal": "resah", "autre": "1"}}, 400, "autre"),
    ):
        done = post(service, written(7), **options)
        assert done.status_code == status, done.text
        assert part in done.json()["error"]
    assert post(service, b" \r\n").json() == {"error": "Le mail est vide."}
    service.forget_limits()


def test_one_sender_is_told_when_to_come_back(service: Service) -> None:
    answers = []
    for number in range(45):
        more = {"Message-ID": f"<flot{number}@x.example>", "Auto-Submitted": "auto-replied"}
        answers.append(post(service, written(8, **more)))
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
