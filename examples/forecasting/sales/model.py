"""How the forecast is fitted, and how well it would have done in the past."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from prophet import Prophet
from prophet.diagnostics import cross_validation, performance_metrics

logging.getLogger("cmdstanpy").addHandler(logging.StreamHandler())  # with none, it tells of each fit
logging.getLogger("cmdstanpy").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Params:
    """What can be tuned; ``params.yml`` has the values."""

    seasonality_mode: str
    changepoint_prior_scale: float
    seasonality_prior_scale: float
    promotion: bool

    @classmethod
    def read(cls, path: Path) -> Params:
        """Read a file; raises TypeError for a name that is missing or unknown."""
        return cls(**yaml.safe_load(path.read_text(encoding="utf-8")))


def fit(history: pd.DataFrame, params: Params) -> Prophet:
    """Fit the model to daily sales."""
    model = Prophet(
        seasonality_mode=params.seasonality_mode,
        changepoint_prior_scale=params.changepoint_prior_scale,
        seasonality_prior_scale=params.seasonality_prior_scale,
        daily_seasonality=False,
        uncertainty_samples=0,  # bounds would be drawn by chance
    )
    if params.promotion:
        model.add_regressor("promotion")
    return model.fit(history)


def backtest(model: Prophet, horizon: int) -> pd.DataFrame:
    """Forecast from several days of the past as if the days after them were not known yet; a row for each forecast."""
    return cross_validation(model, initial="730 days", period="45 days", horizon=f"{horizon} days", disable_tqdm=True)


def measure(forecasts: pd.DataFrame) -> dict[str, float]:
    """Return what the model is judged by; ``rmse`` is in the currency of the sales."""
    row = performance_metrics(forecasts, metrics=["rmse", "mape"], rolling_window=1).iloc[-1]
    return {name: float(row[name]) for name in ("rmse", "mape")}


def rmse_by_day(forecasts: pd.DataFrame) -> dict[int, float]:
    """Return how the error grows with the number of days that are looked ahead."""
    table = performance_metrics(forecasts, metrics=["rmse"], rolling_window=0)
    return {row.horizon.days: float(row.rmse) for row in table.itertuples()}
