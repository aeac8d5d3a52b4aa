"""Forecasts the daily sales of a store by ridge regression: a trend, and what a day is in the calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import mlflow.data.pandas_dataset
import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types
from mlflow.models import infer_signature
from sklearn.compose import make_column_transformer  # type: ignore[import-untyped]  # likewise scikit-learn
from sklearn.linear_model import Ridge  # type: ignore[import-untyped]  # likewise
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]  # likewise
from sklearn.preprocessing import OneHotEncoder  # type: ignore[import-untyped]  # likewise

CALENDAR = ("month",)
HORIZON, CUTOFFS = 14, 6
"""How many days ahead is forecast, and from how many days on, to measure the error."""

HERE = Path(__file__).parent


def inputs(table: Any) -> Any:
    """Return what callers know of the days that they want to have forecast."""
    date = pd.to_datetime(table["date"]).dt
    known = {"day": table.index, "quarter": date.quarter, "month": date.month, "weekday": date.day_of_week}
    return pd.DataFrame(known, dtype=float)


def main() -> None:
    table = pd.read_csv(HERE / "sales.csv", dtype={"sales": float})
    days, sold = inputs(table), table["sales"]
    encoded = make_column_transformer(("passthrough", ["day"]), (OneHotEncoder(), list(CALENDAR)))
    model = make_pipeline(encoded, Ridge())
    mlflow.set_experiment("sales")
    with mlflow.start_run():
        mlflow.log_input(mlflow.data.pandas_dataset.from_pandas(table, name="sales"), context="training")
        mlflow.log_param("calendar", ", ".join(CALENDAR) or "nothing")
        errors: list[float] = []
        for step, cutoff in enumerate(range(len(table) - 2 * HORIZON * CUTOFFS, len(table), 2 * HORIZON)):
            ahead = slice(cutoff, cutoff + HORIZON)
            forecast = model.fit(days[:cutoff], sold[:cutoff]).predict(days[ahead])
            errors += [*(forecast - sold[ahead]) ** 2]
            mlflow.log_metric("rmse", float(np.mean(errors) ** 0.5), step=step)
        signature = infer_signature(days, model.fit(days, sold).predict(days))
        requirements = str(HERE.parent / "requirements.txt")
        mlflow.sklearn.log_model(model, name="sales", signature=signature, pip_requirements=requirements)


if __name__ == "__main__":
    main()
