"""Mails written to hurt: read in time that grows with their length, and whatever they hold."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.incoming.body import MOST_CHARACTERS, MOST_FILES, clean_name
from bot.desk.incoming.folding import fold
from bot.desk.incoming.parts import MOST_BYTES
from bot.desk.incoming.reading import read_mail

FOLDER = Path(__file__).parent / "mails"
HEAD = (
    b"From: marie.durand@chu-exemple.example\r\nTo: aide@resah.example\r\nSubject: essai\r\n"
    b"Message-ID: <h1@chu-exemple.example>\r\nMIME-Version: 1.0\r\n"
)
SECONDS = 30.0
"""Far more than any takes on a quiet machine; what grows with the square takes minutes."""


def typed(content_type: str, body: bytes) -> bytes:
    return HEAD + f"Content-Type: {content_type}\r\n\r\n".encode() + body


def flat(count: int) -> bytes:
    part = b"--b\r\nContent-Type: image/png; name=p.png\r\n\r\nx\r\n"
    return typed("multipart/mixed; boundary=b", part * count + b"--b--\r\n")


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
        for n in range(depth)
    )
    inside = b"--b%d\r\nContent-Type: text/plain\r\n\r\nau fond\r\n" % depth
    return typed("multipart/mixed; boundary=b0", opening + inside)


def attached(size: int) -> bytes:
    content = base64.encodebytes(random.Random(1).randbytes(size)).replace(b"\n", b"\r\n")
    return typed(
        "multipart/mixed; boundary=b",
        b"--b\r\nContent-Type: text/plain\r\n\r\nVoici le plan.\r\n--b\r\n"
        b"Content-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + content + b"--b--\r\n",
    )  # fmt: skip


def hostile() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "only zeros", b"\0" * 1_000_000
    yield "no header", b"\r\n\r\nbonjour"
    yield "lines alone", b"\n" * 5_000_000
    yield "bare CR alone", HEAD + b"\r\n" + b"\r" * 5_000_000
    yield "a header without end", b"Subject: " + b"a;" * 5_000_000
    yield "parameters without end", typed("text/plain" + ';a="' * 500_000, b"x")
    yield "folded without end", b"Subject: a\r\n" + b" b\r\n" * 500_000 + b"\r\n"
    yield "headers without end", b"X-A: b\r\n" * 400_000 + b"\r\nx"
    yield "encoded words without end", b"Subject: " + b"=?utf-8?q?a?= " * 200_000 + b"\r\n\r\nx"
    yield "addresses without end", b"From: " + b'"a' * 300_000 + b"\r\n\r\nx"
    yield "brackets without end", b"From: " + b"(" * 300_000 + b"\r\n\r\nx"
    yield "references without end", HEAD + b"References: " + b"<a@b> " * 200_000 + b"\r\n\r\nx"
    yield "many parts", flat(4_000)
    yield "parts beyond measure", flat(200_000)
    yield "nested parts", nested(60)
    yield "nested beyond measure", nested(5_000)
    yield "mails in mails", HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000 + b"x"
    yield "no boundary", typed("multipart/mixed", b"x")
    yield "a boundary of one letter", typed("multipart/mixed; boundary=a", b"--a\r\n" * 300_000)
    yield "a codec that is none", typed("text/plain; charset=punycode", b"a-" * 500_000)
    yield "a codec that compresses", typed("text/plain; charset=zlib", b"x" * 100)
    yield "one line", typed("text/plain", b"a" * 10_000_000)
    yield "a quote without end", typed("text/plain", b"> " * 2_000_000)
    yield "quotes in quotes", typed("text/plain", b"\n".join(b">" * n for n in range(3_000)))
    yield "announcements", typed("text/plain", b"Le 3 nov. 2025, x a " * 300_000)
    yield "announcing lines", typed("text/plain", b"Le 3 nov. 2025 de la part de x\n" * 200_000)
    yield "fields", typed("text/plain", b"De : x\nDe : y\n\n" * 200_000)
    yield "signatures", typed("text/plain", b"Cordialement\n\n\n" * 200_000)
    yield "spaces", typed("text/plain", b" " * 5_000_000 + b"x")
    yield "deep HTML", typed("text/html", b"<div>" * 200_000 + b"x")
    yield "deep quotes", typed("text/html", b"<blockquote>" * 100_000 + b"x")
    yield "deep fonts", typed("text/html", b"<font><b><i>" * 100_000 + b"x")
    yield "a tag without end", typed("text/html", b"<p " + b"a=b " * 2_000_000 + b">x")
    yield (
        "attributes",
        typed("text/html", b"<p>x" + b"".join(b" <b a%d>" % n for n in range(99999))),
    )
    yield "angles", typed("text/html", b"<" * 5_000_000)
    yield "open pre", typed("text/html", b"<pre>" * 300_000)
    yield "entities", typed("text/html", b"&lt;&#0;&#xd800;" * 300_000)
    yield (
        "a report without end",
        typed(
            "multipart/report; report-type=delivery-status; boundary=b",
            b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            + b"Action: failed\r\nFinal-Recipient: rfc822; a@b.example\r\n\r\n" * 60_000,
        ),
    )


@pytest.mark.parametrize(("name", "raw"), [pytest.param(n, r, id=n) for n, r in hostile()])
def test_a_hostile_mail_is_read_in_time(name: str, raw: bytes) -> None:
    started = time.perf_counter()
    mail = read_mail(raw)
    assert time.perf_counter() - started < SECONDS
    assert len(mail.whole_text) <= MOST_CHARACTERS
    assert len(mail.files) <= MOST_FILES
    assert mail.message_id.startswith("<") and len(mail.message_id) <= 200
    for text in (mail.subject, mail.sender, mail.sender_name):
        assert text.isprintable() and len(text) <= 254
    mail.whole_text.encode("utf-8")
    assert "\0" not in mail.whole_text and "\r" not in mail.whole_text


def test_hundreds_of_parts_are_read() -> None:
    mail = read_mail(flat(300))
    assert mail.readable
    assert len(mail.files) == MOST_FILES
    assert len(mail.dropped) == 300 - MOST_FILES


def test_the_longest_mail_is_read_with_its_files() -> None:
    raw = attached(9 * 1024 * 1024)
    started = time.perf_counter()
    mail = read_mail(raw)
    assert time.perf_counter() - started < SECONDS
    assert mail.text == "Voici le plan."
    assert [len(file.content) for file in mail.files] == [9 * 1024 * 1024]


def test_a_file_that_is_too_large_is_named_and_not_kept() -> None:
    raw = attached(11 * 1024 * 1024)
    assert len(raw) < MOST_BYTES
    mail = read_mail(raw)
    assert (mail.text, mail.files, mail.dropped) == ("Voici le plan.", (), ("plan.pdf",))


def test_what_is_nested_beyond_measure_is_kept_as_a_file() -> None:
    raw = nested(5_000)
    mail = read_mail(raw)
    assert not mail.readable
    assert mail.sender == "marie.durand@chu-exemple.example"
    assert [file.content for file in mail.files] == [raw]
    assert read_mail(nested(20)).text == "au fond"


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        (b"=?utf-8?q?Bonjour=0D=0ABcc:_x@y.example?=", "Bonjour Bcc: x@y.example"),
        (b"=?utf-8?b?w6k=?= =?utf-8?b?w6k=?=", "éé"),
        (b"=?utf-8?b?w6?= fin", "Ã fin"),
        (b"=?inconnu?q?caf=E9?=", "café"),
        (b"\xe9t\xe9", "été"),
        ("été".encode(), "été"),
        (b"a\x00b\x1b[31m", "ab[31m"),
    ],
)
def test_a_subject_is_one_clean_line(value: bytes, subject: str) -> None:
    assert read_mail(b"Subject: " + value + b"\r\n\r\nx").subject == subject


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        (b'"chef@resah.example" <a@b.example>', "a@b.example"),
        (b"=?utf-8?q?=3Cchef=40resah.example=3E?= <a@b.example>", "a@b.example"),
        (b"A@B.EXAMPLE", "a@b.example"),
        (b"<a@xn--caf-dma.example>", "a@café.example"),
        (b"undisclosed", ""),
        (b"", ""),
    ],
)
def test_a_name_is_never_taken_for_the_sender(value: bytes, sender: str) -> None:
    assert read_mail(b"From: " + value + b"\r\n\r\nx").sender == sender


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\facture.pdf", "facture.pdf"),
        ("fac\u202efdp.exe", "facfdp.exe"),
        ("a\nb.txt", "ab.txt"),
        ("...", "piece-3.pdf"),
        ("", "piece-3.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_has_a_harmless_name(given_name: str, kept: str) -> None:
    assert clean_name(given_name, "application/pdf", 3) == kept


@pytest.mark.parametrize("seed", range(40))
def test_real_mails_with_wounds_are_read(seed: int) -> None:
    chance = random.Random(seed)
    for path in sorted(FOLDER.glob("*.eml")):
        raw = bytearray(path.read_bytes())
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
        read_mail(bytes(raw)).whole_text.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(list(">-_ \nLeDO:a à1.Cordialement@"))))
def test_folding_keeps_every_line(text: str) -> None:
    assert "\n".join(segment.text for segment in fold(text)) == text
