"""The Action, run by act against a real tracking server; one run of many steps, each a training of its own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.actions.act import CHECKOUT, Act, Step, job, ours
from tests.services.mlflow import MlflowServer

EXPERIMENT = "a train's experiment; $(touch /tmp/no) `no`"
HOSTILE = "| `a` </td> <img src=x> ::error::no $(exit 1)"
TITLE = "${{ github.event.pull_request.title }}"
"""How what a stranger wrote comes into a workflow."""

REAL = "f" * 40
"""The head of the pull request, which is not what is checked out."""

TRAIN = """\
import os
import mlflow

with mlflow.start_run(run_name=os.environ["RUN_NAME"]) as run:
    for step in range(3):
        mlflow.log_metric("rmse", 1 / (1 + step), step=step)
    mlflow.log_metric("mae", float("nan"))
    for fold in range(2):
        with mlflow.start_run(nested=True, run_name=f"fold {fold}"):
            mlflow.log_metric("rmse", 2.0)
"""

AUTOLOG = """\
import mlflow
import numpy
from sklearn.linear_model import LinearRegression

mlflow.sklearn.autolog(log_models=False, log_datasets=False)
LinearRegression().fit(numpy.array([[1.0], [2.0]]), numpy.array([1.0, 2.0]))
"""

PROJECT = """\
name: project
entry_points:
  main:
    parameters:
      alpha: {type: float, default: 0.5}
      word: string
    command: "python ../project.py {alpha} {word}"
  slow:
    command: "sleep 600"
"""

PROJECT_CODE = """\
import sys
import mlflow

with mlflow.start_run():
    mlflow.log_metric("alpha", float(sys.argv[1]))
    mlflow.set_tag("word", sys.argv[2])
