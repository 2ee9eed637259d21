"""The intent model learns from a handful, and its bands keep what was asked of them."""

from __future__ import annotations

import numpy as np
import pytest

from bot.reading.calibration import Calibration, calibrate
from bot.reading.model import DEFAULTS, IntentModel

PLAIN = {
    **DEFAULTS,
    "views": {"words": 1.0, "chars": 1.0, "sounds": 1.0},
    "vector_weight": 0.0,
    "fewest": 1,
}
EXAMPLES = {
    "greet": "bonjour|salut|bonsoir|coucou|bonjour à tous|salut à vous",
    "password_reset": "mot de passe oublié|j'ai perdu mon mot de passe|mdp oublié|changer de mot "
    "de passe|réinitialiser le mot de passe|je ne sais plus mon mot de passe",
    "mail_not_received": "pas reçu le mail|je n'ai rien reçu|aucun message reçu|le mail n'arrive "
    "pas|toujours pas de mail|mail jamais reçu",
    "out_of_scope": "où est ma commande|la facture est fausse|quel temps fait-il|je cherche un "
    "emploi|livraison en retard|le prix du store",
}


@pytest.fixture(scope="module")
def handful() -> IntentModel:
    pairs = [(text, name) for name, texts in EXAMPLES.items() for text in texts.split("|")]
    return IntentModel(dict(PLAIN)).fit([text for text, _ in pairs], [name for _, name in pairs])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Bonjouuur", "greet"),
        ("jé oublié le mo de passe", "password_reset"),
        ("j'ai ri1 ressu", "mail_not_received"),
        ("ma commande n'est pas livrée", "out_of_scope"),
        ("Bonjour madame, je n'ai pas reçu le mail. Cordialement, Anne", "mail_not_received"),
        ("merci mais je n'ai toujours pas reçu de mail", "mail_not_received"),
    ],
)
def test_it_learns_from_a_handful(handful: IntentModel, text: str, intent: str) -> None:
    assert handful.predict([text])[0].intent == intent


def test_a_ranking_names_every_intent_once_and_falls(handful: IntentModel) -> None:
    prediction = handful.predict(["mot de passe perdu"])[0]
    confidences = [confidence for _, confidence in prediction.ranking]
    assert {name for name, _ in prediction.ranking} == set(EXAMPLES)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0001 and prediction.band in {"sure", "unsure", "lost"}


@pytest.mark.parametrize("text", ["", "🙂", "????", "   "])
def test_any_text_gets_a_prediction(handful: IntentModel, text: str) -> None:
    prediction = handful.predict([text])[0]
    assert 0 <= prediction.confidence <= 1 and np.isfinite(prediction.nearest)


def test_one_at_a_time_or_together_is_the_same(handful: IntentModel) -> None:
    texts = ["bonjour", "mdp oublié", "rien reçu"]
    together = handful.predict(texts)
    for text, prediction in zip(texts, together, strict=True):
        alone = handful.predict([text])[0]
        assert alone.intent == prediction.intent
        assert alone.confidence == pytest.approx(prediction.confidence, abs=1e-5)


def _scores(noise: float, count: int = 1500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.integers(0, 10, count)
    scores = random.normal(0, noise, (count, 10))
    scores[np.arange(count), truth] += 1
    return scores, truth, random.integers(1, 40, count).astype(float)


def _fit(noise: float, *, cost: float = 10, first: float = 10) -> Calibration:
    scores, truth, words = _scores(noise)
    costs = np.array([first] + [cost] * 9)
    return calibrate(scores, truth, words, costs=costs, lost=0.5, shift=0.0)


@pytest.mark.parametrize("noise", [0.3, 0.6, 0.8])
def test_sure_answers_are_as_right_as_was_asked(noise: float) -> None:
    scores, truth, words = _scores(noise)
    calibration = _fit(noise)
    probabilities = calibration.probabilities(scores)
    confidence, _ = calibration.judge(probabilities, words)
    given = confidence >= 0.9
    assert given.any() and calibration.band(3, 0.9, 1.0) == "sure"
    assert (probabilities.argmax(axis=1) == truth)[given].mean() >= 0.9


def test_confidence_is_the_share_of_right_answers() -> None:
    scores, truth, words = _scores(0.6)
    calibration = _fit(0.6)
    probabilities = calibration.probabilities(scores)
    confidence, among = calibration.judge(probabilities, words)
    right = probabilities.argmax(axis=1) == truth
    assert confidence.mean() == pytest.approx(right.mean(), abs=0.03)
    assert (among >= confidence - 0.05).all()


def test_more_is_wanted_where_a_mistake_costs_more() -> None:
    calibration = _fit(0.8, cost=5, first=20)
    bands = [calibration.band(intent, 0.85, 0.9) for intent in (0, 1, 9)]
    assert bands == ["unsure", "sure", "sure"]
    assert calibration.band(0, 0.95, 0.9) == "sure"


def test_where_nothing_is_right_nothing_is_sure() -> None:
    scores, truth, words = _scores(0.1)
    calibration = calibrate(
        scores, (truth + 1) % 10, words,
        costs=np.full(10, 10.0), lost=0.5, shift=0.0,
    )  # fmt: skip
    confidence, _ = calibration.judge(calibration.probabilities(scores), words)
    assert not any(calibration.band(3, each, 0.99) == "sure" for each in confidence)
