"""Comparisons as lines of a table, for a terminal, for Markdown and for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import rich.table
from rich.console import Console

from bot.report.terminal import styled
from policies.facts import Absent, Unavailable
from policies.metrics.comparison import Against, MetricComparison, ModelComparison
from policies.metrics.numbers import decimals_of, signed
from policies.metrics.runs import Group, Point, Run
from policies.metrics.sample import Sample
from policies.phrase import Phrase, say
from policies.words import metrics as words

HEADER = ("metric", "baseline", "candidate", "difference", "verdict", "how", "by step")

BARS = "▁▂▃▄▅▆▇█"

WIDEST = 24
"""Characters of a sparkline."""

NOTHING = Phrase(("–",))


@dataclass(frozen=True, slots=True)
class Table:
    """A model against one baseline. ``title`` is a sentence, ``lines`` have as many parts as :data:`HEADER`."""

    title: Phrase
    lines: tuple[tuple[Phrase, ...], ...]


def tables(compared: Sequence[ModelComparison]) -> Iterator[Table]:
    """Return one table for each model and baseline; for a model without runs one that says so."""
    for model in compared:
        if isinstance(model.candidate, Group):
            yield from (_table(model, model.candidate, against) for against in model.against)
        else:
            yield Table(_about(model, model.candidate.why), ())


def _table(model: ModelComparison, candidate: Group, against: Against) -> Table:
    held = words.baseline(against.baseline)
    title = _about(model, say("{n} against {held}", n=_count(candidate), held=held))
    if isinstance(against.baseline.group, Absent | Unavailable):
        title = _about(model, against.baseline.group.why)
    return Table(title, tuple(_line(row, candidate.runs) for row in against.metrics))


def _count(group: Group) -> Phrase:
    n = len(group.runs)
    return say("{n} runs" if n != 1 else "{n} run", n=n)


def _about(model: ModelComparison, said: Phrase) -> Phrase:
    return say("{model}: ", model=model.name) + said


def _line(row: MetricComparison, runs: Sequence[Run]) -> tuple[Phrase, ...]:
    places = decimals_of(row)
    points = next((run.history[row.name] for run in runs if row.name in run.history), ())
    return (
        say("{name}", name=row.name),
        _value(row.baseline, places),
        _value(row.candidate, places),
        _difference(row, places),
        Phrase((row.judgement.value,)),
        words.method(row) if row.method else NOTHING,
        Phrase((sparkline(points),)),
    )


def _value(sample: Sample | None, places: int) -> Phrase:
    return NOTHING if sample is None else words.value(sample, places)


def _difference(row: MetricComparison, places: int) -> Phrase:
    if row.difference is None:
        return NOTHING
    text = Phrase((signed(row.difference, places),))
    return text if row.relative is None else text + say(" ({share})", share=words.change(row))


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


def show(shown: Iterable[Table], console: Console) -> None:
    """Print the tables for a person."""
    for table in shown:
        console.print(styled(table.title), style="bold", soft_wrap=True)
        if table.lines:
            grid = rich.table.Table(*HEADER, header_style="dim", box=None, pad_edge=False)
            for line in table.lines:
                grid.add_row(*map(styled, line))
            console.print(grid)
        console.print()


def markdown(shown: Iterable[Table]) -> str:
    """Return the tables in GitHub Flavored Markdown."""
    return "\n\n".join(_markdown(table) for table in shown)


def _markdown(table: Table) -> str:
    lines = [f"**{table.title.markdown()}**"]
    if table.lines:
        lines += ["", _row(HEADER), _row(["---"] * len(HEADER))]
        lines += [_row([part.markdown() for part in line]) for line in table.lines]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def as_json(compared: Sequence[ModelComparison]) -> list[dict[str, Any]]:
    """Return the comparisons as JSON values; numbers that JSON does not know are words."""
    return [
        {
            "model": model.name,
            "runs": [run.id for run in model.candidate.runs] if isinstance(model.candidate, Group) else [],
            "why": None if isinstance(model.candidate, Group) else model.candidate.why.plain(),
            "against": [_against(against) for against in model.against],
        }
        for model in compared
    ]


def _against(against: Against) -> dict[str, Any]:
    group = against.baseline.group
    return {
        "kind": against.baseline.kind.value,
        "baseline": against.baseline.name,
        "commit": group.commit if isinstance(group, Group) else None,
        "runs": [run.id for run in group.runs] if isinstance(group, Group) else [],
        "why": None if isinstance(group, Group) else group.why.plain(),
        "metrics": [_metric(row) for row in against.metrics],
    }


def _metric(row: MetricComparison) -> dict[str, Any]:
    return {
        "name": row.name,
        "judgement": row.judgement.value,
        "gated": row.gated,
        "baseline": [_number(value) for value in row.baseline.values] if row.baseline else [],
        "candidate": [_number(value) for value in row.candidate.values] if row.candidate else [],
        "difference": _number(row.difference),
        "margin": _number(row.margin),
        "method": row.method.value if row.method else None,
        "p": _number(row.p if row.adjusted is None else row.adjusted),
    }


def _number(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)
