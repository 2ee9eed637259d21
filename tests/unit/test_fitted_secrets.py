"""The weights for passwords fit the labelled messages beside them; without, more is masked."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bot.french.redaction import MARK, classifier, masking, redact_passwords
from bot.french.redaction.classifier import WEIGHTS, current_classifier
from bot.french.redaction.masking import redact_by
from tests.support.service import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import fit_secrets
import secret_sentences

LEAST_MASKED = 0.97
MOST_TOUCHED = 0.01


def test_the_weights_are_those_of_the_messages() -> None:
    """Otherwise run `python scripts/fit_secrets.py`."""
    fitted = json.loads(WEIGHTS.read_text("utf-8"))["fitted_to"]
    assert fitted == fit_secrets.digest(secret_sentences.by_hand())


def test_what_the_weights_are_fitted_to_is_read_as_marked() -> None:
    for hand, messages in secret_sentences.by_hand().items():
        left, touched = fit_secrets.read(messages, current_classifier())
        secret = sum(bool(one.spans) for one in messages)
        assert len(left) <= (1 - LEAST_MASKED) * secret, (hand, left)
        assert len(touched) <= MOST_TOUCHED * (len(messages) - secret), (hand, touched)


@pytest.mark.slow
def test_fitting_again_gives_the_same_reading() -> None:
    hands = secret_sentences.by_hand()
    fitted = fit_secrets.fit(fit_secrets.to_fit(hands))
    weights = {name: (pair[0], pair[1]) for name, pair in fitted["weights"].items()}
    again = classifier.Classifier(weights, fitted["transitions"], fitted["least"])
    messages = [one for messages in hands.values() for one in messages]
    apart = [
        one.text
        for one in messages
        if redact_by(again, one.text, one.before) != redact_passwords(one.text, one.before)
    ]
    assert len(apart) <= 0.001 * len(messages), apart


@pytest.mark.parametrize("kept", ["", "{}", "[1]", '{"weights": {"a": 1}}'])
def test_without_weights_more_is_masked(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights.json"
    if kept:
        path.write_text(kept, "utf-8")
    monkeypatch.setattr(classifier, "WEIGHTS", path)
    current_classifier.cache_clear()
    try:
        assert MARK in redact_passwords("mon mot de passe est Azerty12")
        assert MARK in masking.redact_passwords("code pin 4829")
        assert redact_passwords("je cherche le lot 3") == "je cherche le lot 3"
    finally:
        current_classifier.cache_clear()
