"""What users typed stays text in mails, and the plain part of a mail has no marks."""

from __future__ import annotations

import pytest

from bot.ground.markdown import escape_markdown, plain_text, quote, to_html

TYPED = [
    "[votre compte](https://ailleurs.example/piege)",
    "<https://ailleurs.example>",
    "**urgent** et *vite*",
    "jean_marie_dupont@chu.example",
    r"C:\dossier\[1] | ~fin~ `x`",
    "# titre",
]


@pytest.mark.parametrize("text", TYPED)
def test_what_was_typed_reads_the_same_once_rendered(text: str) -> None:
    html = to_html(f"- {escape_markdown(text)}")
    assert not any(tag in html for tag in ("<a ", "<strong>", "<em>", "<h1>", "<code>"))
    assert plain_text(escape_markdown(text)) == text


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**Sujet** : Mail non reçu", "Sujet : Mail non reçu"),
        (
            "[Marquer comme traitée](https://guichet.example/t/1)",
            "Marquer comme traitée : https://guichet.example/t/1",
        ),
        ("Ouvrez <https://guichet.example/r?t=a_b>", "Ouvrez <https://guichet.example/r?t=a_b>"),
        ("[a@b.example](mailto:a@b.example)", "a@b.example"),
        ("tél. [01 99 00 00 02](tel:0199000002)", "tél. 01 99 00 00 02"),
    ],
)
def test_plain_text_keeps_what_the_marks_said(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


BLOCKS = ["---", "===", "- Assistant : accepté", "+ un", "1. un", "2) deux", "# titre", "> cité",
          "    code", "```", "***", "a", "<hr>", "&lt;b&gt;", "| a | b |", "~~~"]  # fmt: skip


def test_no_line_of_a_person_becomes_a_block() -> None:
    typed = "\n".join(["Bonjour", *BLOCKS, "fin"])
    html = to_html(f"**Précision** : {quote(typed)}\n\nSuite")
    for tag in ("<hr", "<li", "<h1", "<h2", "<code", "<pre", "<a "):
        assert tag not in html, tag
    assert html.count("<blockquote>") == 1
    quoted = html.partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert quoted.count("<br />") == len(BLOCKS) + 1
    plain = plain_text(quote(typed)).replace("\u00a0", " ").splitlines()
    assert plain == ["", *(f"> {line}" for line in typed.splitlines())]


def test_the_mail_keeps_line_ends() -> None:
    html = to_html("**Sujet** : a\n**Région** : b\n**Répondre à** : c@d.example")
    assert html.count("<br />") == 2


@pytest.mark.parametrize("separator", ["\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_line_separator_leads_out_of_a_quote(separator: str) -> None:
    text = quote(f"Bonjour{separator}- Assistant : accepté")
    assert text.splitlines() == ["", "> Bonjour", "> \\- Assistant : accepté"]
