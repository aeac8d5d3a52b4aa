"""The part of a check and of the comment that shows what a change does to the metrics of models.

For each model: a table of the metrics that the policy names, how they were judged, who is held against whom; then, to
be opened, plots, other metrics and whatever else has changed. Where room runs out, the last goes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.report import blocks
from bot.report.fit import LONGEST_OUTPUT, Part, fitted, joined
from bot.report.metrics import runs, table
from bot.report.metrics.diffs import MOST_LINES, diffs, unchanged
from bot.report.metrics.order import Place, measured, places, worst_of
from bot.report.metrics.plots import drawings
from bot.report.opinion import Section
from policies.mermaid import fenced, mermaid
from policies.metrics.comparison import Against, ModelComparison
from policies.metrics.runs import Group
from policies.phrase import Phrase
from policies.words import models as words

MOST_MODELS = 20
"""Models that are shown in full; the others are in the table of all."""

MOST_OTHERS = 100
"""Metrics in the table of those that the policy does not name."""

MOST_SHOWN = 10
"""Metrics that are shown at once where the policy names none."""

MOST_PLOTTED = 3
"""Metrics that are drawn."""

MOST_TOLD = 10
"""Metrics of which is said how they were judged."""


@dataclass(frozen=True, slots=True)
class Fold:
    """What opens with a click, or is open already."""

    title: Phrase
    body: tuple[str, ...]
    is_open: bool = False


def summary(compared: Sequence[ModelComparison], blocking: frozenset[str]) -> str:
    """Return the table that belongs right below the verdict; nothing where no model has runs.

    ``blocking`` are the rules that block.
    """
    models = measured(compared)
    if not models:
        return ""
    if len(compared) > 1:
        return table.of_models(compared, blocking)
    return table.of_metrics(_named(models[0])[0], models[0], blocking)


def sections(compared: Sequence[ModelComparison], blocking: frozenset[str], *, below: bool) -> Iterator[Section]:
    """Yield the most important first; nothing where no model has runs. ``below``: the summary stands elsewhere."""
    models = measured(compared)
    if not models:
        return
    above = "" if below else summary(compared, blocking)
    if len(compared) == 1:
        yield _section(words.metrics_of(models[0].name).markdown(), [above, *_told(models[0])])
        yield from map(_folded, _folds(models[0], blocking))
        yield from _rest(models[0])
        return
    yield _section(words.metrics_of_several(len(compared)).markdown(), [above])
    for model in models[:MOST_MODELS]:
        yield from _one_of_several(model, blocking)


def _section(title: str, body: Sequence[str]) -> Section:
    return Section(title, fitted([Part(joined(body))], LONGEST_OUTPUT), commented=True)


def _one_of_several(model: ModelComparison, blocking: frozenset[str]) -> Iterator[Section]:
    """Show a model; one that nobody has to look at is folded."""
    worst = worst_of(model)
    if worst is None:
        return
    shown = table.line(worst, model, blocking)
    title = words.short(model.name) + Phrase((": ",)) + shown.name + Phrase((f" {shown.verdict}",))
    body = [table.of_metrics(_named(model)[0], model, blocking), *_told(model)]
    if not worst.calm:
        yield _section(title.markdown(), body)
        yield from map(_folded, _folds(model, blocking))
        yield from _rest(model)
        return
    inner = [Part(joined([f"**{fold.title.markdown()}**", *fold.body]), 1) for fold in _folds(model, blocking)]
    yield _details(Fold(title, tuple(body)), inner)


def _named(model: ModelComparison) -> tuple[list[Place], list[Place]]:
    """Part the metrics that the policy names from the others; where it names none, some of these come first.

    What is bad against a second baseline stands among the former.
    """
    first, *others = model.against
    found = list(places(model, first))
    named = [place for place in found if place.row.metric is not None]
    rest = [place for place in found if place.row.metric is None]
    bad = [place for against in others for place in places(model, against) if place.row.gated and not place.calm]
    named += [replace(place, guest=True) for place in bad if isinstance(place.against.baseline.group, Group)]
    return (named, rest) if named else (rest[:MOST_SHOWN], rest[MOST_SHOWN:])


def _told(model: ModelComparison) -> Iterator[str]:
    """Say of whom the metrics are, and how they were judged."""
    if isinstance(model.candidate, Group):
        yield "\n".join((*runs.bullets(model, model.candidate), *_how(_named(model)[0])))


def _how(found: Sequence[Place]) -> Iterator[str]:
    judged = [place for place in found if place.row.method is not None]
    lines = [words.how(place.name, place.row, place.against.baseline) for place in judged[:MOST_TOLD]]
    sides = [side for place in found for side in (place.row.candidate, place.row.baseline) if side]
    if any(side.spread is not None for side in sides):
        lines.append(words.about_spread())
    yield from (f"- {line.markdown()}" for line in lines)


def _folds(model: ModelComparison, blocking: frozenset[str]) -> Iterator[Fold]:
    """Yield what else there is to see of a model, the most important first."""
    first, *others = model.against
    named, rest = _named(model)
    worry = not all(place.calm for place in named)
    for against in others:
        yield from _second(model, against, blocking)
    yield from _plots(model, named, is_open=worry)
    for diff in diffs(first):
        yield Fold(diff.title, (blocks.bullets(diff.lines, MOST_LINES),), is_open=diff.grave and worry)
    yield from _others(rest, model, blocking)


def _second(model: ModelComparison, against: Against, blocking: frozenset[str]) -> Iterator[Fold]:
    """Show the metrics that the policy names against a second baseline."""
    found = [place for place in places(model, against) if place.row.metric is not None]
    if found and isinstance(against.baseline.group, Group):
        worst = min(found, key=lambda place: place.rank)
        shown = table.line(worst, model, blocking)
        title = words.against(against.baseline) + Phrase((": ",)) + shown.name + Phrase((f" {shown.verdict}",))
        yield Fold(title, (table.of_metrics(found, model, blocking), "\n".join(_how(found))), is_open=not worst.calm)


def _plots(model: ModelComparison, found: Sequence[Place], *, is_open: bool) -> Iterator[Fold]:
    """Draw those of the metrics that matter most, where there is something to draw."""
    names, body = list[Phrase](), list[str]()
    worst: dict[Phrase, Place] = {}
    for place in sorted((place for place in found if place.row.candidate), key=lambda place: place.rank):
        worst.setdefault(place.metric, place)
    for name, place in islice(worst.items(), MOST_PLOTTED):
        for drawing in drawings(model, place):
            source = mermaid(drawing.plot)
            if source is not None:
                names.append(name)
                body += [drawing.caption.markdown(), fenced(source)]
    if body:
        yield Fold(words.drawn(list(dict.fromkeys(names))), tuple(body), is_open)


def _others(found: Sequence[Place], model: ModelComparison, blocking: frozenset[str]) -> Iterator[Fold]:
    """Show the other metrics that have changed; of very many, those that changed most."""
    changed = [place for place in found if place.row.difference != 0]
    most = sorted(range(len(changed)), key=lambda place: -abs(changed[place].row.relative or 0.0))[:MOST_OTHERS]
    body = []
    if most:
        body.append(table.markdown([table.line(changed[place], model, blocking) for place in sorted(most)], 4))
    if len(changed) > len(most):
        body.append(words.further(len(changed) - len(most)).markdown())
    if len(found) > len(changed):
        body.append(words.same_metrics(len(found) - len(changed), others=bool(changed)).markdown())
    if body:
        yield Fold(words.other_metrics(len(found)), tuple(body))


def _rest(model: ModelComparison) -> Iterator[Section]:
    same = unchanged(model.against[0])
    if same:
        yield _section("", [words.nothing_else(same).markdown()])


def _folded(fold: Fold) -> Section:
    return _details(fold, ())


def _details(fold: Fold, more: Sequence[Part]) -> Section:
    """Return what opens with a click, with ``more`` as far as it fits. GitHub reads Markdown after a blank line.

    https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/organizing-information-with-collapsed-sections
    """
    opening = f"<details{' open' if fold.is_open else ''}><summary>{fold.title.html()}</summary>"
    closing = "</details>"
    room = LONGEST_OUTPUT - len(f"{opening}\n\n\n\n{closing}".encode())
    return Section("", joined([opening, fitted([Part(joined(fold.body)), *more], room), closing]), commented=True)
