"""The model: linear regression on products of the measurements, fitted epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from sklearn.linear_model import SGDRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from diabetes.data import TARGET


@dataclass(frozen=True)
class Params:
    """What can be tuned; ``params.yml`` has the values."""

    degree: int
    alpha: float
    learning_rate: float
    epochs: int

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ValueError("epochs: there is no model before the first")

    @classmethod
    def read(cls, path: Path) -> Params:
        """Read a file; raises TypeError for a name that is missing or unknown, ValueError for what cannot be."""
        return cls(**yaml.safe_load(path.read_text(encoding="utf-8")))


def fit(training: pd.DataFrame, params: Params, seed: int) -> Iterator[Pipeline]:
    """Yield the model after each epoch; the last one is the result."""
    prepare = make_pipeline(PolynomialFeatures(params.degree, include_bias=False), StandardScaler())
    regressor = SGDRegressor(alpha=params.alpha, learning_rate="constant", eta0=params.learning_rate, random_state=seed)
    features = prepare.fit_transform(training.drop(columns=TARGET))
    for _ in range(params.epochs):
        regressor.partial_fit(features, training[TARGET])
        yield make_pipeline(prepare, regressor)


def measure(model: Pipeline, testing: pd.DataFrame) -> dict[str, float]:
    """Return what the model is judged by. The target and ``rmse`` have the same unit."""
    truth, predicted = testing[TARGET], model.predict(testing.drop(columns=TARGET))
    return {
        "rmse": float(root_mean_squared_error(truth, predicted)),
        "mae": float(mean_absolute_error(truth, predicted)),
        "r2": float(r2_score(truth, predicted)),
    }
