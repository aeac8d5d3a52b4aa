"""A program that trains with scikit-learn and evaluates an agent, in a checkout of the trial merge."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math

import pytest

from bot.tracking.client import Tracking
from policies.facts import Commit
from policies.metrics.runs import Column, Group, LoggedModel, Run, Signature
from tests.bot.tracking.lab import Looking, connection, group, subject
from tests.bot.tracking.program import Program, Trained


@pytest.fixture(scope="module")
def trained(program: Program) -> Trained:
    return program.wait()


@pytest.fixture(scope="module")
def looking(trained: Trained) -> Looking:
    return Looking(trained.server)


@pytest.fixture(scope="module")
def found(trained: Trained, looking: Looking) -> Group:
    """What is found for a pull request whose trial merge was trained."""
    pull = subject(merge=trained.merge)
    section = {"metrics": {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}}
    return group(asyncio.run(looking.one(pull, trained.experiment, **section)).candidate)


@pytest.fixture(scope="module")
def run(found: Group, trained: Trained) -> Run:
    return next(each for each in found.runs if each.id == trained.said["run"])


def test_runs_are_found_by_the_commit_that_was_checked_out(found: Group, trained: Trained) -> None:
    assert {each.id for each in found.runs} >= {trained.said["run"], trained.said["evaluation"]}
    assert all(each.commits == {trained.merge} for each in found.runs)


def test_the_model_is_known_by_its_name_in_the_registry(run: Run, trained: Trained) -> None:
    assert isinstance(run.model, LoggedModel)
    assert (run.model.id, run.model.name) == (trained.said["model"], "forecast")
    assert (run.model.registered, run.model.version) == (trained.registered, "1")
    assert run.model.flavors == ("python_function", "sklearn")


def test_the_signature_is_read_from_the_file_of_the_model(run: Run) -> None:
    assert isinstance(run.model, LoggedModel)
    assert run.model.signature == Signature(
        inputs=tuple(Column(name, "double") for name in ("age", "bmi", "bp")),
        outputs=(Column(None, "tensor(float64, [-1])"),),
        params=(Column("rounds", "long", required=False),),
    )


def test_the_requirements_are_read_from_the_file_of_the_model(run: Run) -> None:
    assert isinstance(run.model, LoggedModel)
    assert isinstance(run.model.requirements, tuple)
    assert any(line.startswith("scikit-learn==") for line in run.model.requirements)


def test_the_data_set_the_parameters_and_the_history_are_read(run: Run) -> None:
    assert [(each.name, each.context) for each in run.datasets] == [("diabetes", "training")]
    assert run.datasets[0].digest
    assert run.params == {"alpha": "0.1"}
    assert [point.step for point in run.history["rmse"]] == [0, 1, 2, 3]
    assert run.history["rmse"][-1].value == run.metrics["rmse"]


def test_the_evaluation_is_read_with_its_examples(found: Group, trained: Trained) -> None:
    run = next(each for each in found.runs if each.id == trained.said["evaluation"])
    assert run.metrics == trained.said["metrics"]
    assert run.evaluation is not None
    assert run.evaluation.scorers is not None
    assert run.evaluation.scorers.startswith("sha256:")
    assert run.evaluation.agent is not None
    assert run.evaluation.agent.startswith("sha256:")
    results = run.evaluation.results
    assert isinstance(results, dict)
    assert sorted(results) == ["brevity", "exact", "polite"], "a colour is no score"
    assert {len(scores) for scores in results.values()} == {5}
    examples = set(results["exact"])
    assert all(set(scores) == examples for scores in results.values())
    assert sorted(results["exact"].values()) == [0.0, 1.0, 1.0, 1.0, 1.0]
    assert sorted(results["polite"].values()) == [0.0, 1.0, 1.0, 1.0, 1.0]
    assert sum(map(math.isnan, results["brevity"].values())) == 1, "the scorer failed once"


def test_the_same_examples_have_the_same_keys_in_every_run(trained: Trained) -> None:
    client = Tracking(connection(trained.server))
    first = asyncio.run(client.examples(trained.experiment.id, trained.said["evaluation"]))
    client.close()
    assert first is not None
    keys = {hashlib.sha256(json.dumps({"question": f"q{n}"}).encode()).hexdigest()[:16] for n in range(5)}
    assert set(first["exact"]) == keys


def test_files_of_a_model_are_read_once(trained: Trained, looking: Looking, found: Group) -> None:
    def files() -> int:
        return sum(path.endswith("artifacts/files") for path in looking.counted.paths)

    pull = subject(merge=trained.merge, base_commits=(Commit(trained.merge),))
    again = asyncio.run(looking.one(pull, trained.experiment))
    assert files() == 0
    by_id = {each.id: each.model for each in group(again.candidate).runs}
    assert by_id == {each.id: each.model for each in found.runs}, "what was remembered is what was read"
    assert len(looking.counted.paths) <= 6
