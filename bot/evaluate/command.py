"""Runs `guichet evaluate`."""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bot.evaluate import (
    ablation,
    diet,
    duplicates,
    languages,
    metrics,
    page,
    problems,
    replies,
    replies_report,
    report,
)  # fmt: skip
from bot.evaluate.data import Example, test_sets, training_examples
from bot.evaluate.parsing import Parsed, parsed
from bot.evaluate.scoring import score
from bot.evaluate.trained import Trained, configured, trained
from bot.ground.settings import current_settings
from bot.rasa.training import train

Tell = Callable[[str], None]


def evaluate(options: argparse.Namespace, tell: Tell) -> None:
    """Run what the options ask for."""
    if options.replies:
        replies_report.report(*replies.load(current_settings().content_dir), tell)
        return
    folder = current_settings().var_dir / "evaluation"
    examples, sets = training_examples(), test_sets(final=options.final, more=options.messages)
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
    texts = [text for each in sets for text in each.texts]
    served = parsed(train(current_settings().models_dir), texts)
    facts = [*_facts(result, examples), _pace(served)]
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
        against = diet.trained_diet(examples, options.epochs, folder)
        tell(f"== against DIET ({options.epochs} epochs), top-1")
        _tell_all(_comparison(results, served, against, texts), tell)


def _facts(result: Trained, examples: Sequence[Example]) -> Iterator[str]:
    calibration = result.model.calibration
    yield (f"training: {len(examples)} examples, {len(result.model.intents)} intents, "
           f"{result.seconds:.0f} s, {result.megabytes} MB")  # fmt: skip
    yield f"held-out folds: {ablation.held_out(result, examples):.1%} right"
    if calibration.sure is not None:
        least = Counter(calibration.sure.tolist()).most_common()
        yield ("sure from " + ", ".join(f"{value:.2f} ({count} intents)" for value, count in least)
               + f", temperature {calibration.temperature:.2f}")  # fmt: skip


def _pace(served: Parsed) -> str:
    times = sorted(served.milliseconds)
    return (f"one parse, whole pipeline: p50 {statistics.median(times):.1f} ms, "
            f"p99 {times[int(len(times) * 0.99)]:.1f} ms")  # fmt: skip


def _comparison(
    results: dict[str, list[metrics.Scored]],
    served: Parsed,
    against: diet.Diet,
    texts: Sequence[str],
) -> Iterator[str]:
    read = parsed(against.model, texts, tensorflow=True)
    theirs = iter(read.intents)
    for name, rows in results.items():
        right = sum(next(theirs) in row.example.intents for row in rows)
        one, other = metrics.share(rows), metrics.Share(right, len(rows))
        yield (f"  {name:22} ours {report.shown(one)}   DIET {report.shown(other)}   "
               f"{(one.value - other.value) * 100:+.1f} points")  # fmt: skip
    fast, slow = statistics.median(served.milliseconds), statistics.median(read.milliseconds)
    yield f"  one parse, median: ours {fast:.1f} ms, DIET {slow:.1f} ms, {slow / fast:.1f} ×"
    yield f"  training of DIET: {against.seconds:.0f} s, {against.megabytes} MB"


def _tell_all(lines: Iterator[str] | list[str], tell: Tell) -> None:
    for line in lines:
        tell(line)
