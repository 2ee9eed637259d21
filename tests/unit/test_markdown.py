"""What users typed stays text in mails, and the plain part of a mail has no marks."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from actions.markdown import escape_markdown, plain_text

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
    html = MarkdownIt("commonmark", {"html": False}).render(f"- {escape_markdown(text)}")
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
