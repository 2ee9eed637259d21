"""How often two problems in one message are found, and one problem is taken for two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.evaluate.data import TESTS, MessageSet
from bot.evaluate.metrics import Share
from bot.evaluate.report import shown
from bot.ground.yaml_text import read_yaml
from bot.reading.model import IntentModel
from bot.reading.problems import Problem, find_problems

_LONG = 90


def lines(model: IntentModel, sets: Sequence[MessageSet]) -> Iterator[str]:
    """Yield the report, nothing where there are no messages with two problems."""
    path = TESTS / "problems.yml"
    if not path.exists():
        return
    cases = read_yaml(path)
    found = named = 0
    for case in cases:
        intents = {problem.intent for problem in _problems(model, case["text"])}
        found += bool(intents)
        named += bool(intents & set(case["one"]) and intents & set(case["other"]))
    yield "== two problems in one message"
    yield f"  found                        {shown(Share(found, len(cases)))}"
    yield f"  found and both right         {shown(Share(named, len(cases)))}"
    for each in sets:
        long = [text for text in each.texts if len(text) >= _LONG]
        split = sum(bool(_problems(model, text)) for text in long)
        yield f"  long single ones split, {each.name[:22]:22} {shown(Share(split, len(long)))}"


def _problems(model: IntentModel, text: str) -> list[Problem]:
    return find_problems(text, model.predict, model.predict([text])[0])
