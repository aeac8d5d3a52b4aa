"""A training logs what is needed to judge its run and to repeat it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import mlflow
import pytest
from mlflow.entities import Run

from sales import data, train

PARAMS = Path(__file__).parents[1] / "params.yml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Train away from any tracking server: MLflow then uses a file in the current folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
            patch.delenv(name)
        patch.chdir(tmp_path_factory.mktemp("mlflow"))
        train.main(["--params", str(PARAMS), "--horizon", "14"])
        (run,) = mlflow.search_runs(experiment_names=[train.EXPERIMENT], output_format="list")
        yield run


@pytest.fixture(scope="module")
def model(run: Run) -> Path:
    """The folder that the model was logged as."""
    return Path(mlflow.artifacts.download_artifacts(f"models:/{run.outputs.model_outputs[0].model_id}"))


def test_metrics_parameters_and_data_are_logged(run: Run) -> None:
    assert run.info.status == "FINISHED"
    assert {"rmse", "mape"} <= run.data.metrics.keys()
    assert {"seasonality_mode", "changepoint_prior_scale", "horizon"} <= run.data.params.keys()
    (logged,) = run.inputs.dataset_inputs
    assert (logged.dataset.name, logged.tags[0].value) == (data.NAME, "training")


def test_the_error_is_drawn_by_day(run: Run) -> None:
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "rmse_by_day")
    assert [point.step for point in history] == list(range(1, 15))


def test_the_model_can_be_loaded_and_nothing_in_it_is_a_pickle(model: Path) -> None:
    days = data.load().tail(7)
    told = mlflow.pyfunc.load_model(str(model)).predict(days.drop(columns=data.TARGET))
    assert (told["ds"].to_numpy() == days["ds"].to_numpy()).all()
    assert (abs(told["yhat"].to_numpy() / days[data.TARGET].to_numpy() - 1) < 0.5).all()
    files = {path.name for path in model.rglob("*")}
    assert {"fitted.json", "forecaster.py"} <= files
    assert not [name for name in files if name.endswith((".pkl", ".pickle", ".joblib"))]


def test_the_model_says_what_it_takes_and_what_it_needs(model: Path) -> None:
    signature = mlflow.models.get_model_info(str(model)).signature
    assert signature.inputs.input_names() == ["ds", "promotion"]
    assert signature.outputs.input_names() == ["ds", "yhat"]
    needed = (model / "requirements.txt").read_text().split()
    assert needed == [f"{name}=={version(name)}" for name in train.NEEDED_TO_PREDICT]
