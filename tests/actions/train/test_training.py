"""The Action without act, against a real tracking server: what comes before the training, and what comes after."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.train import tracking
from actions.train.tracking import Tracking
from tests.actions.act import ROOT
from tests.actions.train.conftest import HEAD, Train
from tests.services.mlflow import MlflowServer


def test_a_run_that_was_there_before(train: Train, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    run = mlflow.client.create_run("0", tags={"mine": "stays"}).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", run)
    done = train(command='test "$MLFLOW_RUN_ID" = ' + run)
    assert (done.code, done.outputs["run-id"], done.outputs["run-ids"]) == (0, run, json.dumps([run]))
    tags = mlflow.client.get_run(run).data.tags
    assert (tags["github.head_sha"], tags["headgate.session"]) == (HEAD, done.outputs["session"])
    assert tags["mine"] == "stays"


def test_a_run_that_is_not_there(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "f" * 32)
    done = train(command="touch began")
    assert done.code == 2
    assert f"MLflow: RESOURCE_DOES_NOT_EXIST: Run with id={'f' * 32} not found" in done.log
    assert not (tmp_path / "work" / "began").exists()


def test_a_server_that_is_not_there(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found out before the training has begun; no password gets into the log."""
    monkeypatch.setitem(tracking._SETTINGS, "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    done = train(tracking_uri="http://somebody:a-password@127.0.0.1:9", command="touch began")
    assert done.code == 2
    assert re.search(r"^::error [^\n]*::MLflow: API request to http[^\n]* failed", done.log, re.MULTILINE)
    assert "127.0.0.1" in done.log
    assert "a-password" not in done.log
    assert not (tmp_path / "work" / "began").exists()


def test_the_training_has_the_environment_of_the_job(
    train: Train, tmp_path: Path, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not our own patience with the server."""
    monkeypatch.setenv("MINE", "stays")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "77")
    train(command="env > environment", experiment="of the environment")
    lines = (tmp_path / "work" / "environment").read_text().splitlines()
    child = dict(line.split("=", 1) for line in lines if "=" in line)
    assert (child["MINE"], child["MLFLOW_TRACKING_URI"]) == ("stays", mlflow.url)
    assert child["MLFLOW_EXPERIMENT_NAME"] == "of the environment"
    assert set(tracking._SETTINGS) & set(child) == set()
    assert "MLFLOW_EXPERIMENT_ID" not in child


def test_without_mlflow_it_says_what_is_missing(train: Train) -> None:
    """And has needed nothing but the standard library until then."""
    train(command="")  # for the environment
    command = [sys.executable, "-S", str(ROOT / "actions" / "train" / "train.py")]
    environment = {**os.environ, "WITH_COMMAND": "true"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (2, "")
    assert "::MLflow is not installed for the `python` that is first in PATH" in done.stdout


def test_the_env_manager_is_passed_on(train: Train, tmp_path: Path) -> None:
    """Here there is no conda, and MLflow says so; what it has begun does not stay open."""
    (tmp_path / "work" / "MLproject").write_text("name: x\nconda_env: e.yml\nentry_points: {main: {command: 'true'}}\n")
    (tmp_path / "work" / "e.yml").write_text("name: x\n")
    done = train(project=".", env_manager="conda", experiment="of conda")
    assert (done.code, done.outputs["status"]) == (1, "failed")
    assert "Could not find Conda executable" in done.log
    assert "Left open, and marked as killed" in done.summary


def test_who_cancels_the_step_leaves_no_run_open(train: Train, tmp_path: Path, mlflow: MlflowServer) -> None:
    """The runner signals the shell of the step alone: the script has to become the Action, not to wait for it."""
    train(command="")  # for the environment
    run = mlflow.client.create_run("0").info.run_id
    action = yaml.safe_load((ROOT / "actions" / "train" / "action.yml").read_text("utf-8"))
    given = {
        "MLFLOW_RUN_ID": run,
        "WITH_COMMAND": "echo ready; sleep 20",
        "GITHUB_ACTION_PATH": f"{ROOT}/actions/train",
    }
    (tmp_path / "step.sh").write_text(action["runs"]["steps"][0]["run"])
    step = subprocess.Popen(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(tmp_path / "step.sh")],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with step:
        assert step.stdout is not None
        assert "ready\n" in iter(step.stdout.readline, "")
        step.send_signal(signal.SIGINT)
        assert "The training was cancelled after " in step.stdout.read()
    assert step.returncode == 130
    assert mlflow.client.get_run(run).info.status == "KILLED"


def test_no_run_may_be_allowed(train: Train) -> None:
    done = train(command="true", allow_no_runs="true")
    assert (done.code, done.outputs["status"], done.outputs["run-id"]) == (0, "no-run", "")
    assert "::warning::The training logged no run that could be found." in done.log
    assert "logged no run in" in done.summary


def test_another_commit_is_trained(train: Train, tmp_path: Path) -> None:
    os.system(f"cd '{tmp_path}/work' && git init -q && git commit -q --allow-empty -m x")  # noqa: S605  # ours
    done = train(command="true", allow_no_runs="true")
    assert "::warning title=Another commit is trained::" in done.log


def test_a_metric_that_there_is_not(train: Train, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    run = mlflow.client.create_run("0").info.run_id
    mlflow.client.log_metric(run, "system/cpu", 1.0)
    mlflow.client.log_metric(run, "rmse", 0.5)
    monkeypatch.setenv("MLFLOW_RUN_ID", run)
    done = train(command="true", metric="mae")
    assert "::warning::The main run has no metric 'mae'." in done.log
    assert "| `rmse` | 0.5 |" in done.summary
    assert "View run" not in done.log


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "give a command or a project"),
        ({"command": "true", "project": "."}, "give a command or a project, not both"),
        ({"project": "nowhere"}, "project: there is no file MLproject in 'nowhere'"),
        ({"command": "true", "working-directory": "nowhere"}, "working-directory: there is no folder nowhere"),
        ({"command": "true", "timeout-minutes": "nan"}, "timeout-minutes must be a number of minutes above zero"),
        ({"command": "true", "timeout-minutes": "0"}, "timeout-minutes must be a number of minutes above zero"),
        ({"command": "true", "timeout-minutes": "1e99"}, "timeout-minutes must be a number of minutes above zero"),
        ({"command": "true", "env-manager": "poetry"}, "env-manager must be one of local, virtualenv, uv, conda"),
        ({"command": "true", "allow-no-runs": "yes"}, "allow-no-runs must be 'true' or 'false'"),
        ({"command": "true", "parameters": "alpha"}, "parameters: 'alpha' is not of the form name=value"),
        ({"command": "true", "parameters": "a=1\na=2"}, "parameters: 'a' is given twice"),
    ],
)
def test_inputs_that_make_no_sense(train: Train, inputs: dict[str, str], said: str) -> None:
    done = train(**inputs)
    assert done.code == 2
    assert said in done.log
    assert done.log.count("::error") == 1


def test_many_runs_in_many_experiments_are_all_found(mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pages, over several searches; not those of another session."""
    monkeypatch.setattr(tracking, "RUNS_A_PAGE", 2)
    monkeypatch.setattr(tracking, "EXPERIMENTS_A_SEARCH", 2)
    ours = Tracking(mlflow.url)
    names = [f"many {n}" for n in range(5)]
    experiments = [ours.experiment(name) for name in names]
    assert [ours.experiment(name) for name in names] == experiments
    made = [
        mlflow.client.create_run(experiment, tags={"headgate.session": session}, start_time=1 + start).info.run_id
        for start, (experiment, session) in enumerate((e, s) for e in experiments for s in ("5e", "5f", "5e", "5e"))
    ]
    found = ours.runs("5e")
    assert [run.id for run in found] == [run for number, run in enumerate(made) if number % 4 != 1]
    assert {run.status for run in found} == {"RUNNING"}
    ours.close(found[:1])
    assert [run.status for run in ours.runs("5e")] == ["KILLED"] + ["RUNNING"] * 14


def test_the_last_runs_of_an_experiment_are_plotted(
    train: Train, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a metric was logged once: oldest first, without nested ones and those that failed."""
    experiment = mlflow.client.create_experiment("plotted")

    def log(value: float, status: str = "FINISHED", **tags: str) -> Any:
        run = mlflow.client.create_run(experiment, tags=tags, start_time=int(value * 1000), run_name=f"r{value}")
        mlflow.client.log_metric(run.info.run_id, "rmse", value)
        mlflow.client.set_terminated(run.info.run_id, status)
        return run.info.run_id

    log(2.0)
    log(1.0)
    log(3.0, **{"mlflow.parentRunId": "x"})
    log(4.0, "FAILED")
    monkeypatch.setenv("MLFLOW_RUN_ID", log(5.0))
    summary = train(command="true").summary
    assert "`rmse` in the last runs of the experiment:\n\n```mermaid\n" in summary
    assert '  x-axis ["r1.0", "r2.0", "r5.0"]\n' in summary
    assert "  line [1.000, 2.000, 5.000]\n" in summary


def test_a_history_is_in_the_order_of_its_steps(mlflow: MlflowServer) -> None:
    ours, run = Tracking(mlflow.url), mlflow.client.create_run("0", tags={"headgate.session": "6e"}).info.run_id
    for value, moment, step in ((3.0, 30, 2), (1.0, 10, 0), (9.0, 5, 1), (2.0, 20, 1)):
        mlflow.client.log_metric(run, "rmse", value, timestamp=moment, step=step)
    (found,) = ours.runs("6e")
    assert ours.history(found, "rmse") == [(0, 1.0), (1, 2.0), (2, 3.0)]
    assert ours.page(found) == f"{mlflow.url}/#/experiments/0/runs/{run}"
