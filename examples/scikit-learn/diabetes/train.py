"""Trains the model once for each seed, and logs to MLflow all that is needed to judge a run and to repeat it.

    python -m diabetes.train --seeds 3

Where the runs go is for the environment to say: MLFLOW_TRACKING_URI and MLFLOW_EXPERIMENT_NAME.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.pipeline import Pipeline

from diabetes import data
from diabetes.model import Params, fit, measure

EXPERIMENT = "diabetes"

NEEDED_TO_PREDICT = ("mlflow", "pandas", "scikit-learn", "skops")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and print the result of each run."""
    parser = argparse.ArgumentParser(prog="diabetes.train", description="Train the model once for each seed.")
    parser.add_argument("--params", type=Path, default=Path("params.yml"), help="what can be tuned (%(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="number of runs, with the seeds 0, 1, … (%(default)s)")
    asked = parser.parse_args(arguments)
    params = Params.read(asked.params)
    training, testing = data.load()
    choose_experiment()
    for seed in range(asked.seeds):
        metrics = train(params, seed, training, testing)
        print(f"seed {seed}: " + ", ".join(f"{name} {value:.4g}" for name, value in metrics.items()))


def choose_experiment() -> None:
    """Use our experiment, unless whoever started us has chosen one; `mlflow run` has begun a run in it, too."""
    if not os.environ.keys() & {"MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"}:
        mlflow.set_experiment(EXPERIMENT)


def train(params: Params, seed: int, training: pd.DataFrame, testing: pd.DataFrame) -> dict[str, float]:
    """Log one run and return its metrics."""
    with mlflow.start_run(run_name=f"seed {seed}"):
        mlflow.log_params({**asdict(params), "seed": seed})
        for context, frame in (("training", training), ("testing", testing)):
            mlflow.log_input(mlflow.data.from_pandas(frame, name=data.NAME, targets=data.TARGET), context=context)
        for epoch, model in enumerate(fit(training, params, seed), start=1):
            metrics = measure(model, testing)
            mlflow.log_metrics(metrics, step=epoch)
        log_model(model, training.drop(columns=data.TARGET))
    return metrics


def log_model(model: Pipeline, features: pd.DataFrame) -> None:
    """Log the model with its signature and the versions that it was made with.

    skops writes data and nothing that is executed when it is read, as pickle and joblib do. It is MLflow's default
    for scikit-learn outside Databricks; it is named here so that it stays.
    """
    mlflow.sklearn.log_model(
        model,
        name="model",
        serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_SKOPS,
        signature=infer_signature(features, model.predict(features)),
        pip_requirements=[f"{name}=={version(name)}" for name in NEEDED_TO_PREDICT],
    )


if __name__ == "__main__":
    main()
