"""The report as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.evaluate import metrics
from bot.evaluate.metrics import Scored, Share

_CONFUSIONS = 12
_WEAKEST = 15


def shown(share: Share) -> str:
    """Return a share in percent with its interval."""
    low, high = share.interval
    return f"{share.value:6.1%}  [{low:.1%}, {high:.1%}]  {share.hits}/{share.of}"


def lines(name: str, rows: Sequence[Scored]) -> Iterator[str]:
    """Yield the report on one test set, line by line."""
    inside = [row for row in rows if row.in_scope]
    yield f"== {name}: {len(rows)} messages"
    yield f"  top-1                        {shown(metrics.share(rows))}"
    yield f"  top-1 in scope               {shown(metrics.share(inside))}"
    yield f"  among the first three        {shown(metrics.share(rows, 'among_three'))}"
    error = metrics.calibration_error(rows)
    low, high = metrics.error_interval(rows)
    yield f"  calibration error (ECE)      {error:.3f}  [{low:.3f}, {high:.3f}]"
    yield "  served, of those in scope:"
    outcomes = metrics.served(inside)
    for outcome, share in outcomes.items():
        yield f"    {outcome:26} {shown(share)}"
    helped = Share(sum(outcomes[o].hits for o in metrics.OUTCOMES[:2]), len(inside))
    direct = Share(sum(row.prediction.band == "sure" for row in inside), len(inside))
    yield f"    {'answered directly':26} {shown(direct)}"
    yield f"    {'right or offered':26} {shown(helped)}"
    yield f"  answered wrong, of all       {shown(metrics.served(rows)[metrics.OUTCOMES[3]])}"
    yield f"  out of scope answered        {shown(metrics.out_of_scope_answered(rows))}"
    yield "  reliability (confidence → right): " + "  ".join(
        f"{each.confidence:.2f}→{each.accuracy:.2f}" for each in metrics.bins(rows)
    )
    at, accuracy = metrics.coverage(rows)
    yield "  coverage → accuracy: " + "  ".join(
        f"{at[int(len(rows) * part) - 1]:.0%}→{accuracy[int(len(rows) * part) - 1]:.1%}"
        for part in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    )
    yield "  by likeness to the nearest training example:"
    for span, share in metrics.by_distance(rows):
        yield f"    {span:26} {shown(share)}"
    styles = metrics.grouped(rows, "style")
    if len(styles) > 1:
        yield "  by style:"
        for style, chosen in styles.items():
            yield f"    {style:26} {shown(metrics.share(chosen))}"
    intents = {name: metrics.share(rows) for name, rows in metrics.grouped(rows, "intent").items()}
    yield f"  weakest {_WEAKEST} intents (all of them are on the page):"
    for intent, share in sorted(intents.items(), key=lambda item: item[1].value)[:_WEAKEST]:
        yield f"    {intent:26} {shown(share)}"
    yield "  confusions:"
    for label, taken, count in metrics.confusions(rows, _CONFUSIONS):
        yield f"    {count:3}  {label} → {taken}"
