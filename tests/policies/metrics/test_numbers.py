"""As many digits as the spread justifies, and never a number that says something else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.metrics.numbers import decimals, decimals_of, number, percent, signed
from policies.words import metrics as words
from tests.policies.metrics.build import compared, row, seeds


@pytest.mark.parametrize(
    ("scales", "values", "expected"),
    [
        ((0.21,), (12.3456,), 2),
        ((0.0032,), (0.91,), 4),
        ((21.0,), (12345.6,), 0),
        ((340.0,), (12345.6,), -1),
        ((0.5, 0.004), (1.0,), 4),
        ((), (12.3456,), 2),
        ((0.0, math.nan, math.inf), (0.00123456,), 6),
        ((), (123456.7,), -2),
        ((), (0.0,), 0),
        ((), (), 0),
    ],
)
def test_where_numbers_are_rounded(scales: tuple[float, ...], values: tuple[float, ...], expected: int) -> None:
    assert decimals(scales, values) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "now", "before"),
    [
        ((12.31, 12.44, 12.28), (11.87, 11.91, 11.80), "12.343 ± 0.085", "11.860 ± 0.056"),
        ((0.871,), (0.912, 0.908, 0.915), "0.8710", "0.9117 ± 0.0035"),
        ((12.4,), (11.9,), "12.40", "11.90"),
        ((100.0,), (100.002,), "100.0000", "100.0020"),
        ((1234567.0, 1200000.0, 1300000.0), (1100000.0,), "1245000 ± 51000", "1100000"),
        ((math.nan,), (1.0,), "NaN", "1.000"),
        ((2.5e-12,), (2.0e-12,), "2.500e-12", "2.000e-12"),
        ((3.0e20,), (2.0e20,), "3.000e+20", "2.000e+20"),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), "0 ± 0", "0 ± 0"),
    ],
)
def test_both_sides_have_as_many_digits_as_the_greater_spread_justifies(
    ours: tuple[float, ...], theirs: tuple[float, ...], now: str, before: str
) -> None:
    said = row(compared(seeds(ours), seeds(theirs, "b"), {}))
    assert said.candidate is not None
    assert said.baseline is not None
    places = decimals_of(said)
    assert [words.value(each, places).plain() for each in (said.candidate, said.baseline)] == [now, before]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.041, "+4.1 %"),
        (-0.041, "-4.1 %"),
        (0.00012, "+0.012 %"),
        (1.5, "+150.0 %"),
        (0.0, "0 %"),
        (-1e-9, "0.0000 %"),
        (math.inf, "+∞ %"),
        (math.nan, "NaN %"),
    ],
)
def test_shares(share: float, expected: str) -> None:
    assert percent(share) == expected


def test_nothing_is_hidden() -> None:
    assert [number(each, 2) for each in (math.nan, math.inf, -math.inf)] == ["NaN", "∞", "-∞"]


@given(st.floats(), st.integers(-15, 12))
def test_no_sign_is_lost_and_none_is_made_up(value: float, places: int) -> None:
    text = signed(value, places)
    if text.startswith("+"):
        assert value > 0
    if text.startswith("-"):
        assert value < 0
        assert set(text) & set("123456789∞"), "there is no -0"


@given(st.floats(-1e12, 1e12), st.integers(-3, 9))
def test_a_number_is_what_it_was_but_for_rounding(value: float, places: int) -> None:
    assert float(number(value, places)) == pytest.approx(value, abs=0.51 * 10.0**-places, rel=1e-3)
