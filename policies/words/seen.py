"""What was looked at, one phrase a fact: the trace that stands in the details of a check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from policies.facts import (
    NOT_ASKED,
    Absent,
    Branches,
    Commit,
    Drift,
    Elsewhere,
    Facts,
    Merge,
    Mergeability,
    PullRequest,
    Push,
    Release,
    Review,
    Tag,
    Unavailable,
)
from policies.metrics.runs import Group, ModelRuns
from policies.phrase import Phrase, say


def seen(name: str, fact: object) -> Phrase:
    """Say what was seen of the fact ``name``; why, where it could not be seen or does not exist."""
    if isinstance(fact, Unavailable | Absent):
        return fact.why
    return _SEEN[name](fact)


def trace(facts: Facts) -> dict[str, Phrase]:
    """Say what was seen of every fact that was asked for, by its name."""
    found = ((field.name, getattr(facts, field.name)) for field in fields(facts) if field.name != "as_of")
    return {name: seen(name, fact) for name, fact in found if fact != NOT_ASKED}


def _count(count: int, one: str, many: str | None = None) -> Phrase:
    return say("{n} {what}", n=count, what=Phrase((one if count == 1 else many or f"{one}s",)))


def _pull_request(fact: PullRequest) -> Phrase:
    head, base = (say(" at {sha}", sha=sha[:10]) if sha else say("") for sha in (fact.head_sha, fact.base_sha))
    return say("{head}{at} into {base}{onto}", head=fact.head, at=head, base=fact.base, onto=base)


def _push(fact: Push) -> Phrase:
    brought = sum(pushed.pull_request is not None for pushed in fact.commits)
    return say(
        "{commits} on the first-parent line of {branch}, {n} by pull requests",
        commits=_count(len(fact.commits), "new commit"),
        branch=fact.branch,
        n=brought,
    )


def _branches(fact: Branches) -> Phrase:
    return _count(len(fact.tips), "branch", "branches") + (say(", perhaps not all") if fact.missing else say(""))


def _commits(fact: Sequence[Commit]) -> Phrase:
    return say("{commits} of the head that the base lacks", commits=_count(len(fact), "commit"))


def _elsewhere(fact: Sequence[Elsewhere]) -> Phrase:
    if not fact:
        return say("none of the commits is on another branch")
    return _listed(say(""), [say("{n} on {branch}", n=len(place.shared), branch=place.branch) for place in fact])


def _drift(fact: Sequence[Drift]) -> Phrase:
    return _listed(say("nothing to compare with production"), [_lacks(place) for place in fact])


def _lacks(place: Drift) -> Phrase:
    count = max(place.total or 0, len(place.lacking))
    owed = _count(count, "commit") if count else say("nothing")
    return say("{branch} lacks {owed} of {source}", branch=place.branch, owed=owed, source=place.source)


def _releases(fact: Sequence[Release]) -> Phrase:
    if not fact:
        return say("none")
    return say("{branches}", branches=[release.branch for release in fact])


def _tags(fact: Sequence[Tag]) -> Phrase:
    in_base = [tag.name for tag in fact if tag.on_base]
    return _count(len(fact), "tag") + (say(", of those in the base {tags}", tags=in_base[-3:]) if in_base else say(""))


def _merge(fact: Merge) -> Phrase:
    return say("no conflict" if fact.state is Mergeability.CLEAN else "conflicts")


def _reviews(fact: Sequence[Review]) -> Phrase:
    approved = sum(review.state == "approved" for review in fact)
    return say("{people}, {n} approved", people=_count(len(fact), "reviewer"), n=approved)


def _paths(fact: frozenset[str]) -> Phrase:
    return _count(len(fact), "changed file")


def _metrics(fact: Sequence[ModelRuns]) -> Phrase:
    return _listed(say("no model"), [_of_model(found) for found in fact])


def _of_model(found: ModelRuns) -> Phrase:
    head = say("{name}: {head}", name=found.name, head=_runs(found.candidate))
    if not isinstance(found.candidate, Group):  # then nobody looked for a baseline
        return head
    return head + say("; baseline {held}: {base}", held=found.baseline.name, base=_runs(found.baseline.group))


def _runs(group: Group | Absent | Unavailable) -> Phrase:
    if isinstance(group, Group):
        return _count(len(group.runs), "run")
    return group.why if isinstance(group, Absent) else say("not to be seen")


def _listed(nothing: Phrase, phrases: Sequence[Phrase]) -> Phrase:
    if not phrases:
        return nothing
    text = phrases[0]
    for phrase in phrases[1:_MOST]:
        text = text + say("; ") + phrase
    more = len(phrases) - _MOST
    return text + say(" and {n} more", n=more) if more > 0 else text


_MOST = 5

_SEEN: Mapping[str, Callable[[Any], Phrase]] = MappingProxyType(
    {
        "pull_request": _pull_request,
        "push": _push,
        "branches": _branches,
        "commits": _commits,
        "elsewhere": _elsewhere,
        "drift": _drift,
        "releases": _releases,
        "tags": _tags,
        "merge": _merge,
        "reviews": _reviews,
        "paths": _paths,
        "metrics": _metrics,
    }
)
"""By the name of the fact, as rules ask for it."""
