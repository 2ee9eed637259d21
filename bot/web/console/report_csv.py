"""The lead's page as a file for a spreadsheet: what French ones open without being asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from bot.ground.moments import shown
from bot.record.lost_messages import Asked
from bot.record.opinions import HELPFUL, Opinion
from bot.record.report import Figures, Report
from bot.web.console.report_figures import Line, Row

_MARK = "\ufeff"
"""Without it, spreadsheets do not read UTF-8."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

_COLUMNS = (
    ("conversations", "Conversations"), ("solved", "Résolues"), ("handed_over", "Transmises"),
    ("left", "Sans suite ou abandonnées"), ("not_understood", "Avec un message pas compris"),
    ("messages", "Messages"), ("lost", "Messages pas compris"), ("liked", "Pouces en haut"),
    ("disliked", "Pouces en bas"), ("views", "Pages ouvertes"), ("shown", "Dits dans le chat"),
)  # fmt: skip

_HEAD = (
    "Rubrique", "Libellé", "Valeur", "Période précédente", "Écart",
    *(title for _, title in _COLUMNS),
)  # fmt: skip


def harmless(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def as_csv(
    report: Report,
    lines: Sequence[Line],
    tables: Iterable[tuple[str, Sequence[Row]]],
    questions: Sequence[Asked],
    opinions: Sequence[Opinion],
    *,
    latest: int = 0,
) -> str:
    """Return the report as one table: a line a figure, then a line a row of each table.

    Args:
        report: The figures.
        lines: Those shown first.
        tables: The others, with what they are about.
        questions: What was not understood, most frequent first.
        opinions: What was written with a thumb.
        latest: Among how many of the latest messages those were counted; 0 if among all.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")

    def write(section: str, label: str, *values: str, figures: Figures | None = None) -> None:
        counts = [str(getattr(figures, name)) for name, _ in _COLUMNS] if figures else []
        three = [*values, "", "", ""][:3]
        # Values are ours: a change of `+12 %` is no formula, and stays what it is.
        writer.writerow([section, harmless(label), *three, *counts])

    writer.writerow(_HEAD)
    period = report.period
    write("Période", "Jours", str(period.span), str(period.before))
    for line in lines:
        write("L’essentiel", line.label, line.now, line.before, line.change)
        if line.hint:
            write("L’essentiel", f"{line.label} (part)", line.hint)
    for bucket, figures in report.course:
        write("Au fil de la période", str(bucket.span), figures=figures)
    for section, rows in tables:
        for row in rows:
            write(section, row.label, figures=row.now)
    section = "Questions pas comprises"
    if latest:
        section += f" (parmi les {latest} derniers messages)"
    for asked in questions:
        write(section, asked.text, str(asked.times), shown(asked.at))
    for opinion in opinions:
        judged = HELPFUL["yes" if opinion.helpful else "no"]
        write("Commentaires", opinion.comment, judged, shown(opinion.at))
    return _MARK + text.getvalue()
