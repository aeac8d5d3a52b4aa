"""A training logs what is needed to judge its runs and to repeat them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.entities import Run

from diabetes import data, train

PARAMS = Path(__file__).parents[1] / "params.yml"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Run]]:
    """Train with two seeds, away from any tracking server: MLflow then uses a file in the current folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
            patch.delenv(name)
        patch.chdir(tmp_path_factory.mktemp("mlflow"))
        train.main(["--params", str(PARAMS), "--seeds", "2"])
        yield mlflow.search_runs(experiment_names=[train.EXPERIMENT], output_format="list")


@pytest.fixture(scope="module")
def model(runs: list[Run]) -> Path:
    """The folder that the model was logged as."""
    return Path(mlflow.artifacts.download_artifacts(f"models:/{runs[0].outputs.model_outputs[0].model_id}"))


def test_each_seed_is_a_run_with_its_metrics_and_parameters(runs: list[Run]) -> None:
    assert {run.data.params["seed"] for run in runs} == {"0", "1"}
    for run in runs:
        assert run.info.status == "FINISHED"
        assert run.data.metrics.keys() == {"rmse", "mae", "r2"}
        assert {"degree", "alpha", "learning_rate", "epochs"} <= run.data.params.keys()


def test_all_seeds_are_measured_on_the_same_data(runs: list[Run]) -> None:
    inputs = [[(each.tags[0].value, each.dataset.digest) for each in run.inputs.dataset_inputs] for run in runs]
    assert sorted(inputs[0]) == sorted(inputs[1])
    assert {context for context, _ in inputs[0]} == {"training", "testing"}


def test_the_model_can_be_loaded_and_nothing_in_it_is_a_pickle(runs: list[Run], model: Path) -> None:
    _, testing = data.load()
    predicted = mlflow.pyfunc.load_model(str(model)).predict(testing.drop(columns=data.TARGET))
    rmse = float(((pd.Series(predicted, testing.index) - testing[data.TARGET]) ** 2).mean() ** 0.5)
    assert rmse == pytest.approx(runs[0].data.metrics["rmse"])
    files = {path.name for path in model.rglob("*")}
    assert "model.skops" in files
    assert not [name for name in files if name.endswith((".pkl", ".pickle", ".joblib"))]


def test_the_model_says_what_it_takes_and_what_it_needs(model: Path) -> None:
    signature = mlflow.models.get_model_info(str(model)).signature
    assert signature.inputs.input_names() == ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    needed = (model / "requirements.txt").read_text().split()
    assert needed == [f"{name}=={version(name)}" for name in train.NEEDED_TO_PREDICT]
