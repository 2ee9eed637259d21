"""Runs `guichet evaluate`."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from actions.settings import current_settings
from bot.evaluation import ablation, diet, duplicates, languages, metrics, page, problems, report
from bot.evaluation.data import Example, MessageSet, test_sets, training_examples
from bot.evaluation.scoring import score
from bot.evaluation.trained import Trained, configured, trained

Tell = Callable[[str], None]

_WARM_UP = 5


def evaluate(options: argparse.Namespace, tell: Tell) -> None:
    """Run what the options ask for."""
    folder = current_settings().var_dir / "evaluation"
    examples, sets = training_examples(), test_sets(final=options.final)
    settings = configured()
    if options.duplicates:
        _tell_all(duplicates.report(examples, sets), tell)
        return
    if options.ablation:
        _tell_all(ablation.table(examples, sets, settings, folder / "models"), tell)
        return
    tell(f"Entraînement sur {len(examples)} exemples, s’il le faut…")
    result = trained(examples, settings, folder / "models")
    results = {each.name: score(result.model, each) for each in sets}
    facts = list(_facts(result, examples, sets))
    _tell_all(facts, tell)
    for name, rows in results.items():
        _tell_all(report.lines(name, rows), tell)
    others = [*problems.lines(result.model, sets), *languages.lines()]
    facts += others
    _tell_all(others, tell)
    page.write_page(results, facts, folder / "index.html")
    tell(f"Page : {folder / 'index.html'}")
    if options.against:
        tell(
            f"DIET sur les mêmes données, en {options.epochs} passages, s’il le faut : c’est long…"
        )
        answers = diet.diet_answers(examples, sets, options.epochs, folder)
        ours = list(_milliseconds(result, sets))
        tell(f"== against DIET ({options.epochs} epochs), top-1")
        _tell_all(_comparison(results, answers["intents"], ours, answers), tell)


def _facts(
    result: Trained, examples: Sequence[Example], sets: Sequence[MessageSet]
) -> Iterator[str]:
    calibration = result.model.calibration
    yield (f"training: {len(examples)} examples, {len(result.model.intents)} intents, "
           f"{result.seconds:.0f} s, {result.megabytes} MB")  # fmt: skip
    yield f"held-out folds: {ablation.held_out(result, examples):.1%} right"
    yield (f"sure from {calibration.sure:.2f} ({calibration.sure_in_scope:.2f} in scope), "
           f"temperature {calibration.temperature:.2f}")  # fmt: skip
    times = sorted(_milliseconds(result, sets))
    yield (f"one parse: p50 {statistics.median(times):.1f} ms, "
           f"p99 {times[int(len(times) * 0.99)]:.1f} ms")  # fmt: skip


def _milliseconds(result: Trained, sets: Sequence[MessageSet]) -> Iterator[float]:
    texts = [text for each in sets for text in each.texts]
    result.model.predict(texts[:_WARM_UP])
    for text in texts:
        before = time.perf_counter()
        result.model.predict([text])
        yield (time.perf_counter() - before) * 1000


def _comparison(
    results: dict[str, list[metrics.Scored]],
    theirs: dict[str, list[str]],
    ours: Sequence[float],
    diet_run: dict[str, object],
) -> Iterator[str]:
    for name, rows in results.items():
        right = sum(
            intent in row.example.intents for row, intent in zip(rows, theirs[name], strict=True)
        )
        one, other = metrics.share(rows), metrics.Share(right, len(rows))
        yield (f"  {name:22} ours {report.shown(one)}   DIET {report.shown(other)}   "
               f"{(one.value - other.value) * 100:+.1f} points")  # fmt: skip
    slow = diet_run["milliseconds"]
    assert isinstance(slow, list)
    fast, slower = statistics.median(ours), statistics.median(slow)
    yield f"  one parse, median: ours {fast:.1f} ms, DIET {slower:.1f} ms, {slower / fast:.1f} ×"
    yield f"  training of DIET: {diet_run['seconds']:.0f} s, {diet_run['megabytes']} MB"


def _tell_all(lines: Iterator[str] | list[str], tell: Tell) -> None:
    for line in lines:
        tell(line)
