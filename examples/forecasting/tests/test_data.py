"""The generator makes the same days for everybody, and days as a store has them."""

from __future__ import annotations

from sales import data

HISTORY = data.load()


def test_it_makes_the_same_days_again() -> None:
    assert HISTORY.equals(data.load())


def test_every_day_is_there_once_with_its_sales() -> None:
    assert len(HISTORY) == 3 * 365
    assert (HISTORY["ds"].diff().dropna().dt.days == 1).all()
    assert (HISTORY["y"] > 0).all()
    assert HISTORY["promotion"].between(0, 0.4).all()


def test_saturdays_offers_and_growth_show() -> None:
    by_weekday = HISTORY.groupby(HISTORY["ds"].dt.day_name())["y"].mean()
    assert by_weekday.idxmax() == "Saturday"
    assert by_weekday.idxmin() == "Sunday"
    on_offer = HISTORY["promotion"] > 0
    assert HISTORY.loc[on_offer, "y"].mean() > HISTORY.loc[~on_offer, "y"].mean()
    by_year = HISTORY.groupby(HISTORY["ds"].dt.year)["y"].mean()
    assert by_year.is_monotonic_increasing
