"""What a run says is read as it was logged; where MLflow itself says something else, that is shown too."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from bot.tracking.client import Tracking
from bot.tracking.found import Output
from bot.tracking.rest import CouldNotLook
from policies.facts import Absent
from policies.metrics.runs import Dataset, Point, PrimaryMetric
from tests.bot.tracking.lab import Lab, connection, ids, sha


async def test_a_run_is_read_whole(lab: Lab, tracking: Tracking) -> None:
    experiment = lab.experiment()
    parent = lab.run(experiment)
    run_id = lab.run(
        experiment,
        head="head",
        commit="merge",
        metrics={"rmse": 0.125},
        params={"alpha": "0.1"},
        tags={"mlflow.runName": "swift-owl", "mlflow.parentRunId": parent, "headgate.model": "sales"},
        datasets=[("sales-2024", "1c6065a3", "train")],
        began=1_700_000_000,
    )
    (found,) = await tracking.of_commit([experiment], "github.head_sha", sha("head"))
    run = found.run
    assert (run.id, run.name, run.status, run.parent) == (run_id, "swift-owl", "FINISHED", parent)
    assert run.commits == {sha("head"), sha("merge")}
    assert run.started == datetime.fromtimestamp(1_700_000_000, UTC)
    assert run.ended == datetime.fromtimestamp(1_700_000_001, UTC)
    assert (run.metrics, run.params) == ({"rmse": 0.125}, {"alpha": "0.1"})
    assert run.datasets == (Dataset("sales-2024", "1c6065a3", "train"),)
    assert run.tags["headgate.model"] == "sales"
    assert "github.head_sha" not in run.tags
    assert ids(await tracking.of_commit([experiment], "mlflow.source.git.commit", sha("merge"))) == {run_id}
    assert ids((await tracking.newest([experiment])).runs) == {run_id, parent}


async def test_the_latest_value_is_that_of_the_highest_step_then_of_the_latest_moment(
    lab: Lab, tracking: Tracking
) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment, metrics={})
    for value, moment, step in [(1.0, 1000, 5), (2.0, 9000, 3), (3.0, 500, 5), (4.0, 400, 4)]:
        lab.server.client.log_metric(run_id, "late", value, timestamp=moment, step=step)
    found = await tracking.run(run_id)
    assert not isinstance(found, Absent)
    assert found.run.metrics == {"late": 1.0}
    assert found.steps == {"late": 5}
    history = await tracking.history([run_id], "late")
    assert history[run_id] == (Point(3, 2.0), Point(4, 4.0), Point(5, 1.0))


async def test_nan_and_infinity_are_read_as_they_were_logged(lab: Lab, tracking: Tracking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment, metrics={"nan": math.nan, "most": math.inf, "least": -math.inf, "zero": 0.0})
    ((found,), other) = (
        (await tracking.newest([experiment])).runs,
        await tracking.run(run_id),
    )
    assert not isinstance(other, Absent)
    for metrics in (found.run.metrics, other.run.metrics):
        assert math.isnan(metrics["nan"])
        assert (metrics["most"], metrics["least"], metrics["zero"]) == (math.inf, -math.inf, 0.0)
    history = await tracking.history([run_id], "nan")
    assert math.isnan(history[run_id][0].value)
    assert (await tracking.history([run_id], "most"))[run_id] == (Point(0, math.inf),)


async def test_a_logged_model_says_zero_where_its_run_says_nan(lab: Lab, tracking: Tracking) -> None:
    """So nothing but its identity is read of it."""
    experiment = lab.experiment()
    run_id = lab.run(experiment)
    model = lab.server.client.create_logged_model(experiment.id, name="m", source_run_id=run_id).model_id
    lab.server.client.log_metric(run_id, "rmse", math.nan, model_id=model)
    trap = lab.server.api("GET", f"/api/2.0/mlflow/logged-models/{model}")
    assert [each["value"] for each in trap["model"]["data"]["metrics"]] == [0.0], "MLflow has mended it"
    (found,) = (await tracking.newest([experiment])).runs
    assert math.isnan(found.run.metrics["rmse"])
    (logged,) = await tracking.models([experiment.id], [run_id])
    assert (logged.id, logged.name, logged.run_id) == (model, "m", run_id)


async def test_models_of_a_run_are_known_from_the_run(lab: Lab, tracking: Tracking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment)
    model = lab.model(experiment, run_id, {"MLmodel": "flavors: {}\n"}, step=3)
    (found,) = (await tracking.newest([experiment])).runs
    assert found.outputs == (Output(model, 3),)
    assert await tracking.file(model, "MLmodel", bytes) == b"flavors: {}\n"
    assert await tracking.file(model, "requirements.txt", bytes) is None
    listed = lab.server.api("GET", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}")
    assert "files" not in listed, "MLflow lists the files of a logged model with its run again"


async def test_an_experiment_says_which_metric_matters(lab: Lab, tracking: Tracking) -> None:
    tags = {
        "mlflow.experiment.primaryMetric.name": "rmse",
        "mlflow.experiment.primaryMetric.greaterIsBetter": "False",
    }
    made = lab.experiment(tags=tags)
    found = await tracking.experiment(made.name)
    assert (found.id, found.primary) == (made.id, PrimaryMetric("rmse", greater_is_better=False))
    assert (await tracking.experiment(lab.experiment().name)).primary is None


async def test_pages_are_read_on(lab: Lab, tracking: Tracking) -> None:
    experiment = lab.experiment()
    made = [lab.run(experiment, began=1000 + index) for index in range(3)]
    first = await tracking.newest([experiment], most=2)
    assert [each.run.id for each in first.runs] == [made[2], made[1]]
    second = await tracking.newest([experiment], most=2, after=first.more or "")
    assert ([each.run.id for each in second.runs], second.more) == ([made[0]], None)


async def test_a_deleted_run_is_gone(lab: Lab, tracking: Tracking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment, head="head")
    lab.server.client.delete_run(run_id)
    assert (await tracking.newest([experiment])).runs == ()
    assert await tracking.of_commit([experiment], "github.head_sha", sha("head")) == ()
    assert await tracking.by_id([experiment], [run_id]) == ()


async def test_only_commit_ids_and_own_ids_go_into_a_search(lab: Lab, tracking: Tracking) -> None:
    """MLflow answers a value that it misreads with no runs, not with an error."""
    experiment = lab.experiment()
    run_id = lab.run(experiment, tags={"github.head_sha": "it's"})
    for wrong in ("it's", "a' OR '1'='1", "abc", "", "A" * 40 + "'"):
        with pytest.raises(ValueError, match="commit ids"):
            await tracking.of_commit([experiment], "github.head_sha", wrong)
    assert ids(await tracking.by_id([experiment], [run_id, "x' OR '1'='1"])) == {run_id}


async def test_an_alias_that_is_missing_is_told_from_one_that_cannot_be_seen(lab: Lab, tracking: Tracking) -> None:
    experiment = lab.experiment()
    run_id = lab.run(experiment)
    model = lab.model(experiment, run_id, {"MLmodel": "flavors: {}\n"})
    name = f"sales {experiment.id}"
    version = lab.register(name, run_id, model, alias="champion")
    found = await tracking.version(name, "champion")
    assert not isinstance(found, Absent)
    assert (found.model, found.version, found.run_id, found.source) == (name, version, run_id, f"models:/{model}")
    missing = await tracking.version(name, "nobody")
    assert isinstance(missing, Absent)
    assert missing.why.plain() == f"the model `{name}` has no alias `nobody`"
    if lab.server.guarded:  # whoever may not see a model does not learn that there is none
        with pytest.raises(CouldNotLook, match="does not let Headgate see the alias"):
            await tracking.version("no such model", "champion")
    else:
        none = await tracking.version("no such model", "champion")
        assert isinstance(none, Absent)
        assert none.why.plain() == "there is no registered model `no such model`"


async def test_a_run_that_does_not_exist(open_lab: Lab) -> None:
    tracking = Tracking(connection(open_lab.server))
    assert isinstance(await tracking.run("0" * 32), Absent)
    tracking.close()
