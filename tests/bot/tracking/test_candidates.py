"""Which runs are those of a pull request's head."""

from __future__ import annotations

from datetime import UTC, datetime

from policies.facts import Absent, Sha, Unavailable
from policies.phrase import say
from tests.bot.tracking.lab import Lab, Looking, commit, group, ids, sha, subject


async def test_runs_that_name_the_head_come_before_all_others(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    named = {lab.run(experiment, head="head", commit="merge", metrics={"rmse": seed / 7}) for seed in range(3)}
    lab.run(experiment, commit="head")
    lab.run(experiment, commit="merge")
    lab.run(experiment, head="another")
    pull = subject(merge=sha("merge"), commits=(commit("head", 1_700_000_000),))
    found = group((await looking.one(pull, experiment)).candidate)
    assert ids(found.runs) == named
    assert (found.commit, found.behind) == (sha("head"), 0)
    assert found.committed == datetime.fromtimestamp(1_700_000_000, UTC)


async def test_else_those_that_checked_out_the_head(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    checked_out = lab.run(experiment, commit="head")
    lab.run(experiment, commit="merge")
    found = await looking.one(subject(merge=sha("merge")), experiment)
    assert ids(group(found.candidate).runs) == {checked_out}


async def test_else_those_that_checked_out_the_trial_merge(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    merged = lab.run(experiment, commit="merge")
    found = await looking.one(subject(merge=sha("merge")), experiment)
    assert ids(group(found.candidate).runs) == {merged}
    assert group(found.candidate).commit == sha("head")
    nothing = await looking.one(subject(), experiment)
    assert isinstance(nothing.candidate, Absent)
    assert nothing.candidate.why.plain() == "no run names this commit"


async def test_runs_that_have_not_ended_are_found_too(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head", status=None)
    lab.run(experiment, head="head", status="FAILED")
    found = group((await looking.one(subject(), experiment)).candidate)
    assert {run.status for run in found.runs} == {"RUNNING", "FAILED"}
    assert next(run for run in found.runs if run.status == "RUNNING").ended is None


async def test_older_commits_of_the_pull_request_newest_first(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    oldest, older = lab.run(experiment, head="first"), lab.run(experiment, head="third")
    asked: list[Sha] = []

    async def changed_since(of: Sha) -> frozenset[str] | None:
        asked.append(of)
        return frozenset({"README.md"})

    commits = tuple(map(commit, ("head", "third", "second", "first")))
    found = await looking.one(subject(commits=commits, changed_since=changed_since), experiment)
    assert isinstance(found.candidate, Absent)
    assert isinstance(found.older, tuple)
    assert [(each.commit, each.behind, ids(each.runs)) for each in found.older] == [
        (sha("third"), 1, {older}),
        (sha("first"), 3, {oldest}),
    ]
    assert [each.changed_since for each in found.older] == [frozenset({"README.md"}), None]
    assert asked == [sha("third")]


async def test_nobody_is_asked_what_changed_if_the_head_was_trained(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="older")
    lab.run(experiment, head="head")

    async def changed_since(_of: Sha) -> frozenset[str] | None:
        raise AssertionError

    pull = subject(commits=(commit("head"), commit("older")), changed_since=changed_since)
    found = await looking.one(pull, experiment)
    assert isinstance(found.older, tuple)
    assert [each.commit for each in found.older] == [sha("older")]


async def test_without_the_commits_nobody_knows_of_older_runs(lab: Lab, looking: Looking) -> None:
    unknown = Unavailable(say("too many commits"))
    found = await looking.one(subject(commits=unknown), lab.experiment())
    assert isinstance(found.candidate, Absent)
    assert found.older is unknown


async def test_several_experiments_are_searched_at_once(lab: Lab, looking: Looking) -> None:
    one, other = lab.experiment(), lab.experiment()
    runs = {lab.run(one, head="head"): one, lab.run(other, head="head"): other}
    (found,) = await looking.at(subject(), {"experiment": [one.name, other.name]})
    assert {run.id: run.experiment for run in group(found.candidate).runs} == {
        run_id: experiment.name for run_id, experiment in runs.items()
    }
    assert {run.url for run in group(found.candidate).runs} == {
        f"{lab.server.url}/#/experiments/{experiment.id}/runs/{run_id}" for run_id, experiment in runs.items()
    }
    assert looking.counted.words.count("runs/search") == 1


async def test_one_experiment_of_several_that_cannot_be_seen_hides_them_all(lab: Lab, looking: Looking) -> None:
    """A run in the one that can be seen would be half the truth."""
    one = lab.experiment()
    lab.run(one, head="head")
    (found,) = await looking.at(subject(), {"experiment": [one.name, "no such experiment"]})
    for seen in (found.candidate, found.baseline.group, found.older):
        assert isinstance(seen, Unavailable)
        assert "no experiment `no such experiment`" in seen.why.plain()


async def test_models_of_a_monorepo_are_told_apart(lab: Lab, looking: Looking) -> None:
    north, south = lab.experiment(), lab.experiment()
    run_id = lab.run(north, head="head")
    section = {"models": {"north": {"experiment": north.name}, "south": {"experiment": south.name}}}
    found = await looking.at(subject(), section)
    assert [each.name for each in found] == ["north", "south"]
    assert ids(group(found[0].candidate).runs) == {run_id}
    assert isinstance(found[1].candidate, Absent)
    assert found[0].url == f"{lab.server.url}/#/experiments/{north.id}"


async def test_entries_that_share_an_experiment_share_what_was_read(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment, head="head")
    section = {"experiment": experiment.name, "models": {"north": {}, "south": {}}}
    found = await looking.at(subject(), section)
    assert [ids(group(each.candidate).runs) for each in found] == [{run_id}, {run_id}]
    assert looking.counted.words == ["experiments/get-by-name", "runs/search"]
