"""What people read of a training on the page of the workflow's run: how it ended, the metrics, a plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from actions.toolkit import table
from actions.train.session import Session
from actions.train.tracking import Run
from policies.mermaid import Plot, fenced, mermaid
from policies.phrase import Phrase, say

MOST_RUNS = 6
MOST_METRICS = 40
"""Columns and rows of the table; all that was logged is in the report."""

MOST_POINTS = 20
"""More labels than that run into one another."""

OUTCOMES = {
    "finished": "finished after {took}",
    "failed": "failed after {took}",
    "timed-out": "was ended by its time limit after {took}",
    "cancelled": "was cancelled after {took}",
    "no-run": "logged no run in {took}",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell. ``killed`` are runs that were left open; ``points`` of the plot are labelled."""

    session: Session
    status: str
    seconds: float
    runs: Sequence[Run]
    main: Run | None
    killed: Sequence[str]
    metric: str | None
    axis: str
    points: Sequence[tuple[str, float]]


def markdown(told: Told, page: Callable[[Run], str | None]) -> str:
    """Return the summary; ``page`` is where a run can be looked at."""
    parts = ["## Training", _first(told).markdown()]
    shown = _columns(told)
    if shown:
        parts.append(_table(shown, told.metric, page))
    parts.extend(phrase.markdown() for phrase in _remarks(told, shown))
    return "\n\n".join((*parts, *_plot(told)))


def _plot(told: Told) -> Iterator[str]:
    """Draw the metric; a single value says more in the table."""
    points = _thinned([(label, value) for label, value in told.points if math.isfinite(value)])
    labels, values = tuple(label for label, _ in points), tuple(value for _, value in points)
    source = mermaid(Plot(told.metric or "", (values,), labels))
    if source is not None:
        yield say("{metric} {axis}:", metric=told.metric or "", axis=Phrase((told.axis,))).markdown()
        yield fenced(source)


def _thinned(points: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Keep the first, the last, and as many as can be read between them."""
    if len(points) <= MOST_POINTS:
        return points
    gap = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(place * gap)] for place in range(MOST_POINTS)]


def _first(told: Told) -> Phrase:
    session, how = told.session, OUTCOMES[told.status].format(took=duration(told.seconds))
    pull = "" if session.pull is None else f" of #{session.pull}"
    return say("The training for commit {head}{pull} " + how + ".", head=session.head[:10], pull=say(pull))


def _columns(told: Told) -> list[Run]:
    """Return the runs that stand for themselves, the main one first."""
    if told.main is None:
        return []
    others = [run for run in told.runs if run.parent is None and run.id != told.main.id]
    return [told.main, *others][:MOST_RUNS]


def _table(runs: Sequence[Run], first: str | None, page: Callable[[Run], str | None]) -> str:
    names = sorted({name for run in runs for name in run.metrics}, key=lambda name: (name != first, name))
    rows: list[list[Phrase | int | str]] = [
        [say("{name}", name=name), *(number(run.metrics.get(name)) for run in runs)] for name in names[:MOST_METRICS]
    ]
    status: list[Phrase | int | str] = ["*status*", *(say("{status}", status=run.status) for run in runs)]
    return table(["Metric", *(_linked(run, page(run)) for run in runs)], [*rows, status]).rstrip()


def _linked(run: Run, address: str | None) -> str:
    name = say("{name}", name=run.name).markdown()
    return f"[{name}]({address})" if address else name


def _remarks(told: Told, shown: Sequence[Run]) -> Iterable[Phrase]:
    nested = sum(run.parent is not None for run in told.runs)
    hidden = len(told.runs) - nested - len(shown)
    metrics = len({name for run in shown for name in run.metrics}) - MOST_METRICS
    if nested:
        yield say("Nested runs, to be found in the report: {n}.", n=nested)
    if hidden > 0:
        yield say("Further runs, likewise: {n}.", n=hidden)
    if metrics > 0:
        yield say("Further metrics, likewise: {n}.", n=metrics)
    if told.killed:
        yield say("Left open, and marked as killed: {names}.", names=list(told.killed))


def number(value: float | None) -> str:
    """Return a value with as many digits as can be read, or what stands in its place.

    >>> number(0.123456789), number(float("nan")), number(None)
    ('0.123457', 'NaN', '–')
    """
    if value is None:
        return "–"
    return f"{value:.6g}" if math.isfinite(value) else {"nan": "NaN", "inf": "∞", "-inf": "-∞"}[str(value)]


def duration(seconds: float) -> str:
    """Say how long something took.

    >>> duration(4.24), duration(75), duration(7500)
    ('4.2 s', '1 min 15 s', '2 h 5 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
