"""The report on replies as text: `guichet evaluate --replies`."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.content.replies import Question, Reply
from bot.evaluate import replies as measured
from bot.evaluate.replies import Figures, HeldOut, Run
from bot.evaluate.report import shown

_LEAST = (0.5, 0.6, 0.7, 0.8, 0.9)
_PARTS = (0.125, 0.25, 0.5)
_WEAKEST = 12


def report(
    replies: Sequence[Reply], questions: Mapping[str, Question], tell: Callable[[str], None]
) -> None:
    """Measure everything and tell it.

    Args:
        replies: All replies.
        questions: The questions by id.
        tell: Told each line.
    """
    hands = measured.hands_to_test(replies)
    tell(f"replies: {len(replies)} to {len({reply.question for reply in replies})} questions; "
         f"each of {len(hands)} hands is read by what the others show")  # fmt: skip
    whole = measured.by_hand(replies, questions, hands)
    for line in lines(whole):
        tell(line)
    tell("== learning curve, before any threshold")
    for part in _PARTS:
        run = measured.by_hand(replies, questions, hands, part)
        tell(f"  {part:6.1%} of the replies  {one_line(measured.figures(run.rows, 0.0))}")
    tell(f"  {1:6.1%} of the replies  {one_line(measured.figures(whole.rows, 0.0))}")
    tell("== trees that training never showed, by meanings, labels, examples alone")
    for line in _at_thresholds(measured.unknown_questions(replies, questions)):
        tell(line)


def one_line(figures: Figures) -> str:
    """Return figures on one line."""
    return (f"option right {figures.right.value:6.1%}   wrong option {figures.wrong.value:6.1%}   "
            f"others taken for one {figures.taken.value:6.1%}")  # fmt: skip


def lines(run: Run) -> Iterator[str]:
    """Yield the report on the replies of all hands tested, line by line."""
    times = sorted(run.milliseconds)
    pace = f"p50 {statistics.median(times):.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms"
    yield f"training: {run.seconds:.0f} s, {run.megabytes} MB at most; one reading: {pace}"
    yield f"== {len(run.rows)} replies, each read by a model that does not know its hand"
    plain = measured.figures(run.rows, 0.0)
    yield f"  option right                 {shown(plain.right)}"
    yield f"  wrong option                 {shown(plain.wrong)}"
    yield f"  others taken for an option   {shown(plain.taken)}"
    yield "  by hand:"
    for hand in sorted({row.reply.hand for row in run.rows}):
        own = [row for row in run.rows if row.reply.hand == hand]
        yield f"    {hand:11} {one_line(measured.figures(own, 0.0))}"
    yield "  by what confidence an option needs:"
    yield from _at_thresholds(run.rows)
    yield "  by shared move, where no option is chosen:"
    for move, share in measured.moves_right(run.rows).items():
        yield f"    {move:11} {shown(share)}"
    yield f"  of the shared moves that are sure, right {shown(measured.moves_sure(run.rows))}"
    told = measured.facts(run.rows)
    yield f"  facts: F1 {told.f1:.2f}, found {shown(told.found)}, right {shown(told.right)}"
    for name, each in measured.by_fact(run.rows).items():
        yield f"    {name:21} F1 {each.f1:.2f}, found {shown(each.found)}"
    yield f"  weakest {_WEAKEST} questions:"
    for at, (name, figures) in enumerate(measured.by_question(run.rows)):
        if at < _WEAKEST:
            yield f"    {name:44} {one_line(figures)}"


def _at_thresholds(rows: Sequence[HeldOut]) -> Iterator[str]:
    yield f"    {'likeliest':11} {one_line(measured.figures(rows, 0.0))}"
    for least in _LEAST:
        yield f"    {f'from {least}':11} {one_line(measured.figures(rows, least))}"
    yield f"    {'sure':11} {one_line(measured.figures(rows))}"
