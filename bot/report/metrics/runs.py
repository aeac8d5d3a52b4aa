"""Which runs were compared: their commits, their pages in MLflow, and how long they took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta

from bot.report.metrics.links import link
from policies.facts import Absent, Unavailable
from policies.metrics.comparison import ModelComparison
from policies.metrics.runs import BaselineRuns, Group, Run
from policies.phrase import Phrase, say
from policies.words import metrics as metric_words
from policies.words import models as words

MOST_LINKS = 10


def bullets(model: ModelComparison, candidate: Group) -> Iterator[str]:
    """Yield the items of a list in Markdown: the candidate, its baselines, and where all runs are."""
    yield _bullet(words.candidate(), _whose(model, candidate), _runs(candidate, model.unfinished))
    for name, against in zip((words.baseline(), words.also()), model.against, strict=False):
        held = against.baseline
        if isinstance(held.group, Absent | Unavailable):
            yield _bullet(name, metric_words.baseline_name(held), held.group.why.markdown())
        else:
            yield _bullet(name, aged(held, held.group), _runs(held.group))
    if model.found.url:
        yield f"- {link(words.all_runs(model.found.settings.experiment), model.found.url)}"


def _bullet(name: Phrase, who: Phrase, what: str) -> str:
    return f"- **{name.markdown()}** {who.markdown()}: {what}"


def _whose(model: ModelComparison, candidate: Group) -> Phrase:
    commit = words.head_commit(candidate.commit)
    return commit + say(", ") + words.adopted(candidate.behind) if model.adopted else commit


def aged(held: BaselineRuns, group: Group) -> Phrase:
    """Name a baseline, its commit and its age: by the date, for that does not change from one look to the next."""
    committed = f"{group.committed.astimezone(UTC):%Y-%m-%d}" if group.committed else ""
    return metric_words.baseline(held) + words.age(held, committed, group.behind)


def _runs(group: Group, unfinished: Sequence[Run] = ()) -> str:
    first = group.runs[0]
    parts = [f"run {link(words.short(first.name or first.id[:10]), first.url)}"]
    if len(group.runs) > 1:
        links = [link(Phrase((str(n),)), run.url) for n, run in enumerate(group.runs[:MOST_LINKS], 1)]
        more = f" and {len(group.runs) - MOST_LINKS} more" if len(group.runs) > MOST_LINKS else ""
        parts = [f"{len(group.runs)} runs ({', '.join(links)}{more})"]
    parts += [phrase.markdown() for phrase in _remarks(group, unfinished)]
    return ", ".join(parts)


def _remarks(group: Group, unfinished: Sequence[Run]) -> Iterator[Phrase]:
    took = [run.ended - run.started for run in group.runs if run.ended and run.started and run.ended >= run.started]
    if took:
        yield words.trained(_duration(sum(took, timedelta()) / len(took)), several=len(took) > 1)
    if unfinished:
        yield words.not_counted([run.status for run in unfinished])


def _duration(time: timedelta) -> str:
    """Write a duration with its two greatest units.

    >>> [_duration(timedelta(seconds=seconds)) for seconds in (0.4, 42, 252, 12_000, 187_200)]
    ['0.4 s', '42 s', '4 min 12 s', '3 h 20 min', '2 d 4 h']
    """
    seconds = round(time.total_seconds())
    if seconds < 10:
        return f"{time.total_seconds():.2g} s"
    units = [(seconds // size, name) for size, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))]
    wraps = (None, 24, 60, 60)
    parts = [(count % wrap if wrap else count, name) for (count, name), wrap in zip(units, wraps, strict=True)]
    first = next(place for place, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {name}" for count, name in parts[first : first + 2] if count)
