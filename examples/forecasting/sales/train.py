"""Fits the forecast, measures it by cross-validation, and logs all that is needed to judge the run and to repeat it.

    python -m sales.train

Where the run goes is for the environment to say: MLFLOW_TRACKING_URI and MLFLOW_EXPERIMENT_NAME.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from prophet import Prophet
from prophet.serialize import model_to_json

from sales import data, forecaster
from sales.model import Params, backtest, fit, measure, rmse_by_day

EXPERIMENT = "sales-forecast"

NEEDED_TO_PREDICT = ("mlflow", "pandas", "prophet")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and print the result."""
    parser = argparse.ArgumentParser(prog="sales.train", description="Fit and measure the forecast.")
    parser.add_argument("--params", type=Path, default=Path("params.yml"), help="what can be tuned (%(default)s)")
    parser.add_argument("--horizon", type=int, default=30, help="days to look ahead (%(default)s)")
    asked = parser.parse_args(arguments)
    choose_experiment()
    metrics = train(Params.read(asked.params), asked.horizon)
    print(", ".join(f"{name} {value:.4g}" for name, value in metrics.items()))


def choose_experiment() -> None:
    """Use our experiment, unless whoever started us has chosen one; `mlflow run` has begun a run in it, too."""
    if not os.environ.keys() & {"MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"}:
        mlflow.set_experiment(EXPERIMENT)


def train(params: Params, horizon: int) -> dict[str, float]:
    """Log one run and return its metrics."""
    history = data.load()
    with mlflow.start_run():
        mlflow.log_params({**asdict(params), "horizon": horizon})
        mlflow.log_input(mlflow.data.from_pandas(history, name=data.NAME, targets=data.TARGET), context="training")
        model = fit(history, params)
        forecasts = backtest(model, horizon)
        metrics = measure(forecasts)
        mlflow.log_metrics(metrics)
        for day, rmse in rmse_by_day(forecasts).items():
            mlflow.log_metric("rmse_by_day", rmse, step=day)
        log_model(model, history.drop(columns=data.TARGET))
    return metrics


def log_model(model: Prophet, days: pd.DataFrame) -> None:
    """Log the model with its signature and the versions that it was made with; nothing in it is a pickle."""
    with TemporaryDirectory() as folder:
        fitted = Path(folder) / "fitted.json"
        fitted.write_text(model_to_json(model), encoding="utf-8")
        mlflow.pyfunc.log_model(
            name="model",
            python_model=forecaster.__file__,
            artifacts={forecaster.ARTIFACT: str(fitted)},
            signature=infer_signature(days, forecaster.forecast(model, days)),
            input_example=days.tail(3),
            pip_requirements=[f"{name}=={version(name)}" for name in NEEDED_TO_PREDICT],
        )


if __name__ == "__main__":
    main()
