"""The reusable workflow as others call it, by act; and what the scripts of our own workflows let pass."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.actions.act import ROOT, Act, Run, ours_workflow, workflow
from tests.actions.train.test_found import git
from tests.actions.wheels import download
from tests.services.mlflow import MlflowServer

WORKFLOWS = {path.name: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}

TRAIN = """\
import sys

import mlflow

with mlflow.start_run():
    mlflow.log_metric("rmse", 0.25)
    mlflow.log_text(sys.executable, "python.txt")
"""

FILES = {
    "project/requirements.txt": "mlflow\npytest\n",
    "project/environment.yml": "name: project\n",
    "project/train.py": TRAIN,
    "project/test_train.py": "def test_it() -> None:\n    assert True\n",
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return download(tmp_path_factory.mktemp("wheels"), *(ROOT / "actions" / "lint").glob("*.txt"))


class Caller:
    """A repository that calls the workflow for a pull request, whose trial merge is checked out."""

    def __init__(self, act: Act, wheels: Path, files: Mapping[str, str]) -> None:
        self.act = act
        self.artifacts = act.folder / "artifacts"
        act.settings |= {"TEST_ARTIFACTS": str(self.artifacts), "PIP_FIND_LINKS": str(wheels)}
        self.repository = act.repository(files)
        git(self.repository, "switch", "--quiet", "--create", "feature/x")
        git(self.repository, "commit", "--quiet", "--allow-empty", "--message", "Work")
        self.head = git(self.repository, "rev-parse", "HEAD")
        git(self.repository, "checkout", "--quiet", "--detach", "main")
        git(self.repository, "merge", "--quiet", "--no-ff", "--message", "Trial", "feature/x")

    def run(self, secrets: Mapping[str, str] | None = None, **inputs: Any) -> Run:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        called = {"uses": ours_workflow("ml-ci.yml"), "with": {"working-directory": "project", **given}}
        if secrets:
            called["secrets"] = {name: f"${{{{ secrets.{name} }}}}" for name in secrets}
        event = {"pull_request": {"number": 7, "head": {"sha": self.head}}}
        calls = workflow(ml=called)
        return self.act.run(self.repository, calls, "pull_request", event, seconds=600, secrets=secrets)


def steps(run: Run, name: str) -> dict[str, Any]:
    """Return the steps with this id, by the job they are in."""
    return {key[0]: step for key, step in run.steps.items() if key[1:] == (name,)}


def test_matrix_then_training_on_the_head(act: Act, wheels: Path, mlflow: MlflowServer) -> None:
    caller = Caller(act, wheels, FILES)
    run = caller.run(
        {"MLFLOW_TRACKING_URI": mlflow.url},
        python_versions='["3.11", "3.12"]',
        train_command="python train.py",
        experiment="of the workflow",
    )
    assert run.code == 0, run.log
    versions = re.findall(r"^python-version: (.*)$", run.log, re.MULTILINE)
    assert sorted(versions) == ["3.11", "3.11", "3.12"], "the first of them trains"
    assert [step.outputs["passed"] for step in steps(run, "test").values()] == ["1", "1"]
    (train,) = steps(run, "train").values()
    tags = mlflow.client.get_run(train.outputs["run-id"]).data.tags
    assert tags["github.head_sha"] == tags["mlflow.source.git.commit"] == caller.head
    (uploaded,) = caller.artifacts.iterdir()
    assert uploaded.name == f"training-{train.outputs['session']}"
    assert [path.name for path in uploaded.iterdir()] == ["report.json"]
    assert json.loads((uploaded / "report.json").read_text())["status"] == "finished"


def test_conda_without_secrets(act: Act, wheels: Path) -> None:
    """As in a pull request from a fork: the runs are uploaded."""
    caller = Caller(act, wheels, FILES)
    run = caller.run(package_manager="conda", python_versions='["3.12"]', train_command="python train.py")
    assert run.code == 0, run.log
    assert re.findall(r"^python-version: .*\n.*", run.log, re.MULTILINE) == ["python-version: 3.12\nname: project"] * 2
    (uploaded,) = caller.artifacts.iterdir()
    assert sorted(path.name for path in uploaded.iterdir()) == ["mlflow", "report.json"]
    (python,) = uploaded.rglob("python.txt")
    assert python.read_text().endswith("/environment/bin/python")


def test_what_does_not_pass_is_not_trained(act: Act, wheels: Path) -> None:
    caller = Caller(act, wheels, {**FILES, "project/broken.py": "print(undefined)\n"})
    run = caller.run(python_versions='["3.11"]', train_command="python train.py")
    assert run.code == 1
    assert "F821" in run.log
    assert steps(run, "train") == {}


def test_another_package_manager(act: Act, wheels: Path) -> None:
    run = Caller(act, wheels, FILES).run(python_versions='["3.11"]', package_manager="poetry")
    assert run.code == 1
    assert "package-manager is pip or conda" in run.log
    assert steps(run, "train") == {}


def script(name: str, job: str, place: int | str) -> str:
    """Return the script of a step, by its number or its name."""
    found = yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))["jobs"][job]["steps"]
    step = found[place] if isinstance(place, int) else next(step for step in found if step.get("name") == place)
    return str(step["run"])


def bash(script: str, folder: Path, **variables: str) -> int:
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=path | variables, check=False, capture_output=True).returncode


@pytest.mark.parametrize(
    ("results", "green"),
    [
        (["success", "success"], True),
        (["success", "skipped"], False),
        (["success", "cancelled"], False),
        (["failure", "success"], False),
    ],
)
def test_all_green_takes_success_and_nothing_else(tmp_path: Path, results: list[str], green: bool) -> None:
    assert shutil.which("jq"), "jq is not installed; GitHub's runners have it"
    needed = {f"job{number}": {"result": result, "outputs": {}} for number, result in enumerate(results)}
    assert (bash(script("ci.yml", "all-green", 0), tmp_path, NEEDED=json.dumps(needed)) == 0) == green


def test_all_green_needs_every_job() -> None:
    jobs = yaml.safe_load(WORKFLOWS["ci.yml"].read_text("utf-8"))["jobs"]
    assert sorted(jobs["all-green"]["needs"]) == sorted(set(jobs) - {"all-green"})


def test_only_a_tag_on_main_that_names_the_version_is_released(tmp_path: Path) -> None:
    check = script("release.yml", "build", "Check that the tag is on main, and names the version of the package")
    git(tmp_path, "init", "--quiet")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\nrequires = "version = \\"9.9.9\\""\n')
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Release")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    on_main = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Beside")
    beside = git(tmp_path, "rev-parse", "HEAD")
    assert bash(check, tmp_path, GITHUB_SHA=on_main, GITHUB_REF_NAME="v1.2.3") == 0
    assert bash(check, tmp_path, GITHUB_SHA=on_main, GITHUB_REF_NAME="v9.9.9") != 0
    assert bash(check, tmp_path, GITHUB_SHA=on_main, GITHUB_REF_NAME="v1.2") != 0
    assert bash(check, tmp_path, GITHUB_SHA=beside, GITHUB_REF_NAME="v1.2.3") != 0


def test_an_action_of_others_is_pinned_to_one_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS.values(), *ROOT.glob("actions/*/action.yml"), *ROOT.glob("actions/*/README.md")]:
        for action, pin in re.findall(r"uses: ([\w.-]+/[\w./-]+)@(\S+ # \S+)", path.read_text("utf-8")):
            pins.setdefault(action, set()).add(pin)
    assert "actions/checkout" in pins
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}
