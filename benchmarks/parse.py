"""How long it takes to understand a message, short or very long, beside the plain baseline.

    .venv/bin/python -m benchmarks.parse [MESSAGES]

Prints p50 and p99 of the classifier, of a whole parse by Rasa's graph (entities included), and of
one of a reply in a conversation that waits at a question; and the ratio of each to a plain TF-IDF
and linear SVM pipeline in the same run, so that the machine's speed cancels out.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from bot.rasa import patches as rasa_patches

if TYPE_CHECKING:
    from rasa.core.agent import Agent

    from bot.content.replies import Reply

T = TypeVar("T")

_WARM_UP = 20
_LONG = 30
_LONG_PARTS = 60
_TRIES = 3


def _messages(count: int) -> list[str]:
    from bot.evaluate.data import test_sets, training_examples

    rng = random.Random(0)
    texts = [text for each in test_sets(final=False) for text in each.texts]
    chosen = rng.sample(texts, min(count, len(texts)))
    parts = [example.text for example in training_examples()]
    return chosen + ["\n".join(rng.choices(parts, k=_LONG_PARTS)) for _ in range(_LONG)]


def _replies(count: int) -> list[Reply]:
    """Return replies to questions that trees ask."""
    from bot.content.replies import WALKS
    from bot.evaluate.replies import load
    from bot.ground.settings import current_settings

    replies, _ = load(current_settings().content_dir)
    asked = [reply for reply in replies if not reply.question.startswith(f"{WALKS}/")]
    return random.Random(0).sample(asked, min(count, len(asked)))


def _measure(name: str, read: Callable[[T], object], items: list[T], long: int = _LONG) -> float:
    for item in items[:_WARM_UP]:
        read(item)
    times = []
    for item in items:
        best = float("inf")
        # The best of a few: what else the machine does meanwhile is not ours.
        for _ in range(_TRIES):
            started = time.perf_counter()
            read(item)
            best = min(best, time.perf_counter() - started)
        times.append(best * 1000)
    ordered, p50 = sorted(times), statistics.median(times)
    apart = (
        f"   messages {statistics.median(times[: len(times) - long]):5.2f} ms   "
        f"very long ones {statistics.median(times[-long:]):5.2f} ms"
    )
    print(f"{name:24} p50 {p50:5.2f} ms   p99 {ordered[int(len(ordered) * 0.99)]:5.2f} ms"
          f"{apart if long else ''}")  # fmt: skip
    return p50


def _baseline() -> Callable[[str], object]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    from bot.evaluate.data import training_examples
    from bot.french.text import normalise

    examples = training_examples()
    pipeline = make_pipeline(
        make_union(
            TfidfVectorizer(preprocessor=normalise, ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(
                preprocessor=normalise, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True
            ),
        ),
        LinearSVC(C=0.6, random_state=0),
    )
    pipeline.fit([each.text for each in examples], [each.intent for each in examples])
    return lambda text: pipeline.decision_function([text])


def _classifier(model: Path) -> Callable[[str], object]:
    import tarfile

    import joblib

    with TemporaryDirectory() as folder, tarfile.open(model) as archive:
        name = next(n for n in archive.getnames() if n.endswith("intents.joblib"))
        archive.extract(name, folder)
        intents = joblib.load(Path(folder) / name)
    return lambda text: intents.predict([text])


def _whole(agent: Agent) -> Callable[[str], object]:
    loop = asyncio.new_event_loop()
    return lambda text: loop.run_until_complete(agent.parse_message(text))


def _answered(agent: Agent) -> Callable[[Reply], object]:
    """Return what reads a reply in a conversation that waits at its question."""
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.events import SlotSet
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.dialogue.tree import PREFIX

    processor = agent.processor
    assert processor is not None
    known = [slot for slot in processor.domain.slots if slot.name in ("portal", "walk_stack")]

    def read(reply: Reply) -> object:
        portal, intent, step = reply.question.split("/")
        stack = [{"walk": PREFIX + intent, "step": step, "data": {}}]
        told = [SlotSet("portal", portal), SlotSet("walk_stack", stack)]
        tracker = DialogueStateTracker.from_events("benchmark", told, known)
        parsed = processor._parse_message_with_graph(UserMessage(reply.text), tracker)
        assert parsed["asked"] == reply.question
        return parsed

    return read


def main() -> None:
    """Measure, training a model first where none fits."""
    rasa_patches.prepare()
    rasa_patches.leave_unused_out()
    from rasa.core.agent import Agent

    from bot.ground import logs
    from bot.ground.settings import ROOT
    from bot.rasa import training

    logs.configure()
    model = training.train(ROOT / "models")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    texts, replies = _messages(count), _replies(count)
    print(f"{len(texts)} messages, {_LONG} of them very long; {len(replies)} replies")
    plain = _measure("TF-IDF and linear SVM", _baseline(), texts)
    ours = _measure("our classifier", _classifier(model), texts)
    agent = Agent.load(str(model))
    _measure("whole parse", _whole(agent), texts)
    answered = _measure("whole parse of a reply", _answered(agent), replies, long=0)
    print(f"our classifier to the baseline: {ours / plain:.2f}")
    print(f"whole parse of a reply to the baseline: {answered / plain:.2f}")


if __name__ == "__main__":
    main()
