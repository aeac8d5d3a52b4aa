"""Runs within runs: loops over seeds, searches for hyperparameters, and what the run around them says."""

from __future__ import annotations

import pytest

from policies.metrics import runs as world
from policies.metrics.comparison import Judgement
from policies.metrics.grouping import by_model
from policies.metrics.nested import MODEL_TAG, inherited
from policies.metrics.runs import Dataset, Group, Run
from policies.metrics.sample import Method
from tests.policies.metrics.build import compared, found, gate, group, row, run

STORES = Dataset("stores", "1a2b")
VALUES = (10.0, 10.1, 9.9)


def loop(prefix: str, *, around: dict[str, float] | None = None, **outer: object) -> Group:
    """Return a run around three seeds, each of which logs its own value."""
    parent = run(f"{prefix}-all", around or {}, **outer)
    inner = [
        run(f"{prefix}{seed}", {"rmse": value}, parent=parent.id, params={"seed": str(seed)})
        for seed, value in enumerate(VALUES)
    ]
    return group(parent, *inner)


def by_id(found: Group) -> dict[str, Run]:
    return {each.id: each for each in found.runs}


@pytest.mark.parametrize("around", [{}, {"rmse": 10.0}, {"seconds": 3.0}])
def test_the_seeds_count_and_not_the_run_around_them(around: dict[str, float]) -> None:
    """Whether that logs nothing, or the mean, or something that nobody judges."""
    said = compared(loop("c", around=around), loop("b", around=around))
    assert row(said).method is Method.EXACT, "three shared seeds with the same values"
    assert isinstance(said.candidate, Group)
    assert [each.id for each in said.candidate.runs] == ["c0", "c1", "c2"]


def test_the_trials_of_a_search_do_not_count() -> None:
    best = run("best", {"rmse": 9.0})
    trials = [
        run(f"t{n}", {"rmse": 9.0 + n}, parent="best", params={"depth": str(n), "seed": str(n)}) for n in range(3)
    ]
    said = row(compared(group(best, *trials), group(run("b", {"rmse": 9.0}))))
    assert said.candidate is not None
    assert said.candidate.values == (9.0,)


def test_a_search_for_each_seed_counts_once_a_seed() -> None:
    searches = [
        run(f"s{seed}", {"rmse": 9.0 + seed / 10}, params={"seed": str(seed)}, parent="all") for seed in range(3)
    ]
    trials = [
        run(f"t{seed}{n}", {"rmse": 20.0}, parent=f"s{seed}", params={"depth": str(n)})
        for seed in range(3)
        for n in (1, 2)
    ]
    said = row(compared(group(run("all", {}), *searches, *trials), group(run("b", {"rmse": 9.0}))))
    assert said.candidate is not None
    assert said.candidate.values == (9.0, 9.1, 9.2)


def test_nested_runs_have_what_the_run_around_them_says() -> None:
    outer = loop("c", params={"alpha": "0.1", "seed": "7"}, datasets=(STORES,), model=world.LoggedModel("m-1"))
    inner = by_id(inherited(outer))["c1"]
    assert inner.params == {"alpha": "0.1", "seed": "1"}
    assert inner.datasets == (STORES,)
    assert inner.model == world.LoggedModel("m-1")


def test_a_data_set_that_only_the_run_around_names_is_compared() -> None:
    said = compared(loop("c", datasets=(Dataset("stores", "9f8e"),)), loop("b", datasets=(STORES,)))
    assert row(said).judgement is Judgement.INCOMPARABLE


@pytest.mark.parametrize("outside", [True, False])
def test_runs_within_and_around_are_about_one_model(outside: bool) -> None:
    """Whether the run around registers the model or one of those within."""
    seeds, registered = loop("c"), world.LoggedModel("m-1", registered="sales-forecast")
    runs = [Run(each.id, each.experiment, metrics=each.metrics, parent=each.parent) for each in seeds.runs]
    place = 0 if outside else 2
    runs[place] = Run(**{**{name: getattr(runs[place], name) for name in Run.__slots__}, "model": registered})
    (only,) = by_model([found(group(*runs))])
    assert isinstance(only.candidate, Group)
    assert len(only.candidate.runs) == 4


def test_a_run_around_two_models_is_about_neither() -> None:
    inner = [run(name, {"rmse": 1.0}, parent="all", tags={MODEL_TAG: name}) for name in ("north", "south")]
    assert MODEL_TAG not in by_id(inherited(group(run("all", {}), *inner)))["all"].tags


def test_runs_that_are_nested_in_a_circle_have_an_end() -> None:
    circle = group(run("a", {"rmse": 1.0}, parent="b"), run("b", {"rmse": 1.0}, parent="a"), run("c", {}, parent="c"))
    assert len(inherited(circle).runs) == 3
    assert compared(circle, circle, {"rmse": gate()}).name == "sales"
