"""The forecast is better than repeating last week, and is measured only on days that it had not seen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sales import data
from sales.forecaster import COLUMNS, forecast
from sales.model import Params, backtest, fit, measure, rmse_by_day

PARAMS = Params.read(Path(__file__).parents[1] / "params.yml")
HISTORY = data.load()
HORIZON = 30


@pytest.fixture(scope="module")
def forecasts() -> pd.DataFrame:
    return backtest(fit(HISTORY, PARAMS), HORIZON)


def test_it_looks_ahead_from_several_days_and_never_back(forecasts: pd.DataFrame) -> None:
    ahead = (forecasts["ds"] - forecasts["cutoff"]).dt.days
    assert forecasts["cutoff"].nunique() >= 5
    assert (ahead.min(), ahead.max()) == (1, HORIZON)


def test_it_is_better_than_repeating_the_last_known_week(forecasts: pd.DataFrame) -> None:
    sales = HISTORY.set_index("ds")["y"]
    weeks = -(-(forecasts["ds"] - forecasts["cutoff"]).dt.days // 7)
    last_week = sales.loc[forecasts["ds"] - pd.to_timedelta(7 * weeks, unit="D")].to_numpy()
    naive = ((forecasts["y"] - last_week) ** 2).mean() ** 0.5
    assert measure(forecasts)["rmse"] < 0.7 * naive


def test_rmse_is_the_error_over_all_days(forecasts: pd.DataFrame) -> None:
    squares = (forecasts["y"] - forecasts["yhat"]) ** 2
    assert measure(forecasts)["rmse"] == pytest.approx(squares.mean() ** 0.5)
    by_day = rmse_by_day(forecasts)
    assert sorted(by_day) == list(range(1, HORIZON + 1))
    assert min(by_day.values()) <= squares.mean() ** 0.5 <= max(by_day.values())


def test_offers_are_expected_to_sell_more() -> None:
    day = HISTORY.tail(1).drop(columns=data.TARGET)
    model = fit(HISTORY, PARAMS)
    without, on_offer = (forecast(model, day.assign(promotion=share)) for share in (0.0, 0.4))
    assert list(without.columns) == COLUMNS
    assert on_offer["yhat"].item() > 1.2 * without["yhat"].item()


def test_params_that_are_misspelt_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "params.yml"
    file.write_text("seasonality: additive\n")
    with pytest.raises(TypeError, match="seasonality"):
        Params.read(file)
