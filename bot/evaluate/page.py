"""The report as one HTML page with plots."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.evaluate import metrics, report
from bot.evaluate.metrics import Scored

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "img{max-width:100%}pre{background:#f5f5f5;padding:1rem;overflow:auto}"
    "td,th{padding:.1rem .8rem;text-align:left}td:nth-child(n+2){font-variant-numeric:tabular-nums}"
)


def write_page(results: Mapping[str, Sequence[Scored]], facts: Sequence[str], path: Path) -> None:
    """Write the page.

    Args:
        results: Scored messages by the name of their set.
        facts: Lines about model and training, shown on top.
        path: The file to write.
    """
    parts = [f"<pre>{html.escape(chr(10).join(facts))}</pre>"]
    for name, rows in results.items():
        parts.append(f"<h2>{html.escape(name)}</h2>{_plots(rows)}")
        parts.append(f"<pre>{html.escape(chr(10).join(report.lines(name, rows)))}</pre>")
        parts.append(_intents(rows))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>guichet evaluate</title>"
        f"<style>{_STYLE}</style><h1>How well messages are understood</h1>{''.join(parts)}",
        encoding="utf-8",
    )


def _plots(rows: Sequence[Scored]) -> str:
    # Untyped; imported by name so that checking types needs no exception for it.
    import_module("matplotlib").use("Agg")
    pyplot = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(1, 4, figsize=(17, 4), constrained_layout=True)
    reliability, cover, outcome, style = axes
    bins = metrics.bins(rows)
    reliability.plot([0, 1], [0, 1], "--", color="grey")
    reliability.plot([b.confidence for b in bins], [b.accuracy for b in bins], "o-")
    reliability.set(title="Reliability", xlabel="confidence", ylabel="share right")
    at, accuracy = metrics.coverage(rows)
    cover.plot(at, accuracy)
    cover.set(title="Coverage and accuracy", xlabel="share answered", ylabel="share right",
              ylim=(min(0.7, float(accuracy.min())), 1.005))  # fmt: skip
    _stacked(outcome, rows)
    groups = metrics.grouped(rows, "style")
    shares = {name or "all": metrics.share(chosen) for name, chosen in groups.items()}
    values = [share.value for share in shares.values()]
    spread = [
        [share.value - share.interval[0] for share in shares.values()],
        [share.interval[1] - share.value for share in shares.values()],
    ]
    style.barh(list(shares), values, xerr=spread)
    style.set(title="By style", xlim=(min(0.6, *values), 1))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    pyplot.close(figure)
    return (
        f'<img alt="" src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}">'
    )


def _stacked(axis: Any, rows: Sequence[Scored]) -> None:
    sides = {
        "in scope": [row for row in rows if row.in_scope],
        "out of scope": [row for row in rows if not row.in_scope],
    }
    left = [0.0] * len(sides)
    for name, colour in zip(metrics.OUTCOMES, ("#2a7", "#9c6", "#fb4", "#c33"), strict=True):
        values = [metrics.served(chosen)[name].value for chosen in sides.values()]
        axis.barh(list(sides), values, left=left, color=colour, label=name)
        left = [before + value for before, value in zip(left, values, strict=True)]
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), fontsize=7, ncol=2)
    axis.set(title="Served")


def _intents(rows: Sequence[Scored]) -> str:
    body = "".join(
        f"<tr><td>{intent}<td>{html.escape(report.shown(metrics.share(chosen)))}"
        for intent, chosen in metrics.grouped(rows, "intent").items()
    )
    return f"<details><summary>By intent</summary><table>{body}</table></details>"
