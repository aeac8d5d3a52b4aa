"""Metrics as the lines of a table, for Markdown and for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.report import blocks
from bot.report.fit import joined
from bot.report.metrics.order import Place, sign, worst_first, worst_of
from policies.facts import Absent
from policies.metrics.comparison import ModelComparison
from policies.metrics.numbers import decimals_of, percent, signed
from policies.metrics.runs import Group
from policies.metrics.sample import Sample
from policies.phrase import Phrase
from policies.words import metrics as metric_words
from policies.words import models as words

HEADER = ("Metric", "Baseline", "Candidate", "Difference", "Verdict")
NUMBERS = (1, 2, 3)
"""The columns of numbers."""

MOST_ROWS = 30
"""Metrics of the policy in a table."""

MOST_LISTED = 100
"""Models in the table of all."""

NOTHING = "–"

_FIXED = str.maketrans(" ", "\N{NO-BREAK SPACE}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table; ``name`` is foreign, all else is ours. ``runs`` are how many there are on either side."""

    name: Phrase
    baseline: str
    candidate: str
    difference: str
    verdict: str
    runs: tuple[int, int]

    def cells(self, *, counted: bool = True) -> tuple[Phrase, ...]:
        """Return the cells, with the numbers of runs where they are ``counted`` in each line."""
        sides = (self.baseline, self.candidate)
        values = [_with_runs(side, n) if counted else side for side, n in zip(sides, self.runs, strict=True)]
        return (self.name, *(Phrase((text,)) for text in (*values, self.difference, self.verdict)))


def _with_runs(value: str, count: int) -> str:
    return f"{value} ({_runs(count)})" if count > 1 else value


def _runs(count: int) -> str:
    return f"n = {count}".translate(_FIXED)


def line(place: Place, model: ModelComparison, blocking: frozenset[str]) -> Line:
    """Return the line of a metric; ``blocking`` are the rules that block."""
    row, places = place.row, decimals_of(place.row)
    word = words.beyond(place.limit) if place.limit else words.verdict(row)
    mark = sign(place, model, blocking)
    return Line(
        place.name,
        _value(row.baseline, places),
        _value(row.candidate, places),
        _difference(place, places),
        (f"{mark} {word}" if mark else word).translate(_FIXED),
        (row.baseline.n if row.baseline else 0, row.candidate.n if row.candidate else 0),
    )


def _value(sample: Sample | None, places: int) -> str:
    return metric_words.value(sample, places).plain().translate(_FIXED) if sample else NOTHING


def _difference(place: Place, places: int) -> str:
    """Write the difference, and as a share where that says more: not of one that is rounded to nothing."""
    row = place.row
    if row.difference is None or math.isnan(row.difference):
        return NOTHING
    text = signed(row.difference, places)
    if row.relative is None or not math.isfinite(row.relative) or not text.startswith(("+", "-")):
        return text
    return f"{text} ({percent(row.relative).translate(_FIXED)})"


def markdown(lines: Sequence[Line], columns: int = len(HEADER)) -> str:
    """Return a table; where all lines are of as many runs its head says how many. ``columns`` of it are shown."""
    counts = {each.runs for each in lines if 0 not in each.runs} or {each.runs for each in lines}
    header, counted = list(HEADER[:columns]), len(counts) > 1
    for column, count in enumerate(next(iter(counts), ())) if not counted else ():
        header[column + 1] += f" ({_runs(count)})" if count > 1 else ""
    return blocks.table(header, (_markdown(each.cells(counted=counted))[:columns] for each in lines), NUMBERS)


def _markdown(cells: Iterable[Phrase]) -> tuple[str, ...]:
    return tuple(cell.markdown() for cell in cells)


def of_metrics(found: Sequence[Place], model: ModelComparison, blocking: frozenset[str]) -> str:
    """Return the table of the metrics that the policy names, in its order; of very many, of the worst."""
    if not found:
        return ""
    kept = found
    if len(found) > MOST_ROWS:
        worst = sorted(range(len(found)), key=lambda place: found[place].rank)[:MOST_ROWS]
        kept = [found[place] for place in sorted(worst)]
    left = len(found) - len(kept)
    table = markdown([line(place, model, blocking) for place in kept])
    return joined([table, words.further(left).markdown() if left else ""])


def of_models(compared: Sequence[ModelComparison], blocking: frozenset[str]) -> str:
    """Return the table of several models, with a line for the metric of each that matters most."""
    rows = [_in_one_line(model, blocking) for model in worst_first(compared)[:MOST_LISTED]]
    left = len(compared) - len(rows)
    table = blocks.table(("Model", *HEADER), rows, [column + 1 for column in NUMBERS])
    return joined([table, words.further(left).markdown() if left else ""])


def _in_one_line(model: ModelComparison, blocking: frozenset[str]) -> tuple[str, ...]:
    name, worst = words.short(model.name).markdown(), worst_of(model)
    if not isinstance(model.candidate, Group):
        none_yet = isinstance(model.found.candidate, Absent)
        why = words.no_run() if none_yet else model.candidate.why
        return (name, *[""] * (len(HEADER) - 1), why.markdown())
    cells = _markdown(line(worst, model, blocking).cells()) if worst else ("",) * len(HEADER)
    return (name, *cells)
