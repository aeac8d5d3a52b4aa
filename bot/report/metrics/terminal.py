"""Comparisons for a person at a terminal: a table with sparklines, and what else has changed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import rich.table
from rich.console import Console
from rich.text import Text

from bot.report.metrics.diffs import diffs
from bot.report.metrics.order import places, worst_first
from bot.report.metrics.runs import aged
from bot.report.metrics.table import HEADER, NUMBERS, line
from bot.report.terminal import MOST_DETAILS, styled
from policies.metrics.comparison import Against, ModelComparison
from policies.metrics.runs import Group, Point
from policies.phrase import Phrase, say
from policies.words import check as check_words
from policies.words import metrics as metric_words
from policies.words import models as words

BARS = "▁▂▃▄▅▆▇█"

WIDEST = 24
"""Characters of a sparkline."""


def show(compared: Sequence[ModelComparison], blocking: frozenset[str], console: Console) -> None:
    """Print the worst model first; ``blocking`` are the rules that block."""
    for model in worst_first(compared):
        if isinstance(model.candidate, Group):
            for against in model.against:
                _show_against(model, model.candidate, against, blocking, console)
        else:
            _title(words.of_several(model.name, model.candidate.why), console)
        console.print()


def _title(said: Phrase, console: Console) -> None:
    console.print(styled(said), style="bold", soft_wrap=True)


def _show_against(
    model: ModelComparison, candidate: Group, against: Against, blocking: frozenset[str], console: Console
) -> None:
    held = against.baseline
    said = held.group.why if not isinstance(held.group, Group) else _who(candidate) + aged(held, held.group)
    _title(words.of_several(model.name, said), console)
    grid = rich.table.Table(box=None, pad_edge=False, header_style="dim")
    for column, name in enumerate((*HEADER, "How", "By step")):
        grid.add_column(name, justify="right" if column in NUMBERS else "left")
    for place in places(model, against):
        points = next((run.history[place.row.name] for run in candidate.runs if place.row.name in run.history), ())
        how = metric_words.method(place.row).plain() if place.row.method else ""
        cells = map(styled, line(place, model, blocking).cells())
        grid.add_row(*cells, Text(how), Text(sparkline(points)))
    if grid.row_count:
        console.print(grid)
    for diff in diffs(against):
        console.print(styled(diff.title), soft_wrap=True)
        shown = [*diff.lines[:MOST_DETAILS]]
        if len(diff.lines) > len(shown):
            shown.append(check_words.more(len(diff.lines) - len(shown)))
        for each in shown:
            console.print(Text.assemble(("  · ", "dim"), styled(each)), soft_wrap=True)


def _who(candidate: Group) -> Phrase:
    return say("{runs} against ", runs=check_words.count_of(len(candidate.runs), "run"))


def sparkline(points: Sequence[Point]) -> str:
    """Draw a metric by step; where it is no finite number there is a gap.

    >>> sparkline([Point(step, value) for step, value in enumerate([4.0, 2.0, 1.0, float("nan"), 0.0])])
    '█▄▂ ▁'
    """
    thinned = points[:: -math.ceil(len(points) / WIDEST)][::-1] if points else ()  # the last one is always there
    finite = [point.value / 2 for point in thinned if math.isfinite(point.value)]  # a half, or the span overflows
    if not finite:
        return ""
    least, span = min(finite), max(finite) - min(finite)
    return "".join(_bar((point.value / 2 - least) / span if span else 0.0) for point in thinned)


def _bar(height: float) -> str:
    """Draw a share of the whole height."""
    return BARS[int(height * (len(BARS) - 1))] if math.isfinite(height) else " "