"""

FILES = {"train.py": TRAIN, "autolog.py": AUTOLOG, "project/MLproject": PROJECT, "project.py": PROJECT_CODE}


CONTEXT = {"RUN_NAME": TITLE, "MLFLOW_RUN_CONTEXT": json.dumps({"team": "demand", "a;b": "x"})}

TRAININGS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "command": (CONTEXT, {"command": "python train.py\n", "experiment": EXPERIMENT, "metric": "rmse"}),
    "autolog": ({"MLFLOW_RUN_CONTEXT": "{"}, {"command": "python autolog.py", "experiment": EXPERIMENT}),
    "project": ({}, {"project": "project", "parameters": f"word={TITLE}\nalpha = 3", "experiment": EXPERIMENT}),
    "slow": ({}, {"project": "project", "entry-point": "slow", "timeout-minutes": "0.05"}),
    "failed": ({}, {"command": "echo before\nfalse | true\necho never"}),
    "nothing": ({}, {"command": "true"}),
}
"""Environment and inputs, by the id of the step."""


def steps(names: Iterable[str], kept: Path) -> Iterator[dict[str, Any]]:
    yield {"uses": CHECKOUT}
    for name in names:
        env, inputs = TRAININGS[name]
        yield {"id": name, "uses": ours("train"), "continue-on-error": True, "env": env, "with": inputs}
    yield {
        "id": "after",
        "if": "always()",
        "shell": "bash",
        "run": 'git status --porcelain --ignored; cp "$REPORT" "$KEPT"',
        "env": {"REPORT": "${{ steps.command.outputs.report }}", "KEPT": str(kept)},
    }


class Done:
    """What came of the run, and what the server has."""

    def __init__(self, act: Act, server: MlflowServer, names: Iterable[str] = TRAININGS) -> None:
        self.client = server.client
        self.report = act.folder / "report.json"
        event = {"pull_request": {"number": 7, "title": HOSTILE, "head": {"sha": REAL}}}
        self.act = act.run(act.repository(FILES), job(*steps(names, self.report)), "pull_request", event, seconds=600)

    def step(self, name: str) -> Step:
        return self.act.step(name)

    def runs(self, name: str) -> dict[str, Any]:
        """Return the runs that a step names, by their own names."""
        found = [self.client.get_run(each) for each in json.loads(self.step(name).outputs["run-ids"])]
        return {run.info.run_name: run for run in found}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, published: Path, mlflow: MlflowServer) -> Done:
    act = Act(tmp_path_factory.mktemp("train"), published, {"MLFLOW_TRACKING_URI": mlflow.url})
    return Done(act, mlflow)


def test_a_command(done: Done) -> None:
    step, runs = done.step("command"), done.runs("command")
    assert step.result == "success"
    assert list(runs) == [HOSTILE, "fold 0", "fold 1"]
    main = runs[HOSTILE]
    outputs = step.outputs
    assert (outputs["status"], outputs["run-id"], outputs["head-sha"]) == ("finished", main.info.run_id, REAL)
    assert json.loads(outputs["metrics"]) == {"mae": None, "rmse": 1 / 3}
    assert outputs["local-store"] == ""
    experiment = done.client.get_experiment(main.info.experiment_id)
    assert experiment.name == EXPERIMENT


def test_every_run_is_tagged(done: Done) -> None:
    """Nested and autologged ones too; what MLflow noted itself stays, and so does what was there before."""
    for name in ("command", "autolog", "project"):
        step = done.step(name)
        for run in done.runs(name).values():
            tags = run.data.tags
            assert tags["github.head_sha"] == REAL
            assert tags["github.checkout_sha"] == tags["mlflow.source.git.commit"] != REAL
            assert tags["github.pr"] == "7"
            assert tags["github.run_url"].startswith("https://github.com/")
            assert tags["headgate.session"] == step.outputs["session"]
    assert {run.data.tags.get("team") for run in done.runs("command").values()} == {"demand"}
    assert done.step("command").outputs["session"] != done.step("autolog").outputs["session"]


def test_a_context_that_mlflow_would_ignore_or_refuse(done: Done) -> None:
    assert [each.message for each in done.step("command").warnings] == [
        "'a;b' is left out: MLflow takes no tag of that name."
    ]
    assert [each.message for each in done.step("autolog").warnings] == ["It is left out: it is not a JSON object."]
    assert len(done.runs("autolog")) == 1


def test_the_summary(done: Done) -> None:
    summary = done.step("command").summary
    assert f"The training for commit `{REAL[:10]}` of #7 finished after" in summary
    assert "| `rmse` | 0.333333 |\n| `mae` | NaN |\n| *status* | `FINISHED` |" in summary
    assert "`rmse` by step:\n\n```mermaid\n" in summary
    assert '  x-axis ["0", "1", "2"]\n' in summary
    assert "  line [1.0000, 0.5000, 0.3333]\n" in summary
    assert "Nested runs, to be found in the report: 2." in summary
    assert "/#/experiments/" in summary


def test_the_report_has_everything(done: Done) -> None:
    report = json.loads(done.report.read_text())
    assert [run["name"] for run in report["runs"]] == [HOSTILE, "fold 0", "fold 1"]
    assert report["runs"][0]["metrics"] == {"mae": None, "rmse": 1 / 3}
    assert report["tags"]["github.head_sha"] == REAL


def test_a_project(done: Done) -> None:
    step, runs = done.step("project"), done.runs("project")
    assert step.result == "success", step.log
    (run,) = runs.values()
    assert (run.info.status, run.data.metrics, run.data.tags["word"]) == ("FINISHED", {"alpha": 3.0}, HOSTILE)
    assert run.data.params == {"alpha": "3", "word": shlex.quote(HOSTILE)}  # so MLflow notes it
    assert run.data.tags["mlflow.source.type"] == "PROJECT"


def test_a_time_limit_leaves_no_run_open(done: Done) -> None:
    step = done.step("slow")
    assert (step.result, step.outputs["status"]) == ("failure", "timed-out")
    (run,) = done.runs("slow").values()
    assert run.info.status == "KILLED"
    assert f"Left open, and marked as killed: `{run.info.run_name}`." in step.summary
    (error,) = step.errors
    assert error.message.startswith("The training was ended by its time limit after ")


def test_a_command_that_fails(done: Done) -> None:
    step = done.step("failed")
    assert (step.result, step.outputs["status"], step.outputs["run-ids"]) == ("failure", "failed", "[]")
    assert "before" in step.log
    assert "never" not in step.log
    (error,) = step.errors
    assert error.message.startswith("The training failed with exit code 1 after ")


def test_no_run(done: Done) -> None:
    step = done.step("nothing")
    assert (step.result, step.outputs["status"], step.outputs["run-id"]) == ("failure", "no-run", "")
    assert json.loads(step.outputs["metrics"]) == {}
    (error,) = step.errors
    assert error.message.startswith("The training logged no run that could be found.")


def test_the_repository_is_left_as_it_was(done: Done) -> None:
    assert done.step("after").log == ""
