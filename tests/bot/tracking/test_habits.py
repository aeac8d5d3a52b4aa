"""What clients of MLflow do that is not in any tutorial: nested runs, other checkouts, deleted runs, old models."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.tracking.found import Experiment
from policies.facts import Absent, Unavailable
from policies.metrics.compare import comparisons
from policies.metrics.comparison import Judgement
from policies.metrics.runs import Column, LoggedModel, Signature
from policies.metrics.sample import Method
from tests.bot.tracking.lab import Lab, Looking, commit, group, ids, subject

BASE = (commit("start"), commit("before"))
GATE = {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}
MLMODEL = 'flavors: {sklearn: {}}\nsignature:\n  inputs: \'[{"name": "age", "type": "double"}]\'\n  outputs: null\n'
"""As MLflow 2 wrote it, without ``required``."""


def loop(lab: Lab, experiment: Experiment, head: str, rmse: float, *, around: dict[str, float] | None = None) -> str:
    """Train three seeds within one run, which alone is tagged."""
    parent = lab.run(experiment, head=head, metrics=around or {})
    for seed in range(3):
        tags = {"mlflow.parentRunId": parent}
        lab.run(experiment, tags=tags, params={"seed": str(seed)}, metrics={"rmse": rmse + seed / 1000})
    return parent


async def test_seeds_within_a_tagged_run_are_compared_pair_by_pair(lab: Lab, looking: Looking) -> None:
    """Whether the run around them logs nothing or the mean."""
    for around in ({}, {"rmse": 5.0}):
        experiment = lab.experiment()
        loop(lab, experiment, "start", 1.0, around=around)
        loop(lab, experiment, "head", 1.5, around=around)
        found = await looking.one(subject(base_commits=BASE), experiment, metrics=GATE)
        (compared,) = comparisons((found,))
        (row,) = compared.against[0].metrics
        assert (row.judgement, row.method) == (Judgement.FAIL, Method.EXACT)
        assert row.candidate is not None
        assert row.candidate.n == 3


async def test_a_chosen_run_that_is_around_seeds_stands_for_them(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    champion = loop(lab, experiment, "elsewhere", 1.0)
    loop(lab, experiment, "head", 1.0)
    found = await looking.one(subject(), experiment, baseline={"run": champion}, metrics=GATE)
    assert len(group(found.baseline.group).runs) == 4
    (compared,) = comparisons((found,))
    assert [row.judgement for row in compared.against[0].metrics] == [Judgement.PASS]


async def test_a_run_is_about_its_head_whatever_was_checked_out(lab: Lab, looking: Looking) -> None:
    """`pull_request_target` checks out the base: such a run must not be its own baseline."""
    experiment = lab.experiment()
    ours = lab.run(experiment, head="head", commit="start")
    theirs = lab.run(experiment, commit="before")
    found = await looking.one(subject(base_commits=BASE), experiment)
    assert ids(group(found.candidate).runs) == {ours}
    assert ids(group(found.baseline.group).runs) == {theirs}


async def test_the_baseline_is_of_the_same_model_though_another_was_trained_since(lab: Lab, looking: Looking) -> None:
    """Models that share an experiment are told apart by their tag, or by the metrics that they have."""
    experiment = lab.experiment()
    north = lab.run(experiment, head="before", tags={"headgate.model": "north"}, metrics={"rmse": 1.0})
    south = lab.run(experiment, head="start", tags={"headgate.model": "south"}, metrics={"rmse": 2.0})
    lab.run(experiment, head="start", metrics={"seconds": 2.0})
    for name in ("north", "south"):
        lab.run(experiment, head="head", tags={"headgate.model": name}, metrics={"rmse": 1.0})
    section = {"experiment": experiment.name, "metrics": GATE, "models": {"north": {}, "south": {}}}
    found = await looking.at(subject(base_commits=BASE), section)
    assert [each.baseline.name for each in found] == ["main", "main"]
    compared = comparisons(found)
    held = [group(each.against[0].baseline.group) for each in compared]
    assert [ids(each.runs) for each in held] == [{north}, {south}]
    assert [each.behind for each in held] == [1, 0]


async def test_a_chosen_run_that_was_deleted_is_none(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    chosen = lab.run(experiment)
    lab.run(experiment, head="head")
    lab.server.client.delete_run(chosen)
    found = (await looking.one(subject(), experiment, baseline={"run": chosen})).baseline.group
    assert isinstance(found, Absent)
    assert found.why.plain() == f"the run `{chosen}` was deleted"


async def test_a_change_is_not_held_against_itself(lab: Lab, looking: Looking) -> None:
    """An alias that a pull request has moved to its own model makes it the baseline."""
    experiment = lab.experiment()
    run_id = lab.run(experiment, head="head")
    name = f"own {experiment.id}"
    lab.register(name, run_id, lab.model(experiment, run_id, {"MLmodel": MLMODEL}), alias="champion")
    found = (await looking.one(subject(), experiment, baseline={"alias": f"models:/{name}@champion"})).baseline.group
    assert isinstance(found, Unavailable)
    assert found.why.plain() == f"The baseline, run `{run_id}`, is one of this very commit."
    assert found.advisory


def old_model(lab: Lab, run_id: str, folder: str = "model") -> None:
    """Log a model as MLflow 2 does: a folder of the run's artifacts, and a tag."""
    with TemporaryDirectory() as here:
        (Path(here) / "MLmodel").write_text(MLMODEL)
        (Path(here) / "requirements.txt").write_text("scikit-learn==1.3.0\n")
        lab.server.client.log_artifacts(run_id, here, folder)
    said = [{"run_id": run_id, "artifact_path": folder, "utc_time_created": "2023-05-01 00:00:00", "flavors": {}}]
    lab.server.client.set_tag(run_id, "mlflow.log-model.history", json.dumps(said))


async def test_models_of_mlflow_2_are_read_from_the_artifacts_of_their_run(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    plain, registered = lab.run(experiment, head="head"), lab.run(experiment, head="start")
    for run_id in (plain, registered):
        old_model(lab, run_id)
    name = f"forecast {experiment.id}"
    lab.server.client.create_registered_model(name)
    lab.server.allow("registered_model", name)
    source = lab.server.client.get_run(registered).info.artifact_uri
    lab.server.client.create_model_version(name, f"{source}/model", registered)
    pull = subject(base_commits=BASE)
    found = await looking.one(pull, experiment)
    (ours,), (theirs,) = group(found.candidate).runs, group(found.baseline.group).runs
    for run, said in ((ours, None), (theirs, name)):
        assert isinstance(run.model, LoggedModel)
        assert (run.model.id, run.model.name, run.model.registered) == (f"{run.id}/model", "model", said)
        assert run.model.signature == Signature((Column("age", "double"),))
        assert run.model.requirements == ("scikit-learn==1.3.0",)
    first = len(looking.counted.paths)
    assert await looking.one(pull, experiment) == found
    assert len(looking.counted.paths) == first - 4, "files are read once"


async def test_a_folder_without_a_model_says_so(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    said = json.dumps([{"artifact_path": "gone"}, {"no": "path"}])
    lab.run(experiment, head="head", tags={"mlflow.log-model.history": said})
    lab.run(experiment, head="head", tags={"mlflow.log-model.history": json.dumps([{"artifact_path": "gone"}])})
    models = [run.model for run in group((await looking.one(subject(), experiment)).candidate).runs]
    assert len([each for each in models if isinstance(each, LoggedModel)]) == 1, "the tag of the other is no list"
