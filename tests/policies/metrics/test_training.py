"""Which workflow trains, and what it means that it runs, has ended, or has not begun."""

from __future__ import annotations

import pytest

from policies.metrics.runs import Training, TrainingState
from policies.metrics.settings import Model
from policies.metrics.training import WorkflowRun, training_of

LINT = WorkflowRun(
    "Lint", ".github/workflows/lint.yml", "completed", "success", "https://github.com/a/b/actions/runs/1"
)
TRAIN = WorkflowRun(
    "Train", ".github/workflows/train.yml", "in_progress", None, "https://github.com/a/b/actions/runs/2"
)
FAILED = WorkflowRun("Train", ".github/workflows/train.yml", "completed", "failure")
PATHS, NAMED, SILENT = {"training": "src/**"}, {"workflow": "train.yml"}, dict[str, str]()


@pytest.mark.parametrize("said", [PATHS, NAMED, SILENT])
def test_a_run_may_come_while_a_workflow_runs(said: dict[str, str]) -> None:
    expected = Training(TrainingState.RUNNING, "Train", None, TRAIN.url)
    assert training_of(Model.model_validate(said), [LINT, TRAIN]) == expected


@pytest.mark.parametrize("name", ["Train", "train.yml", ".github/workflows/train.yml"])
def test_a_workflow_is_known_by_its_name_or_file(name: str) -> None:
    model = Model.model_validate({"workflow": [name]})
    assert training_of(model, [LINT, FAILED]).conclusion == "failure"
    assert training_of(model, [LINT]) == Training()


def test_that_something_ended_says_nothing_where_nobody_said_what_trains() -> None:
    assert training_of(Model(), [LINT, FAILED]) == Training()


def test_the_one_that_failed_explains_more_than_the_one_that_did_not() -> None:
    said = training_of(Model.model_validate(PATHS), [LINT, FAILED])
    assert (said.state, said.workflow, said.conclusion) == (TrainingState.ENDED, "Train", "failure")
    assert training_of(Model.model_validate(PATHS), [LINT]).workflow == "Lint"


def test_a_workflow_that_has_not_begun_is_waited_for_only_if_one_is_wanted() -> None:
    expected = Training(TrainingState.RUNNING)
    assert training_of(Model.model_validate(PATHS), [], early=True) == expected
    assert training_of(Model.model_validate(NAMED), [LINT], early=True) == expected
    assert training_of(Model.model_validate(PATHS), [LINT], early=True).state is TrainingState.ENDED
    assert training_of(Model(), [], early=True) == training_of(Model.model_validate(PATHS), []) == Training()
