"""The server and ``headgate check`` in a clone see the same, and say the same, of the same pull request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.gather.source import gather as gather_locally
from policies.evaluate import evaluate
from policies.facts import Absent, Drift, Elsewhere, PullRequest, Tag, Unavailable
from policies.gitflow.model import BranchModel
from policies.gitflow.versions import Reader, Tagged
from policies.verdict import Report
from sandbox.desk import Desk
from tests.bot.gather.hub import Hub
from tests.bot.gather.worlds import TOLD, Build, by_chance

pytestmark = pytest.mark.asyncio

CHANCES = range(8)
WORLDS = {**TOLD, **{f"chance {seed}": by_chance(seed) for seed in CHANCES}}


@pytest.mark.parametrize("build", WORLDS.values(), ids=WORLDS)
async def test_facts_and_words_are_those_of_a_clone(desk: Desk, hub: Hub, build: Build) -> None:
    for head, base in build(desk):
        source = await hub.source(head, base)
        local = hub.local(source)
        commits = await source.commits()
        if isinstance(commits, Unavailable):  # a clone lists all of a history that has nothing in common with ours
            assert commits == local.merge()
            continue
        assert _ordered(commits) == _ordered(local.commits())
        assert await source.paths() == local.paths()
        assert await source.releases() == local.releases()
        assert _owed(await source.drift()) == _owed(local.drift())
        subject, model = source.pull_request, source.model
        assert _that_decides(await source.tags(), subject, model) == _that_decides(local.tags(), subject, model)
        assert _unsettled(await source.elsewhere(), model) == _unsettled(local.elsewhere(), model)
        facts = await hub.gather(source)
        there = gather_locally(local, hub.config, facts.as_of, {"reviews": facts.reviews, "merge": facts.merge})
        assert _said(evaluate(facts, hub.config)) == _said(evaluate(there, hub.config))


def _said(report: Report) -> list[tuple[object, ...]]:
    return [
        (v.rule, v.outcome, [(f.message.plain(), f.remedy, [d.plain() for d in f.details]) for f in v.findings])
        for v in report.verdicts
    ]


def _ordered(items: object) -> object:
    assert isinstance(items, Iterable)
    return sorted(items, key=repr)


def _owed(drift: object) -> object:
    if isinstance(drift, Absent):
        return drift
    assert isinstance(drift, tuple)
    return [(d.source, d.branch, sorted(c.sha for c in d.lacking), d.total) for d in drift if isinstance(d, Drift)]


def _that_decides(tags: object, subject: PullRequest, model: BranchModel) -> object:
    """Return what the rule makes of the tags: only the highest ones decide, and the start only for a hotfix."""
    assert isinstance(tags, tuple)
    assert all(isinstance(tag, Tag) for tag in tags)
    tagged = Tagged.read(tags, Reader())
    kind = model.head(subject)
    hotfix = kind is not None and kind.name == "hotfix"
    return tagged.existing, max(tagged.reachable, default=None), hotfix and max(tagged.start, default=None)


def _unsettled(places: object, model: BranchModel) -> object:
    """Leave out branches that share nothing but what a long-lived branch holds too: they decide nothing."""
    assert isinstance(places, tuple)
    found = [place for place in places if isinstance(place, Elsewhere)]
    roles = set(model.roles.values())
    settled = frozenset[str]().union(*(place.shared for place in found if place.branch in roles))
    return {
        place.branch: replace(place, arrivals=dict(place.arrivals))
        for place in found
        if place.branch in roles or place.shared - settled or place.held_by_head
    }
