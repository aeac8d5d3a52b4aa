"""The examples do what their READMEs promise: lint, tests and training pass, and a worse model is blocked."""

from __future__ import annotations

import json
from typing import Any

from tests.examples.shelf import Example


def outcomes(trial: Any, change: str) -> dict[str, str]:
    return {entry["rule"]: entry["outcome"] for entry in trial["judged"][change]["rules"]}


def test_the_workflow_lints_tests_and_trains(example: Example, trial: Any) -> None:
    workflow = trial["workflow"]
    assert workflow["code"] == 0, workflow["log"]
    assert workflow["jobs"] == ["success", "success"], workflow["log"]
    lint, test, train = (workflow["steps"][name] for name in ("lint", "test", "train"))
    assert (lint["outputs"]["errors"], lint["outputs"]["warnings"]) == ("0", "0")
    assert int(test["outputs"]["passed"]) >= 15
    assert {test["outputs"][name] for name in ("failed", "errors", "skipped")} == {"0"}
    assert train["outputs"]["status"] == "finished"
    assert train["outputs"]["head-sha"] == trial["commits"]["base"]
    assert len(json.loads(train["outputs"]["run-ids"])) == example.runs
    assert json.loads(train["outputs"]["metrics"])["rmse"] > 0
    assert "rmse" in train["summary"]


def test_the_workflow_runs_the_mlproject(trial: Any) -> None:
    main = trial["workflow"]["steps"]["train"]["outputs"]["run-id"]
    (run,) = [run for run in trial["runs"] if run["info"]["run_id"] == main]
    assert run["data"]["tags"]["mlflow.source.type"] == "PROJECT"
    assert run["data"]["tags"]["mlflow.project.entryPoint"] == "main"


def test_a_training_without_a_workflow_passes(trial: Any) -> None:
    for code, said in trial["trainings"].values():
        assert code == 0, said
        assert "rmse" in said


def test_every_run_says_what_is_asked_of_it(example: Example, trial: Any) -> None:
    by_commit: dict[str, list[Any]] = {}
    for run in trial["runs"]:
        by_commit.setdefault(run["data"]["tags"]["mlflow.source.git.commit"], []).append(run)
    assert by_commit.keys() == set(trial["commits"].values())
    assert {len(runs) for runs in by_commit.values()} == {example.runs}
    for run in trial["runs"]:
        assert run["info"]["status"] == "FINISHED"
        assert run["data"]["params"]
        assert run["inputs"]["dataset_inputs"]
        assert len(run["outputs"]["model_outputs"]) == 1


def test_seeds_differ_and_are_named(example: Example, trial: Any) -> None:
    base = [run for run in trial["runs"] if run["data"]["tags"].get("github.head_sha") == trial["commits"]["base"]]
    seeds = {run["data"]["params"].get("seed") for run in base}
    assert len(base) == len(seeds) == len({run["data"]["metrics"]["rmse"] for run in base}) == example.runs


def test_a_better_model_may_be_merged(trial: Any) -> None:
    assert (trial["judged"]["better"]["code"], trial["judged"]["better"]["verdict"]) == (0, "pass")
    said = outcomes(trial, "better")
    for rule in ("metric-regression", "missing-metric", "incomparable-run", "unreproducible-run", "signature-change"):
        assert said[rule] == "pass", rule


def test_a_worse_model_is_blocked(trial: Any) -> None:
    assert (trial["judged"]["worse"]["code"], trial["judged"]["worse"]["verdict"]) == (1, "fail")
    assert [rule for rule, outcome in outcomes(trial, "worse").items() if outcome == "fail"] == ["metric-regression"]


def test_the_limit_of_the_forecast_is_judged(example: Example, trial: Any) -> None:
    limits = {"scikit-learn": "skip", "forecasting": "pass"}
    assert outcomes(trial, "better")["metric-below-floor"] == limits[example.name]


def test_a_training_leaves_nothing_behind_where_there_is_a_server(trial: Any) -> None:
    assert trial["untidy"] == []
