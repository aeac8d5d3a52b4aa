"""Where an answer looks like "no run" or a number and is neither: both databases, with passwords and without."""

from __future__ import annotations

import math

from bot.tracking.client import Tracking
from policies.facts import Absent, Unavailable
from policies.metrics.compare import comparisons
from policies.metrics.comparison import Judgement
from tests.bot.tracking.lab import Lab, Looking, commit, connection, group, sha, subject
from tests.services.mlflow import MlflowServer

GATE = {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}


async def test_the_traps_of_mlflow(every_mlflow: tuple[MlflowServer, ...]) -> None:
    """In one test, so that four servers run once."""
    kinds = {(server.database.partition(":")[0], server.guarded) for server in every_mlflow}
    assert len(kinds) == 4
    for server in every_mlflow:
        await an_experiment_that_cannot_be_seen_is_not_one_without_runs(Lab(server))
        await nan_is_neither_a_pass_nor_zero(Lab(server))


async def an_experiment_that_cannot_be_seen_is_not_one_without_runs(lab: Lab) -> None:
    looking, hidden, gone = Looking(lab.server), lab.experiment(readable=False), lab.experiment()
    for experiment in (hidden, gone):
        lab.run(experiment, head="head")
    lab.server.client.delete_experiment(gone.id)
    names = {"no such experiment": "There is no experiment", gone.name: "was deleted"}
    if lab.server.guarded:
        names[hidden.name] = "does not let Headgate see"
        reader = Tracking(connection(lab.server))
        assert await reader.of_commit([hidden], "github.head_sha", sha("head")) == (), "MLflow has closed the trap"
        reader.close()
    for name, why in names.items():
        (found,) = await looking.at(subject(), {"experiment": name, "metrics": GATE})
        assert isinstance(found.candidate, Unavailable), name
        assert why in found.candidate.why.plain()
    empty = await looking.one(subject(), lab.experiment(), metrics=GATE)
    assert isinstance(empty.candidate, Absent), "an experiment that we may see and that has no runs"


async def nan_is_neither_a_pass_nor_zero(lab: Lab) -> None:
    """Nor are infinities, whatever the logged model says, which is told of metrics too."""
    values = {"rmse": math.nan, "mae": math.inf, "mape": -math.inf}
    experiment = lab.experiment()
    lab.run(experiment, head="base", metrics=dict.fromkeys(values, 1.0))
    run_id = lab.run(experiment, head="head", metrics=values)
    lab.model(experiment, run_id, {"MLmodel": "flavors: {}\n"})
    gates = dict.fromkeys(values, GATE["rmse"])
    found = await Looking(lab.server).one(subject(base_commits=(commit("base"),)), experiment, metrics=gates)
    (run,) = group(found.candidate).runs
    assert {name: str(value) for name, value in run.metrics.items()} == {"rmse": "nan", "mae": "inf", "mape": "-inf"}
    (compared,) = comparisons((found,))
    assert {row.judgement for row in compared.against[0].metrics} == {Judgement.MISSING}
    assert [name for name, _ in compared.missing] == list(values)
