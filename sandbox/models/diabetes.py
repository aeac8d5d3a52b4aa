"""Predicts how diabetes will progress within a year, on the data that comes with scikit-learn, by a random forest."""

from __future__ import annotations

from pathlib import Path

import mlflow
import mlflow.data.pandas_dataset
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes  # type: ignore[import-untyped]  # scikit-learn ships no types
from sklearn.ensemble import RandomForestRegressor  # type: ignore[import-untyped]  # likewise
from sklearn.metrics import root_mean_squared_error  # type: ignore[import-untyped]  # likewise
from sklearn.model_selection import train_test_split  # type: ignore[import-untyped]  # likewise

TREES = 40
SEEDS = range(5)
REQUIREMENTS = str(Path(__file__).parents[1] / "requirements.txt")


def main() -> None:
    data = load_diabetes(as_frame=True)
    dataset = mlflow.data.pandas_dataset.from_pandas(data.frame, name="diabetes")
    mlflow.set_experiment("diabetes")
    for seed in SEEDS:
        with mlflow.start_run():
            mlflow.log_input(dataset, context="training")
            mlflow.log_params({"trees": TREES, "seed": seed})
            known, unknown, progress, outcome = train_test_split(data.data, data.target, random_state=seed)
            model = RandomForestRegressor(TREES, random_state=seed).fit(known, progress)
            forecast = model.predict(unknown)
            mlflow.log_metric("rmse", root_mean_squared_error(outcome, forecast))
            signature = infer_signature(unknown, forecast)
            mlflow.sklearn.log_model(
                model,
                name="diabetes",
                signature=signature,
                pip_requirements=REQUIREMENTS,
                skops_trusted_types=["sklearn.tree._tree.Tree"],
            )


if __name__ == "__main__":
    main()
