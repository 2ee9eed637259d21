"""Many forms of typing a secret are masked; messages without one stay as they are."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from string import Formatter
from typing import Any

from bot.french.redaction import MARK, redact_passwords
from bot.ground.yaml_text import read_yaml
from tests.support.service import ROOT
from tests.support.timing import cpu_seconds

KEPT: dict[str, Any] = read_yaml(Path(__file__).with_name("passwords.yml"))
LEAST_MASKED = 0.97
MOST_TOUCHED = 0.01
MOST_TRAINED_TOUCHED = 0.001
"""A few of the model's own messages do hold a password."""


def forms() -> list[tuple[str, str]]:
    """Return each form with each secret, and what must not be left of it."""
    filled = [
        (form.format(s=secret), secret) for form in KEPT["forms"] for secret in KEPT["secrets"]
    ]
    return filled + [(text, secret) for text, secret in KEPT["fixed"]]


def harmless() -> list[str]:
    """Return each sentence without a secret, its blanks filled in all ways."""
    filled = list(KEPT["harmless"])
    for form in KEPT["harmless_forms"]:
        names = [name for _, name, _, _ in Formatter().parse(form) if name]
        for values in itertools.product(*(KEPT["blanks"][name] for name in names)):
            filled.append(form.format(**dict(zip(names, values, strict=True))))
    return filled


def trained() -> list[str]:
    """Return the messages that the model learns from."""
    return [
        line.strip()[2:]
        for path in sorted((ROOT / "data" / "nlu").glob("*.yml"))
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("    - ")
    ]


def test_nearly_all_forms_are_masked() -> None:
    tried = forms()
    left = [text for text, secret in tried if secret in redact_passwords(text)]
    assert len(tried) > 300
    assert len(left) <= (1 - LEAST_MASKED) * len(tried), left


def test_what_is_masked_is_masked_once() -> None:
    for text, _ in forms():
        masked = redact_passwords(text)
        assert redact_passwords(masked) == masked


def test_harmless_sentences_stay() -> None:
    tried = harmless()
    touched = [text for text in tried if MARK in redact_passwords(text)]
    assert len(tried) > 500
    assert len(touched) <= MOST_TOUCHED * len(tried), touched


def test_messages_of_the_training_stay() -> None:
    tried = trained()
    touched = [text for text in tried if MARK in redact_passwords(text)]
    assert len(tried) > 500
    assert len(touched) <= MOST_TRAINED_TOUCHED * len(tried), touched


def test_a_secret_that_the_message_before_announced_is_masked() -> None:
    assert redact_passwords("Azerty12", "mon mot de passe c'est") == MARK
    assert redact_passwords("482913", "le code reçu :") == MARK
    assert redact_passwords("Occitanie", "mot de passe oublié") == "Occitanie"
    assert redact_passwords("martin@a.example", "mot de passe :") == "martin@a.example"


def test_long_messages_are_read_at_once() -> None:
    sentences = harmless()
    for text in (" ".join(sentences)[:8000], "mdp " * 2000, "a " * 4000, "x1, " * 2000,
                 "mot de passe : Azerty12 " * 330, "code 4829 " * 800):  # fmt: skip
        assert cpu_seconds(partial(redact_passwords, text), limit=0.1) < 0.1, text[:30]
