"""Chooses what is drawn of a metric: its values over the last commits, and by step of the training."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.report.metrics.order import Place
from policies.mermaid import Plot
from policies.metrics.comparison import ModelComparison
from policies.metrics.measured import Measure, finished, samples
from policies.metrics.numbers import decimals_of, number
from policies.metrics.runs import Group, Point
from policies.phrase import Phrase
from policies.words import models as words

MOST_COMMITS = 12
"""Commits of the base branch that are drawn: more labels would lie on top of one another."""

MOST_STEPS = 64

MOST_NAMED = 12
"""Steps that have a name each, for the same reason."""

THIS_CHANGE = "this"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot and what its colours stand for."""

    caption: Phrase
    plot: Plot


def drawings(model: ModelComparison, place: Place) -> Iterator[Drawing]:
    """Yield the plots of one metric of a model that has runs."""
    if isinstance(model.candidate, Group):
        yield from _over_commits(model, model.candidate, place)
        yield from _by_step(model.candidate, place)


def _over_commits(model: ModelComparison, candidate: Group, place: Place) -> Iterator[Drawing]:
    """Draw the means of the last commits, as far as they were measured on the same data, and this change's."""
    row = place.row
    measure = next((each for each in samples(candidate.runs, row.name) if _is_of(each, place)), None)
    if measure is None or row.candidate is None:
        return
    before = [(group, _mean(group, model, row.name, measure)) for group in model.found.recent]
    points = [(_label(group), mean) for group, mean in before if mean is not None][-MOST_COMMITS:]
    known = [(label, mean) for label, mean in (*points, (THIS_CHANGE, row.candidate.mean)) if math.isfinite(mean)]
    drawn = sum(label != THIS_CHANGE for label, _ in known)
    if not drawn or not math.isfinite(row.candidate.mean):
        return
    lines = [tuple(mean for _, mean in known)]
    caption = words.commits_drawn(place.metric, model.against[0].baseline, drawn)
    limit = _accepted(place)
    if limit is not None:
        lines.append((limit,) * len(known))
        caption += words.limit_drawn(number(limit, decimals_of(row)))
    if len(known) <= len(points):
        caption += words.left_out(len(points) + 1 - len(known))
    yield Drawing(caption, Plot(row.name, tuple(lines), tuple(label for label, _ in known)))


def _is_of(measure: Measure, place: Place) -> bool:
    return set(measure.datasets) == {dataset.digest for dataset in place.row.datasets}


def _mean(group: Group, model: ModelComparison, name: str, measure: Measure) -> float | None:
    sample = samples(finished(group, model.found.settings.metrics), name).get(measure)
    return None if sample is None else sample.mean


def _label(group: Group) -> str:
    return (group.commit or "no commit")[:7]


def _accepted(place: Place) -> float | None:
    """Return the worst value that the policy accepts, where the baseline says which that is."""
    row = place.row
    if row.margin is None or row.baseline is None or row.metric is None:
        return None
    worst = row.baseline.mean - row.metric.sign * row.margin
    return worst if math.isfinite(worst) else None


def _by_step(candidate: Group, place: Place) -> Iterator[Drawing]:
    """Draw the history of this change, and of the baseline where it has one, at the same steps."""
    name, baseline = place.row.name, place.against.baseline.group
    groups = (candidate, *((baseline,) if isinstance(baseline, Group) else ()))
    histories = [history for group in groups if (history := _history(group, name))]
    if not histories or not _history(candidate, name):
        return
    caption = words.steps_drawn(name, baseline=len(histories) > 1)
    if len({history[-1].step for history in histories}) > 1:
        caption += words.drawn_on()
    yield Drawing(caption, _plot(name, histories))


def _plot(name: str, histories: Sequence[Sequence[Point]]) -> Plot:
    """Draw each step where there are few, else evenly spaced ones: Mermaid has no others without a name for each."""
    steps = sorted({point.step for history in histories for point in history})
    few = len(steps) <= MOST_NAMED
    places = steps if few else _grid(steps[0], steps[-1], max(map(len, histories)))
    lines = tuple(tuple(_value_at(history, step) for step in places) for history in histories)
    if few:
        return Plot(name, lines, labels=tuple(map(str, steps)))
    return Plot(name, lines, steps=(steps[0], steps[-1]))


def _history(group: Group, name: str) -> list[Point]:
    """Return what can be drawn of the first run that logged several steps."""
    for run in group.runs:
        latest = {point.step: point for point in run.history.get(name, ()) if math.isfinite(point.value)}
        if len(latest) > 1:
            return [latest[step] for step in sorted(latest)]
    return []


def _grid(first: int, last: int, points: int) -> list[float]:
    """Return evenly spaced steps, as many intervals as a power of two, which adds up exactly."""
    intervals = 1
    while 2 * intervals <= min(points - 1, MOST_STEPS):
        intervals *= 2
    return [first + (last - first) * place / intervals for place in range(intervals + 1)]


def _value_at(history: Sequence[Point], step: float) -> float:
    """Return the latest value at a step; the first one before there is any."""
    place = bisect_right(history, step, key=lambda point: point.step)
    return history[max(0, place - 1)].value
