"""The data set: three years of one store's daily sales, made by a generator, so that nothing is downloaded.

It grows, has good and bad weekdays and seasons, and sells more the more of its goods are on offer. The same seed makes
the same days. A team puts the query for its own sales here.
"""

from __future__ import annotations

import math
import random

import pandas as pd

NAME = "store-sales"
TARGET = "y"

SEED = 2024
WEEKDAYS = (0.94, 0.9, 0.93, 1.0, 1.17, 1.38, 0.68)
"""Share of an average day's sales, from Monday on."""


def load(years: int = 3) -> pd.DataFrame:
    """Return a row for each day: the date ``ds``, the sales ``y``, and ``promotion``, the share of goods on offer."""
    chance = random.Random(SEED)
    days = pd.date_range("2022-01-01", periods=365 * years)
    return pd.DataFrame([_sold(day, age, chance) for age, day in enumerate(days)])


def _sold(day: pd.Timestamp, age: int, chance: random.Random) -> dict[str, pd.Timestamp | float]:
    offers = round(chance.uniform(0.1, 0.4), 2) if chance.random() < 0.2 else 0.0
    level = 4_000 + 500 * age / 365
    season = 1 + 0.12 * math.cos(2 * math.pi * (day.day_of_year - 350) / 365)  # best in December
    sales = level * WEEKDAYS[day.weekday()] * season * (1 + 0.8 * offers) * chance.gauss(1, 0.06)
    return {"ds": day, TARGET: round(sales, 2), "promotion": offers}
