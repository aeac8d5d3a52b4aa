"""The model learns, and the same seed gives the same model."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.pipeline import Pipeline

from diabetes import data
from diabetes.model import Params, fit, measure

PARAMS = Params.read(Path(__file__).parents[1] / "params.yml")
TRAINING, TESTING = data.load()


def trained(seed: int) -> Pipeline:
    *_, model = fit(TRAINING, PARAMS, seed)
    return model


def test_no_row_is_both_trained_on_and_tested_on() -> None:
    assert not set(TRAINING.index) & set(TESTING.index)


def test_it_is_better_than_guessing_the_mean() -> None:
    metrics = measure(trained(seed=0), TESTING)
    assert metrics["rmse"] < 0.9 * TESTING[data.TARGET].std()
    assert metrics["mae"] < metrics["rmse"]
    assert metrics["r2"] > 0.2


def test_a_seed_gives_the_same_model_again_and_another_seed_another() -> None:
    features = TESTING.drop(columns=data.TARGET)
    first, again, other = (trained(seed).predict(features) for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ("degre: 2\nalpha: 1.0\nlearning_rate: 0.001\nepochs: 1\n", TypeError),
        ("degree: 2\nalpha: 1.0\nlearning_rate: 0.001\nepochs: 0\n", ValueError),
    ],
)
def test_params_that_are_wrong_are_refused(tmp_path: Path, params: str, error: type[Exception]) -> None:
    file = tmp_path / "params.yml"
    file.write_text(params)
    with pytest.raises(error, match="degre|epochs"):
        Params.read(file)
