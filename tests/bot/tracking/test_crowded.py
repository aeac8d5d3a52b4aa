"""Experiments in which the newest runs are about something else: what is older must not be taken for missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.tracking.client import MOST_RUNS
from bot.tracking.found import Experiment
from bot.tracking.subject import Released
from policies.facts import Absent, Unavailable
from tests.bot.tracking.lab import Lab, Looking, commit, group, ids, sha, subject
from tests.services.crowd import crowd

LONG_AGO, THEN, LATELY = 1_600_000_000, 1_650_000_000, 1_700_000_000
"""Seconds since 1970: the runs that matter, most of the crowd, and the newest runs."""

BASE = tuple(map(commit, ("start", "before", "long-before")))


@pytest.fixture
def looking(open_lab: Lab) -> Looking:
    return Looking(open_lab.server)


@pytest.fixture
def experiment(open_lab: Lab) -> Experiment:
    return open_lab.experiment()


def many(lab: Lab, experiment: Experiment, count: int = MOST_RUNS + 1, begin: int = THEN) -> None:
    """Let others train a lot."""
    crowd(lab.sqlite, experiment.id, count, begin=begin * 1000, width=1, seed=hash((experiment.id, begin)))


async def test_a_candidate_that_others_have_pushed_aside(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    seeds = {open_lab.run(experiment, head="head", began=LONG_AGO + seed) for seed in range(3)}
    many(open_lab, experiment)
    found = await looking.one(subject(), experiment)
    assert ids(group(found.candidate).runs) == seeds
    checked_out = await looking.one(subject(merge=sha("head"), head="another"), experiment)
    assert isinstance(checked_out.candidate, Absent), "a trial merge is looked for by what was checked out"


async def test_a_candidate_of_which_only_the_last_seeds_are_among_the_newest(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    first = open_lab.run(experiment, head="head", began=LONG_AGO)
    many(open_lab, experiment)
    last = open_lab.run(experiment, head="head", began=LATELY)
    found = await looking.one(subject(), experiment)
    assert ids(group(found.candidate).runs) == {first, last}
    asked_so_far = len(looking.counted.paths)
    young = subject(commits=(commit("head", LATELY - 1),))
    found = await looking.one(young, experiment)
    assert ids(group(found.candidate).runs) == {last}, "a commit cannot be trained before it is made"
    assert len(looking.counted.paths) < asked_so_far


async def test_no_candidate_is_said_only_after_every_search(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    many(open_lab, experiment)
    found = await looking.one(subject(merge=sha("merge")), experiment)
    assert isinstance(found.candidate, Absent)
    assert found.candidate.why.plain() == "no run names this commit, nor the commit that merges it for trial"
    assert looking.counted.words == ["experiments/get-by-name", *["runs/search"] * 4]


@pytest.mark.parametrize("tag", ["head", "commit"])
async def test_the_merge_base_is_looked_for_however_old_its_runs_are(
    open_lab: Lab, looking: Looking, experiment: Experiment, tag: str
) -> None:
    named: dict[str, Any] = {tag: "start"}
    seeds = {open_lab.run(experiment, **named, began=LONG_AGO + seed) for seed in range(2)}
    many(open_lab, experiment)
    open_lab.run(experiment, head="before", began=LATELY)
    open_lab.run(experiment, head="head", began=LATELY)
    found = group((await looking.one(subject(base_commits=BASE), experiment)).baseline.group)
    assert (found.commit, found.behind, ids(found.runs)) == (sha("start"), 0, seeds)
    assert len(looking.counted.paths) <= 6


async def test_a_baseline_is_whole_though_only_some_of_it_is_among_the_newest(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    first = open_lab.run(experiment, head="before", began=LONG_AGO)
    many(open_lab, experiment)
    last = open_lab.run(experiment, head="before", began=LATELY)
    open_lab.run(experiment, head="head", began=LATELY)
    found = group((await looking.one(subject(base_commits=BASE), experiment)).baseline.group)
    assert ids(found.runs) == {first, last}
    assert len(looking.counted.paths) <= 6


async def test_older_runs_are_read_before_a_baseline_is_given_up(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    old = open_lab.run(experiment, head="long-before", began=LONG_AGO)
    many(open_lab, experiment, 500)
    open_lab.run(experiment, head="head", began=LATELY)
    found = group((await looking.one(subject(base_commits=BASE), experiment)).baseline.group)
    assert (found.commit, found.behind, ids(found.runs)) == (sha("long-before"), 2, {old})
    assert len(looking.counted.paths) <= 6


async def test_a_baseline_that_was_not_found_is_not_missing(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    open_lab.run(experiment, head="long-before", began=LONG_AGO)
    many(open_lab, experiment, 1_200)
    open_lab.run(experiment, head="head", began=LATELY)
    found = (await looking.one(subject(base_commits=BASE), experiment)).baseline.group
    assert isinstance(found, Unavailable)
    assert found.why.plain() == (
        "None of the 1100 newest runs is of a commit of `main` up to where this branch left it; "
        "older ones were not looked through."
    )
    assert len(looking.counted.paths) <= 6


async def test_runs_that_were_seen_once_are_remembered(open_lab: Lab, looking: Looking, experiment: Experiment) -> None:
    old = open_lab.run(experiment, head="long-before", began=LONG_AGO)
    open_lab.run(experiment, head="other", began=LONG_AGO)
    many(open_lab, experiment)
    other = await looking.one(subject("other", base_commits=BASE[2:]), experiment)
    assert ids(group(other.baseline.group).runs) == {old}
    many(open_lab, experiment, 1_200, begin=THEN + 10_000)
    open_lab.run(experiment, head="head", began=LATELY)
    found = group((await looking.one(subject(base_commits=BASE), experiment)).baseline.group)
    assert (found.behind, ids(found.runs)) == (2, {old})
    assert len(looking.counted.paths) <= 6


async def test_what_is_remembered_is_believed_for_a_day_and_while_nothing_speaks_against_it(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    first = open_lab.run(experiment, head="start", began=LONG_AGO)
    many(open_lab, experiment)
    open_lab.run(experiment, head="head", began=LATELY)
    pull = subject(base_commits=BASE)

    async def baseline() -> set[str]:
        return ids(group((await looking.one(pull, experiment)).baseline.group).runs)

    assert await baseline() == {first}
    second = open_lab.run(experiment, head="start", began=LATELY)
    assert await baseline() == {first, second}, "one more was seen"
    third = open_lab.run(experiment, head="start", began=LONG_AGO)
    assert await baseline() == {first, second}, "one that began long ago was not"
    looking.now += timedelta(days=1)
    assert await baseline() == {first, second, third}


async def test_runs_that_go_on_are_not_remembered(open_lab: Lab, looking: Looking, experiment: Experiment) -> None:
    done = open_lab.run(experiment, head="start", began=LONG_AGO)
    going = open_lab.run(experiment, head="start", began=LONG_AGO, status=None)
    many(open_lab, experiment)
    open_lab.run(experiment, head="head", began=LATELY)
    pull = subject(base_commits=BASE)
    assert ids(group((await looking.one(pull, experiment)).baseline.group).runs) == {done}
    assert looking.memory.kept == {}
    open_lab.server.client.set_terminated(going)
    assert ids(group((await looking.one(pull, experiment)).baseline.group).runs) == {done, going}
    assert [sorted(each["runs"]) for each in (await looking.memory.all()).values()] == [sorted({done, going})]
    open_lab.run(experiment, head="start", began=LATELY, status=None)
    assert ids(group((await looking.one(pull, experiment)).baseline.group).runs) == {done, going}
    assert [each["runs"] for each in (await looking.memory.all()).values()] == [[]], "nor are the others any more"


async def test_a_remembered_run_that_was_deleted_is_gone(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    gone = open_lab.run(experiment, head="start", began=LONG_AGO)
    many(open_lab, experiment)
    open_lab.run(experiment, head="head", began=LATELY)
    pull = subject(base_commits=BASE)
    assert ids(group((await looking.one(pull, experiment)).baseline.group).runs) == {gone}
    open_lab.server.client.delete_run(gone)
    assert isinstance((await looking.one(pull, experiment)).baseline.group, Absent)
    assert len(looking.counted.paths) <= 6


async def test_a_release_is_looked_for_however_old_its_runs_are(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    old = open_lab.run(experiment, commit="release", began=LONG_AGO)
    many(open_lab, experiment)
    open_lab.run(experiment, head="head", began=LATELY)
    pull = subject(release=Released("v1", commit("release")))
    found = group((await looking.one(pull, experiment, baseline="release")).baseline.group)
    assert ids(found.runs) == {old}
    unknown = replace(pull, release=Released("v2", commit("another")))
    assert isinstance((await looking.one(unknown, experiment, baseline="release")).baseline.group, Absent)
    assert len(looking.counted.paths) <= 6


async def test_a_commit_with_more_runs_than_a_page_is_read_to_the_end(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    """The run that all trials of a search are nested in began first, so it comes last."""
    parent = open_lab.run(experiment, head="head", began=LONG_AGO)
    many(open_lab, experiment, 130)
    open_lab.rename_commits(experiment, sha("head"))
    many(open_lab, experiment, begin=LATELY)
    found = group((await looking.one(subject(), experiment)).candidate)
    assert len(found.runs) == 131
    assert parent in ids(found.runs)


async def test_a_commit_with_more_runs_than_anybody_reads(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    many(open_lab, experiment, 1_200)
    open_lab.rename_commits(experiment, sha("head"))
    found = (await looking.one(subject(), experiment)).candidate
    assert isinstance(found, Unavailable)
    assert found.why.plain() == f"More than 1100 runs name the commit `{sha('head')[:10]}`."


async def test_seeds_within_a_run_that_others_have_pushed_aside(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    """Only the run around them is tagged, and none of them is among the newest."""
    parent = open_lab.run(experiment, head="head", began=LONG_AGO, metrics={})
    tags = {"mlflow.parentRunId": parent}
    seeds = {open_lab.run(experiment, tags=tags, began=LONG_AGO + seed) for seed in range(3)}
    many(open_lab, experiment)
    found = await looking.one(subject(base_commits=BASE), experiment)
    assert ids(group(found.candidate).runs) == {parent, *seeds}
    assert len(looking.counted.paths) <= 6


async def test_runs_that_are_too_wide_are_read_a_few_at_a_time(
    open_lab: Lab, looking: Looking, experiment: Experiment
) -> None:
    """A hundred runs with a thousand metrics and parameters each are 26 MB, and take MLflow half a minute."""
    crowd(open_lab.sqlite, experiment.id, 100, begin=THEN * 1000, width=400, seed=hash(experiment.id))
    run_id = open_lab.run(experiment, head="head", began=LATELY)
    found = await looking.one(subject(), experiment)
    assert ids(group(found.candidate).runs) == {run_id}
    first = len(looking.counted.paths)
    assert first <= 6
    await looking.one(subject(), experiment)
    assert len(looking.counted.paths) < first, "what was too much once is not tried again"
