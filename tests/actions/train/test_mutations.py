"""The tests of the Action fail where it is broken: each fault is put into a copy of it, which act then runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.actions.act import Act
from tests.actions.train import test_action
from tests.actions.train.test_action import Done
from tests.services.mlflow import MlflowServer

FAULTS = {
    "actions/train/action.yml": ("${{ steps.train.outputs.status }}", "${{ steps.train.outputs.state }}"),
    "actions/train/session.py": ('"github.pr": None if', '"github.pull": None if'),
    "actions/train/aftermath.py": ('status == "no-run" else self.ended.code', 'status == "no-run" else 0'),
    "actions/train/tracking.py": ('set_terminated(run.id, "KILLED")', "get_run(run.id)"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory, published: Path, mlflow: MlflowServer) -> Done:
    copy = tmp_path_factory.mktemp("broken") / "published"
    shutil.copytree(published, copy)
    for name, (old, new) in FAULTS.items():
        text = (copy / name).read_text("utf-8")
        assert old in text, f"{name} changed: the fault has to be put elsewhere"
        (copy / name).write_text(text.replace(old, new), "utf-8")
    act = Act(tmp_path_factory.mktemp("mutated"), copy, {"MLFLOW_TRACKING_URI": mlflow.url})
    return Done(act, mlflow, ("command", "slow", "failed"))


def test_an_output_that_is_not_mapped(broken: Done) -> None:
    assert broken.step("command").result == "success"
    with pytest.raises(AssertionError, match="finished"):
        test_action.test_a_command(broken)


def test_a_tag_that_is_missing(broken: Done) -> None:
    with pytest.raises(KeyError, match=r"github\.pr"):
        test_action.test_every_run_is_tagged(broken)


def test_a_failure_that_does_not_fail(broken: Done) -> None:
    assert broken.step("failed").errors != []
    with pytest.raises(AssertionError, match="success"):
        test_action.test_a_command_that_fails(broken)


def test_a_run_that_is_left_open(broken: Done) -> None:
    with pytest.raises(AssertionError):
        test_action.test_a_time_limit_leaves_no_run_open(broken)
    (run,) = broken.runs("slow").values()
    assert run.info.status == "RUNNING"
