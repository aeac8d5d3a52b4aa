"""The section of the policy: what holds for each of several models, and that an organisation's is not loosened."""

from __future__ import annotations

import pytest

from policies.config import ConfigErrors, read
from policies.config.mlflow import UNNAMED, MlflowSection
from tests.policies.fixtures import config_of


def section(text: str) -> MlflowSection:
    mlflow = config_of(text.encode()).mlflow
    assert mlflow is not None
    return mlflow


def test_one_model_is_called_like_its_first_experiment() -> None:
    assert list(section("mlflow: {experiment: [sales, sales-old]}").each()) == ["sales"]
    assert list(section("mlflow: {metrics: {}}").each()) == [UNNAMED]


SEVERAL = """
mlflow:
  baseline: release
  training: [src/**]
  inconclusive: error
  metrics: {duration_s: {goal: minimize}, rmse: {goal: minimize, tolerance: 2%, gate: true}}
  models:
    sales: {experiment: [x, y], metrics: {rmse: {goal: minimize, tolerance: 5%, gate: true}}}
    churn: {training: churn/**, baseline: target, environment: []}
"""


def test_what_stands_beside_the_models_holds_for_each() -> None:
    models = section(SEVERAL).each()
    assert list(models) == ["sales", "churn"]
    sales, churn = models["sales"], models["churn"]
    assert (sales.experiment, churn.experiment) == (("x", "y"), ("churn",))
    assert sales.baseline is not None
    assert churn.baseline is not None
    assert (sales.baseline.branch, churn.baseline.branch) == ("release", "target")
    assert (sales.training, churn.training) == (("src/**",), ("churn/**",))
    assert (sales.environment, churn.environment) == (("requirements.txt",), ())
    assert sales.inconclusive == churn.inconclusive == "error"
    assert list(sales.metrics) == list(churn.metrics) == ["duration_s", "rmse"]
    tolerances = [model.metrics["rmse"].tolerance for model in (sales, churn)]
    assert [tolerance.relative for tolerance in tolerances if tolerance] == [0.05, 0.02]


def test_an_experiment_beside_the_models_is_that_of_those_that_name_none() -> None:
    models = section("mlflow: {experiment: shared, models: {a: {}, b: {experiment: own}}}").each()
    assert [model.experiment for model in models.values()] == [("shared",), ("own",)]


@pytest.mark.parametrize("paths", [["src/x/a.py"], ["README.md", "src/a.py"], ["MLproject"]])
def test_what_training_depends_on(paths: list[str]) -> None:
    model = section("mlflow: {training: [src/**, MLproject]}")
    assert model.depends_on(paths)
    assert not model.depends_on(["README.md", "srcs/a.py", "x/MLproject"])


@pytest.mark.parametrize("key", ["when_missing: pass", "inconclusive: warning", "single_run: warning"])
def test_what_an_organisation_says_of_noise_stays(key: str) -> None:
    organisation = config_of(b"mlflow: {when_missing: error, inconclusive: error, single_run: error}")
    assert isinstance(read(f"mlflow: {{{key}}}".encode(), organisation), ConfigErrors)


@pytest.mark.parametrize("key", ["when_missing: never", "inconclusive: pass", "single_run: off", "environment: {a: b}"])
def test_words_that_mean_nothing_are_refused(key: str) -> None:
    assert isinstance(read(f"mlflow: {{{key}}}".encode()), ConfigErrors)
