"""Tries an example as a team would: its workflow trains the branch that is merged into, and two changes are judged.

The workflow is run by act, from the example's own file to the real tracking server. The changes, one better and one
worse, are trained as somebody does who has no workflow, and `headgate metrics` holds them against the branch.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.commands.metrics import metrics
from sandbox.desk import Desk
from tests.actions.act import Act, Run, ours_workflow
from tests.examples.shelf import Example
from tests.services.mlflow import MlflowServer

SECONDS = 600
"""On a busy machine; fifteen for a training on one that is not, and three times as many for the workflow."""

CHANGES = ("better", "worse")


def tried(example: Example, server: MlflowServer, act: Act) -> dict[str, Any]:
    """Return, as JSON can hold it, what came of the workflow, the runs on the server, and what was said of the changes.

    All work is done in act's folder.
    """
    desk, commits = _committed(example, act.folder)
    server.api("POST", "/api/2.0/mlflow/experiments/create", name=example.experiment)
    trainings = {change: _begin(example, desk, commits[change], server) for change in CHANGES}
    try:
        run = _workflow(example, desk, server, act)
        said = {change: training.communicate(timeout=SECONDS)[0] for change, training in trainings.items()}
    finally:
        for training in trainings.values():
            training.kill()
    return {
        "commits": commits,
        "workflow": _seen(run),
        "trainings": {change: [trainings[change].returncode, said[change]] for change in CHANGES},
        "runs": _runs(example, server),
        "judged": {change: _judged(example, desk, commits, change, server) for change in CHANGES},
        "untidy": [line for change in CHANGES for line in _untidy(desk, commits[change])],
    }


def _committed(example: Example, root: Path) -> tuple[Desk, Mapping[str, str]]:
    """Make a repository of the example, with a branch for each change; ``dev`` is checked out."""
    desk = Desk(root, example.name)
    desk.commit("A", "feat: begin", example.files())
    for name, change in (("better", example.better), ("worse", example.worse)):
        desk.start(f"feature/{name}", "main")
        desk.commit("B", f"feat: make it {name}", {"params.yml": example.params(change)})
    desk.start("dev", "main")
    tips = {"base": "dev", "better": "feature/better", "worse": "feature/worse"}
    return desk, {name: desk.git("rev-parse", branch) for name, branch in tips.items()}


def _begin(example: Example, desk: Desk, sha: str, server: MlflowServer) -> subprocess.Popen[str]:
    """Train a commit in a work tree of its own."""
    folder = _folder(desk, sha)
    desk.git("worktree", "add", "--quiet", "--detach", str(folder), sha)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return subprocess.Popen(
        [sys.executable, "-m", f"{example.package}.train"],
        cwd=folder,
        env={**inherited, "MLFLOW_TRACKING_URI": server.url, "MLFLOW_DISABLE_TELEMETRY": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _folder(desk: Desk, sha: str) -> Path:
    return desk.clone.parent / sha


def _untidy(desk: Desk, sha: str) -> list[str]:
    """Return what lies where somebody trained besides what is in the repository, and Python's own."""
    status = desk.git("-C", str(_folder(desk, sha)), "status", "--short", "--ignored")
    return [line for line in status.splitlines() if "__pycache__" not in line]


def _workflow(example: Example, desk: Desk, server: MlflowServer, act: Act) -> Run:
    """Run the example's workflow, as it stands but for the release of ours and for Pythons that are not here."""
    text = example.files()[".github/workflows/ci.yml"]
    text = re.sub(r"OWNER/headgate/\S+", ours_workflow("ml-ci.yml"), text)
    text = re.sub(r"(?<=python-versions: ).*", """'["3.11"]'""", text)
    return act.run(desk.clone, text, seconds=SECONDS, secrets={"MLFLOW_TRACKING_URI": server.url})


def _seen(run: Run) -> dict[str, Any]:
    """Return the end of the log, the jobs, and the steps of the jobs that are Actions of ours, by what they gave."""
    steps = {"lint": "warnings", "test": "passed", "train": "status"}
    found = {
        name: asdict(step)
        for name, output in steps.items()
        for key, step in run.steps.items()
        if len(key) == 2 and output in step.outputs
    }
    return {"code": run.code, "log": run.log[-20_000:], "jobs": list(run.jobs.values()), "steps": found}


def _runs(example: Example, server: MlflowServer) -> list[dict[str, Any]]:
    experiment = server.api("GET", f"/api/2.0/mlflow/experiments/get-by-name?experiment_name={example.experiment}")
    asked = {"experiment_ids": [experiment["experiment"]["experiment_id"]], "max_results": 100}
    found = server.api("POST", "/api/2.0/mlflow/runs/search", **asked)["runs"]
    for run in found:
        for part in ("metrics", "params", "tags"):
            run["data"][part] = {each["key"]: each["value"] for each in run["data"].get(part, [])}
    return list(found)


def _judged(
    example: Example, desk: Desk, commits: Mapping[str, str], change: str, server: MlflowServer
) -> dict[str, Any]:
    """Return the exit code and the report of ``headgate metrics``, by the policy of the example."""
    asked = ["--tracking-uri", server.url, "--experiment", example.experiment, "--format", "json"]
    asked += ["--head", commits[change], "--base", commits["base"]]
    asked += ["--config", str(desk.clone / ".github" / "headgate.yml")]
    result = CliRunner().invoke(metrics, asked, standalone_mode=False, catch_exceptions=False)
    return {"code": result.return_value, **json.loads(result.stdout)}
