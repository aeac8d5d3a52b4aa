"""What the Action trained is found by Headgate, whichever of a pull request's commits was checked out."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bot.commands.metrics import metrics
from tests.actions.train.conftest import Train
from tests.services.mlflow import MlflowServer

EXPERIMENT = "found"

POLICY = """\
mlflow:
  server: main
  metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}
"""


def git(folder: Path, *command: str) -> str:
    done = subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, rmse: float) -> str:
    (folder / "train.py").write_text(f"import mlflow\nmlflow.log_metric('rmse', {rmse})\n")
    git(folder, "add", "train.py")
    git(folder, "commit", "--quiet", "--message", f"Reach {rmse}")
    return git(folder, "rev-parse", "HEAD")


def test_headgate_finds_the_runs_of_base_head_and_trial_merge(
    train: Train,
    tmp_path: Path,
    mlflow: MlflowServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    work, event = tmp_path / "work", tmp_path / "event.json"
    (tmp_path / "headgate.yml").write_text(POLICY)
    git(work, "init", "--quiet")
    base = commit(work, 1.0)
    git(work, "switch", "--quiet", "--create", "feature/x")
    head = commit(work, 1.5)
    git(work, "checkout", "--quiet", "--detach", base)
    git(work, "merge", "--quiet", "--no-ff", "--message", "Trial", head)
    merge = git(work, "rev-parse", "HEAD")

    def trained(checkout: str) -> str:
        git(work, "checkout", "--quiet", checkout)
        done = train(command="python train.py", experiment=EXPERIMENT)
        assert done.code == 0, done.log
        assert "::warning" not in done.log
        return done.outputs["run-id"]

    monkeypatch.setenv("GITHUB_SHA", base)
    event.write_text(json.dumps({"after": base}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    trained(base)
    monkeypatch.setenv("GITHUB_SHA", merge)
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": head}}}))
    runs = {trained(merge), trained(head)}

    noted = {mlflow.client.get_run(run).data.tags["mlflow.source.git.commit"] for run in runs}
    assert noted == {merge, head}, "MLflow's own tag is not ours to change"
    asked = ["--tracking-uri", mlflow.url, "--experiment", EXPERIMENT, "--head", head, "--base", base]
    asked += ["--config", str(tmp_path / "headgate.yml"), "--format", "json"]
    capfd.readouterr()
    assert metrics.main(asked, standalone_mode=False) == 1
    (model,) = json.loads(capfd.readouterr().out)["models"]
    assert set(model["runs"]) == runs
    (rmse,) = model["against"][0]["metrics"]
    assert (rmse["candidate"], rmse["judgement"]) == ([1.5, 1.5], "fail")
