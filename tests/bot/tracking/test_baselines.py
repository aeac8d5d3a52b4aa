"""What a candidate is held against."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bot.tracking.subject import Released
from policies.facts import Absent, Unavailable
from policies.metrics.runs import BaselineKind
from policies.phrase import say
from tests.bot.tracking.lab import Lab, Looking, commit, group, ids, sha, subject

BASE = tuple(map(commit, ("start", "before", "long-before")))


async def test_the_newest_commit_of_the_base_branch_that_was_trained(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    lab.run(experiment, head="after the start")
    seeds = {lab.run(experiment, head="before"), lab.run(experiment, commit="before")}
    lab.run(experiment, head="long-before")
    base = (BASE[0], commit("before", 1_700_000_000), BASE[2])
    baseline = (await looking.one(subject(base_commits=base), experiment)).baseline
    assert (baseline.kind, baseline.name) == (BaselineKind.TARGET, "main")
    found = group(baseline.group)
    assert (found.commit, found.behind, ids(found.runs)) == (sha("before"), 1, seeds)
    assert found.committed == datetime.fromtimestamp(1_700_000_000, UTC)


async def test_runs_that_did_not_end_well_are_no_baseline(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    for status in (None, "FAILED", "KILLED"):
        lab.run(experiment, head="start", status=status)
    lab.run(experiment, head="before", status="FAILED")
    good = lab.run(experiment, head="before")
    found = group((await looking.one(subject(base_commits=BASE), experiment)).baseline.group)
    assert (found.commit, ids(found.runs)) == (sha("before"), {good})


async def test_a_first_measurement_has_none(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    found = (await looking.one(subject(base_commits=BASE), experiment)).baseline.group
    assert isinstance(found, Absent)
    assert found.why.plain() == "no run was logged for a commit of `main` up to where this branch left it"


async def test_an_unknown_base_is_no_first_measurement(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    unknown = Unavailable(say("the clone is shallow"))
    found = await looking.one(subject(base_commits=unknown), experiment)
    assert found.baseline.group is unknown
    assert found.recent == ()


async def test_without_a_candidate_no_baseline_is_looked_for(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="start")
    found = await looking.one(subject(base_commits=BASE), experiment, baseline={"alias": "models:/sales@champion"})
    assert isinstance(found.candidate, Absent)
    assert isinstance(found.baseline.group, Unavailable)
    assert found.baseline.group.why.plain() == "There is nothing to compare yet, so no baseline was looked for."
    assert looking.counted.words == ["experiments/get-by-name", "runs/search"]


async def test_an_older_commit_that_stands_in_for_the_head_has_a_baseline(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="older")
    start = lab.run(experiment, head="start")
    pull = subject(commits=(commit("head"), commit("older")), base_commits=BASE)
    found = await looking.one(pull, experiment)
    assert isinstance(found.candidate, Absent)
    assert ids(group(found.baseline.group).runs) == {start}


async def test_the_last_release_beside_the_base_branch(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    start, release = lab.run(experiment, head="start"), lab.run(experiment, commit="release")
    pull = subject(base_commits=BASE, release=Released("v1.2.0", commit("release")))
    found = await looking.one(pull, experiment, also="release")
    assert ids(group(found.baseline.group).runs) == {start}
    assert found.also is not None
    assert (found.also.kind, found.also.name) == (BaselineKind.RELEASE, "v1.2.0")
    assert ids(group(found.also.group).runs) == {release}


async def test_a_release_that_was_not_trained_and_none_at_all(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    released = subject(release=Released("v1.2.0", commit("release")))
    for pull, why in [
        (released, "no run was logged for the release `v1.2.0`"),
        (subject(), "there is no release yet"),
    ]:
        found = (await looking.one(pull, experiment, baseline="release")).baseline.group
        assert isinstance(found, Absent)
        assert found.why.plain() == why


async def test_an_alias_of_the_registry(lab: Lab, looking: Looking) -> None:
    experiment, elsewhere = lab.experiment(), lab.experiment()
    lab.run(experiment, head="head")
    champion = lab.run(elsewhere, commit="champion", metrics={"rmse": 0.5})
    lab.run(elsewhere, commit="champion")
    name = f"sales-{uuid4().hex[:8]}"
    model = lab.model(elsewhere, champion, {"MLmodel": "flavors: {}\n"})
    version = lab.register(name, champion, model, alias="champion")
    found = await looking.one(subject(), experiment, baseline={"alias": f"models:/{name}@champion"})
    assert (found.baseline.kind, found.baseline.name) == (BaselineKind.ALIAS, f"models:/{name}@champion")
    assert (group(found.baseline.group).commit, ids(group(found.baseline.group).runs)) == (sha("champion"), {champion})
    (run,) = group(found.baseline.group).runs
    assert (run.model.registered, run.model.version) == (name, version)  # type: ignore[union-attr] # or it is absent
    assert run.experiment == elsewhere.id, "its name would be one more request"


async def test_an_alias_that_is_missing(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment, head="head")
    name = f"sales-{uuid4().hex[:8]}"
    lab.register(name, run_id, lab.model(experiment, run_id, {"MLmodel": "flavors: {}\n"}))
    found = await looking.one(subject(), experiment, baseline={"alias": f"models:/{name}@champion"})
    assert isinstance(found.baseline.group, Absent)
    assert found.baseline.group.why.plain() == f"the model `{name}` has no alias `champion`"


async def test_an_alias_that_we_may_not_see(guarded_lab: Lab) -> None:
    experiment, name = guarded_lab.experiment(), f"sales-{uuid4().hex[:8]}"
    guarded_lab.run(experiment, head="head")
    guarded_lab.server.client.create_registered_model(name)
    looking = Looking(guarded_lab.server)
    found = await looking.one(subject(), experiment, baseline={"alias": f"models:/{name}@champion"})
    assert isinstance(found.baseline.group, Unavailable)
    assert "does not let Headgate see the alias `champion`" in found.baseline.group.why.plain()
    assert ids(group(found.candidate).runs), "what can be seen is seen"


async def test_a_version_that_no_run_made(open_lab: Lab) -> None:
    experiment, name = open_lab.experiment(), f"sales-{uuid4().hex[:8]}"
    open_lab.run(experiment, head="head")
    client = open_lab.server.client
    client.create_registered_model(name)
    version = client.create_model_version(name, "s3://elsewhere/model")
    client.set_registered_model_alias(name, "champion", version.version)
    found = await Looking(open_lab.server).one(subject(), experiment, baseline={"alias": f"models:/{name}@champion"})
    assert isinstance(found.baseline.group, Unavailable)
    assert "does not say which run made it" in found.baseline.group.why.plain()


async def test_a_run_by_its_id(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    chosen = lab.run(experiment, head="before")
    lab.run(experiment, head="before")
    found = await looking.one(subject(base_commits=(commit("before", 7),)), experiment, baseline={"run": chosen})
    assert (found.baseline.kind, found.baseline.name) == (BaselineKind.RUN, chosen)
    assert ids(group(found.baseline.group).runs) == {chosen}, "somebody chose this one, not its like"
    assert group(found.baseline.group).committed == datetime.fromtimestamp(7, UTC)


@pytest.mark.parametrize("run_id", ["0" * 32])
async def test_a_run_that_is_not_there(lab: Lab, looking: Looking, run_id: str) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    found = (await looking.one(subject(), experiment, baseline={"run": run_id})).baseline.group
    if lab.server.guarded:  # whoever may not see all runs does not learn that there is none
        assert isinstance(found, Unavailable)
    else:
        assert isinstance(found, Absent)
        assert found.why.plain() == f"there is no run `{run_id}`"


async def test_the_last_commits_of_the_base_branch_are_drawn_oldest_first(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    lab.run(experiment, head="head")
    runs = {name: lab.run(experiment, head=name) for name in ("start", "long-before", "after the start")}
    lab.run(experiment, head="before", status="FAILED")
    found = await looking.one(subject(base_commits=BASE), experiment)
    assert [(each.commit, each.behind, ids(each.runs)) for each in found.recent] == [
        (sha("long-before"), 2, {runs["long-before"]}),
        (sha("start"), 0, {runs["start"]}),
    ]
