"""What else is another than in the baseline: parameters, data, scorers, signature, requirements, single examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.metrics.comparison import Against, Breach, ExampleComparison
from policies.phrase import Phrase
from policies.words import diffs as words

MOST_LINES = 50
"""Lines of one list; MLflow has them all."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Things of one kind that are others now. ``grave``: people should see it without asking."""

    title: Phrase
    lines: tuple[Phrase, ...]
    grave: bool = False


def diffs(against: Against) -> Iterator[Diff]:
    """Yield what has changed, the most important first."""
    if against.datasets:
        yield _diff(words.changed("data set", against.datasets), map(words.change, against.datasets), grave=True)
    if against.scorers:
        yield _diff(words.scorers(), map(words.change, against.scorers), grave=True)
    if isinstance(against.examples, tuple) and any(map(_flipped, against.examples)):
        yield _diff(words.examples(against.examples), map(words.example, against.examples))
    if against.params:
        yield _diff(words.changed("parameter", against.params), map(words.change, against.params))
    if isinstance(against.signature, tuple) and against.signature:
        broken = sorted(against.signature, key=lambda each: each.breach is Breach.NONE)
        grave = broken[0].breach is not Breach.NONE
        yield _diff(words.signature(against.signature), map(words.column, broken), grave=grave)
    if isinstance(against.requirements, tuple) and against.requirements:
        yield _diff(words.changed("requirement", against.requirements), map(words.change, against.requirements))


def _flipped(found: ExampleComparison) -> bool:
    return bool(found.better or found.worse or found.failed or found.unpaired)


def _diff(title: Phrase, lines: Iterable[Phrase], *, grave: bool = False) -> Diff:
    return Diff(title, tuple(lines), grave)


def unchanged(against: Against) -> Sequence[str]:
    """Return what was compared and is the same; what one side does not have was not compared."""
    runs = against.baseline.group
    looked = (
        ("parameters", against.params),
        ("data sets", against.datasets),
        ("signature", against.signature),
        ("requirements", against.requirements),
    )
    return [] if not hasattr(runs, "runs") else [name for name, found in looked if found == ()]
