"""The model as whoever calls it sees it, with MLflow's interface for any Python code: days in, forecasts out.

This file is logged as it stands, beside what was fitted, which Prophet writes as JSON ("models from code",
https://mlflow.org/docs/latest/ml/model/models-from-code/). An object would be pickled, and a pickle can run anything
when it is read. So it imports nothing from this repository: there is only this file where the model is served.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext
from prophet import Prophet
from prophet.serialize import model_from_json

ARTIFACT = "fitted"
COLUMNS = ["ds", "yhat"]


def forecast(fitted: Prophet, days: pd.DataFrame) -> pd.DataFrame:
    """Return the expected sales of each day, ``yhat``."""
    return fitted.predict(days)[COLUMNS]


class Forecaster(PythonModel):
    """Reads what was fitted once, and forecasts as often as it is asked."""

    def load_context(self, context: PythonModelContext) -> None:
        """Called by MLflow when the model is loaded."""
        self.fitted = model_from_json(Path(context.artifacts[ARTIFACT]).read_text(encoding="utf-8"))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Forecast the days of a table with the columns ``ds`` and ``promotion``."""
        return forecast(self.fitted, model_input)


set_model(Forecaster())
