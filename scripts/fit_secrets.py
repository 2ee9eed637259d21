"""Fits the weights by which passwords are told in messages, and writes them beside the code.

    python scripts/fit_secrets.py                     fit to all labelled messages
    python scripts/fit_secrets.py --cross-validate    show how each hand is read without its own

Run it when messages in `bot/french/redaction/sentences/` or the features have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pycrfsuite

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from secret_sentences import SENTENCES, Labelled, Variants, by_hand

from bot.french.redaction.classifier import WEIGHTS, Classifier
from bot.french.redaction.features import OFFSETS, beside, cue_features, own_features
from bot.french.redaction.masking import redact_by
from bot.french.redaction.scene import Scene

LEAST = 0.25
"""How probable a secret must be to count: told by `--cross-validate`."""

_TRIED = (0.5, 0.35, 0.25, 0.2, 0.15, 0.1, 0.05)
_STATES = ("B", "I", "O")
_SETTINGS = {"c1": 0.1, "c2": 0.05, "max_iterations": 150, "feature.minfreq": 2}
_SECRET_VARIANTS = 2
_MOST_BEFORE = 100


def features_of(scene: Scene) -> list[list[str]]:
    """Return the names of all features of each piece, as weights are fitted to them."""
    rows: list[list[str]] = []
    for i, token in enumerate(scene.tokens):
        row = own_features(token.word, token.key, scene.kinds[i])
        for offset in OFFSETS:
            row += beside(scene, i, offset)
        row += scene.joint_features(i)
        short = scene.kinds[i][:2]
        if scene.labels[i] is None:
            row += scene.message_features(short)
        for place, cues in scene.cues_around(i):
            row += cue_features(place, cues, short)
        rows.append(row)
    return rows


def rows_of(message: Labelled) -> tuple[list[list[str]], list[str]]:
    """Return the features and the state of each piece of a message."""
    head = f"{message.before[-_MOST_BEFORE:].strip()}\n" if message.before else ""
    scene = Scene(head + message.text)
    spans = [(start + len(head), end + len(head)) for start, end in message.spans]
    states, last = [], None
    for token in scene.tokens:
        span = next((one for one in spans if one[0] < token.end and token.start < one[1]), None)
        states.append("O" if span is None else "I" if span == last else "B")
        last = span
    return features_of(scene), states


def varied(messages: list[Labelled], variants: Variants, count: int) -> list[Labelled]:
    """Return messages with variants of them."""
    return [
        one
        for message in messages
        for one in (message, *variants.of(message, count if message.spans else 1))
    ]


def to_fit(hands: dict[str, list[Labelled]]) -> list[Labelled]:
    """Return all that weights are fitted to."""
    variants = Variants()
    found = [*variants.filled(), *variants.after(hands.get("sentences", []))]
    for hand, messages in hands.items():
        found += varied(messages, variants, 1 if hand == "forms" else _SECRET_VARIANTS)
    return found


def fit(messages: list[Labelled]) -> dict[str, Any]:
    """Return the weights and transitions that fit labelled messages."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for message in messages:
        features, states = rows_of(message)
        if states:
            trainer.append(features, states)
    trainer.set_params(_SETTINGS)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
        tagger.close()
    by_name: dict[str, dict[str, float]] = {}
    for (name, state), weight in info.state_features.items():
        by_name.setdefault(name, {})[state] = weight
    weights = {}
    for name, told in sorted(by_name.items()):
        none = told.get("O", 0.0)
        pair = [round(told.get(state, 0.0) - none, 2) for state in ("B", "I")]
        if any(pair):
            weights[name] = pair
    steps = [
        [round(info.transitions.get((one, two), 0.0), 2) for two in _STATES] for one in _STATES
    ]
    return {"least": LEAST, "transitions": steps, "weights": weights}


def digest(hands: dict[str, list[Labelled]]) -> str:
    """Return a digest of the labelled messages and of what is read of them."""
    found = hashlib.sha256()
    for name in ("variants.yml", "forms.yml"):
        found.update((SENTENCES / name).read_bytes())
    for messages in hands.values():
        for message in messages:
            found.update(json.dumps(rows_of(message), ensure_ascii=False).encode())
    return found.hexdigest()[:16]


def _cross_validate(hands: dict[str, list[Labelled]], show: bool) -> None:
    for held in hands:
        if held == "sentences":
            continue
        fitted = fit(to_fit({name: rows for name, rows in hands.items() if name != held}))
        weights = {name: (pair[0], pair[1]) for name, pair in fitted["weights"].items()}
        for least in _TRIED:
            classifier = Classifier(weights, fitted["transitions"], least)
            left, touched = read(hands[held], classifier)
            secret = sum(bool(one.spans) for one in hands[held])
            harmless = len(hands[held]) - secret
            print(f"{held} {least}: {secret - len(left)}/{secret} {len(touched)}/{harmless}")
            if show and least == LEAST:
                print(*(f"  - {text!r}" for text in left), sep="\n")
                print(*(f"  + {text!r}" for text in touched), sep="\n")


def read(messages: list[Labelled], classifier: Classifier) -> tuple[list[str], list[str]]:
    """Return the messages of which something secret is left, and the harmless ones touched."""
    left, touched = [], []
    for message in messages:
        masked = redact_by(classifier, message.text, message.before)
        if not message.spans:
            touched += [message.text] if masked != message.text else []
        elif any(message.text[start:end] in masked for start, end in message.spans):
            left.append(message.text)
    return left, touched


def main() -> None:
    """Fit and write, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--show", action="store_true", help="list what is read wrongly")
    options = parser.parse_args()
    hands = by_hand()
    if options.cross_validate:
        _cross_validate(hands, options.show)
        return
    fitted = {"fitted_to": digest(hands), **fit(to_fit(hands))}
    pairs = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(pair)}"
        for name, pair in fitted.pop("weights").items()
    )
    head = json.dumps(fitted, ensure_ascii=False)[:-1]
    WEIGHTS.write_text(f'{head},\n"weights": {{\n{pairs}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    main()
