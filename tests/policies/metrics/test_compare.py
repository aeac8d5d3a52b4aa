"""Runs held against a baseline: which count, what is judged, what is never passed."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.facts import Absent
from policies.metrics import runs as world
from policies.metrics.compare import comparisons
from policies.metrics.comparison import Judgement
from policies.metrics.runs import Dataset, Group
from policies.metrics.sample import Method
from policies.metrics.settings import Metric
from tests.policies.metrics.build import BLIND, compared, found, gate, group, row, run, seeds, target
from tests.policies.metrics.strategies import METRICS, MODEL_RUNS

STORES, OTHER = Dataset("stores", "1a2b"), Dataset("stores", "9f8e")


def test_a_metric_is_judged_by_the_mean_of_its_runs() -> None:
    said = row(compared(seeds([10.0, 10.1, 9.9]), seeds([10.05, 10.0, 9.95])))
    assert said.judgement is Judgement.PASS
    assert said.method is Method.WELCH
    assert said.candidate is not None
    assert said.candidate.mean == pytest.approx(10.0)
    assert said.margin == pytest.approx(0.2)
    assert said.relative == pytest.approx(0.0, abs=1e-12)


def test_which_way_is_better_is_the_policys_word() -> None:
    for goal, judgement in (("minimize", Judgement.FAIL), ("maximize", Judgement.PASS)):
        said = row(compared(seeds([12.0]), seeds([10.0]), {"rmse": gate(goal)}))
        assert said.judgement is judgement
        assert said.gain == (-2.0 if goal == "minimize" else 2.0)
        assert said.difference == 2.0


def test_the_experiment_says_what_is_first_where_the_policy_says_nothing() -> None:
    runs = group(run("c", {"acc": 0.9, "mae": 1.0, "loss": 0.1}))
    named = found(runs, seeds([1.0], "b", "loss"), {}, primary=world.PrimaryMetric("loss", greater_is_better=False))
    (said,) = comparisons((named,))
    first = said.against[0].metrics[0]
    assert (first.name, first.metric, first.gated) == ("loss", Metric(goal="minimize"), False)
    assert first.gain == pytest.approx(0.9)
    assert [each.name for each in said.against[0].metrics] == ["loss", "acc", "mae"]


def test_the_policy_is_right_where_both_say_something() -> None:
    primary = world.PrimaryMetric("rmse", greater_is_better=True)
    said = compared(seeds([1.0]), seeds([1.1]), {"rmse": gate("minimize")}, primary=primary)
    assert row(said).gain == pytest.approx(0.1)


def test_a_metric_of_which_nobody_says_which_way_is_better_is_only_shown() -> None:
    said = row(compared(seeds([1.0]), seeds([2.0]), {}, primary=world.PrimaryMetric("rmse")))
    assert said.judgement is Judgement.SHOWN
    assert said.gain is None
    assert said.difference == -1.0


def test_gated_metrics_come_first_then_those_that_the_policy_names() -> None:
    metrics = {"z": Metric(goal="minimize"), "b": gate(), "y": Metric(goal="minimize"), "a": gate()}
    runs = group(run("c", dict.fromkeys("abcyz", 1.0)))
    said = compared(runs, runs, metrics)
    assert [each.name for each in said.against[0].metrics] == ["b", "a", "z", "y", "c"]


def test_holm_counts_the_gated_metrics_of_both_baselines() -> None:
    ours = group(*(run(f"c{n}", {"rmse": 12.0 + n / 10, "mae": 1.0 + n / 100, "shown": 3.0 + n}) for n in range(3)))
    theirs = group(*(run(f"b{n}", {"rmse": 11.5 + n / 10, "mae": 1.0 + n / 90, "shown": 1.0 + n}) for n in range(3)))
    metrics = {"rmse": gate(), "mae": gate(), "shown": Metric.model_validate({"goal": "minimize", "tolerance": 0})}
    alone = row(compared(ours, theirs, metrics))
    both = compared(ours, theirs, metrics, also=target(theirs))
    assert alone.p is not None
    assert alone.adjusted == pytest.approx(2 * alone.p)
    assert row(both).adjusted == pytest.approx(4 * alone.p)
    shown = row(both, "shown")
    assert shown.adjusted == shown.p, "what blocks nothing is no chance to block"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("goal", ["minimize", "maximize"])
def test_what_is_no_number_never_passes(value: float, goal: str) -> None:
    said = compared(seeds([1.0, value, 1.0]), seeds([1.0, 1.0, 1.0]), {"rmse": gate(goal)})
    assert row(said).judgement is Judgement.MISSING
    assert said.missing[0][0] == "rmse"


def test_a_baseline_that_is_no_number_is_none() -> None:
    assert row(compared(seeds([1.0]), seeds([math.nan]))).judgement is Judgement.FIRST


def test_a_metric_that_is_gone_is_missing() -> None:
    said = compared(seeds([1.0], metric="RMSE"), seeds([1.0]))
    assert row(said).judgement is Judgement.MISSING
    assert row(said, "RMSE").judgement is Judgement.SHOWN
    assert said.missing == (("rmse", None),)


def test_one_run_without_the_metric_is_a_run_less() -> None:
    said = row(compared(group(run("c1", {"rmse": 1.0}), run("c2", {"loss": 1.0})), seeds([1.0])))
    assert said.candidate is not None
    assert said.candidate.n == 1


def test_other_data_is_never_a_pass() -> None:
    said = row(compared(seeds([1.0], datasets=(OTHER,)), seeds([9.0], datasets=(STORES,))))
    assert said.judgement is Judgement.INCOMPARABLE
    assert said.gain is said.p is None


def test_the_same_data_by_another_name_is_the_same() -> None:
    renamed = replace(STORES, name="shops")
    assert row(compared(seeds([1.0], datasets=(renamed,)), seeds([1.0], datasets=(STORES,)))).gated
    said = row(compared(seeds([1.0], datasets=(renamed,)), seeds([1.0], datasets=(STORES,))))
    assert said.judgement is Judgement.PASS


@pytest.mark.parametrize(
    ("name", "judgement"),
    [("hard stores", Judgement.INCOMPARABLE), ("stores", Judgement.SHOWN), ("dataset", Judgement.INCOMPARABLE)],
)
def test_an_easy_data_set_does_not_take_the_place_of_a_hard_one(name: str, judgement: Judgement) -> None:
    """But the next version of a data set does, where the baseline was measured on both."""
    new = replace(OTHER, name=name if name == "dataset" else "stores")
    old, easy = run("b1", {"rmse": 9.0}, datasets=(Dataset(name, "1a2b"),)), run("b2", {"rmse": 1.0}, datasets=(new,))
    said = compared(group(replace(easy, id="c")), group(old, easy))
    assert [each.judgement for each in said.against[0].metrics] == [Judgement.PASS, judgement]


def test_what_a_baseline_measured_without_naming_its_data_is_no_data_set() -> None:
    named, nameless = run("b1", {"rmse": 1.0}, datasets=(STORES,)), run("b2", {"rmse": 9.0})
    said = compared(group(replace(named, id="c")), group(named, nameless))
    assert [each.judgement for each in said.against[0].metrics] == [Judgement.PASS, Judgement.SHOWN]


@pytest.mark.parametrize(
    ("accepted", "ours", "scorers", "judgement"),
    [
        (["9f8e"], [OTHER], None, Judgement.FIRST),
        (["9f8e"], [STORES, OTHER], None, Judgement.FIRST),
        (["9f8e"], [OTHER], "sha256:1", Judgement.INCOMPARABLE),
        (["9f8e"], [], None, Judgement.INCOMPARABLE),
        (["0000"], [OTHER], None, Judgement.INCOMPARABLE),
        (["9f8e"], [OTHER, Dataset("shops", "7777")], None, Judgement.INCOMPARABLE),
        (["9f8e", "7777"], [OTHER, Dataset("shops", "7777")], None, Judgement.FIRST),
    ],
)
def test_only_data_sets_are_accepted_and_only_those_that_are_named(
    accepted: list[str], ours: list[Dataset], scorers: str | None, judgement: Judgement
) -> None:
    evaluation = world.Evaluation(scorers) if scorers else None
    candidate = group(run("c", {"rmse": 1.0}, datasets=tuple(ours), evaluation=evaluation))
    baseline = group(run("b", {"rmse": 9.0}, datasets=(STORES,)))
    said = compared(candidate, baseline, settings={"accept_new_dataset": tuple(accepted)})
    assert row(said).judgement is judgement


def test_the_finite_values_of_a_baseline_count() -> None:
    said = row(compared(seeds([1.0, 1.001, 0.999]), seeds([math.nan, 1.0, math.inf, 1.001, 0.999])))
    assert said.baseline is not None
    assert (said.judgement, said.baseline.values) == (Judgement.PASS, (1.0, 1.001, 0.999))


def test_what_mlflow_measures_of_the_machine_is_left_out() -> None:
    values = {"rmse": 1.0, "system/cpu_utilization_percentage": 3.0, "system/disk": 2.0}
    said = compared(group(run("c", values)), group(run("b", values)), {"system/disk": gate()})
    assert [each.name for each in said.against[0].metrics] == ["system/disk", "rmse"]


def test_a_training_and_an_evaluation_of_one_commit_are_two_measures() -> None:
    def side(prefix: str) -> Group:
        judged = world.Evaluation("sha256:1")
        trained = run(f"{prefix}t", {"rmse": 1.0}, datasets=(STORES,))
        return group(trained, run(f"{prefix}e", {"judge/mean": 0.8}, datasets=(OTHER,), evaluation=judged))

    said = compared(side("c"), side("b"), {"rmse": gate(), "judge/mean": gate("maximize")})
    assert [each.judgement for each in said.against[0].metrics] == [Judgement.PASS] * 2
    assert row(said, "judge/mean").datasets == (OTHER,)


def test_other_scorers_are_another_measure() -> None:
    ours = seeds([0.9], metric="judge/mean", evaluation=world.Evaluation("sha256:2"))
    theirs = seeds([0.8], metric="judge/mean", evaluation=world.Evaluation("sha256:1"))
    said = compared(ours, theirs, {"judge/mean": gate("maximize")})
    assert row(said, "judge/mean").judgement is Judgement.INCOMPARABLE
    assert said.against[0].scorers[0].before == ("sha256:1",)


def test_a_search_counts_once_and_seeds_in_a_run_without_values_each() -> None:
    trials = [run(f"t{n}", {"rmse": 5.0 + n}, parent="p") for n in range(3)]
    search = compared(group(run("p", {"rmse": 5.0}), *trials), seeds([5.0]))
    assert isinstance(search.candidate, Group)
    assert [each.id for each in search.candidate.runs] == ["p"]
    loop = row(compared(group(run("p", {"total_s": 1.0}), *trials), seeds([5.0])))
    assert loop.candidate is not None
    assert loop.candidate.values == (5.0, 6.0, 7.0)


def test_runs_that_are_nested_in_a_circle_do_not_hang_anybody() -> None:
    said = compared(group(run("a", {"x": 1.0}, parent="b"), run("b", {"x": 1.0}, parent="a")), seeds([5.0]))
    assert said.missing == (("rmse", None),)


def test_of_several_runs_with_one_seed_the_latest_counts() -> None:
    days = [datetime(2024, 6, day, tzinfo=UTC) for day in (1, 2)]
    again = [run(f"c{n}", {"rmse": 1.0 + n}, tags={"seed": "1"}, started=day) for n, day in enumerate(days)]
    other = run("c9", {"rmse": 3.0}, tags={"seed": "2"})
    for runs in ([*again, other], [other, *again[::-1]]):
        said = row(compared(group(*runs), seeds([2.0])))
        assert said.candidate is not None
        assert said.candidate.values == (2.0, 3.0)


def test_a_seed_that_all_runs_have_tells_none_from_another() -> None:
    """``random_state=42`` is logged by itself, and other things vary."""

    def side(prefix: str, values: list[float]) -> Group:
        return seeds(values, prefix, params={"random_state": "42"})

    said = row(compared(side("c", [1.0, 1.1, 0.9]), side("b", [1.0, 1.2, 0.9])))
    assert said.method is Method.WELCH
    assert said.candidate is not None
    assert said.candidate.n == 3


@pytest.mark.parametrize("where", ["tags", "params"])
@pytest.mark.parametrize("name", ["headgate.seed", "seed", "random_seed", "random_state"])
def test_a_seed_may_stand_in_a_tag_or_a_parameter(where: str, name: str) -> None:
    def side(prefix: str) -> Group:
        return group(*(run(f"{prefix}{n}", {"rmse": 1.0 + n * n / 9}, **{where: {name: str(n)}}) for n in range(3)))

    said = compared(side("c"), side("b"))
    assert row(said).method is Method.EXACT, "seed by seed there is no difference at all"
    assert said.against[0].params == (), "seeds are no change of parameters"


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED", "FAILED", "KILLED"])
def test_only_runs_that_finished_count(status: str) -> None:
    said = compared(seeds([1.0], status=status), seeds([1.0]))
    assert isinstance(said.candidate, Absent)
    assert [each.status for each in said.unfinished] == [status]
    assert said.against == ()
    assert row(compared(seeds([1.0]), seeds([1.0], status=status))).judgement is Judgement.FIRST


def test_a_baseline_that_could_not_be_had_is_not_none() -> None:
    said = compared(seeds([1.0]), BLIND)
    assert row(said).judgement is Judgement.UNKNOWN
    assert said.against[0].signature is BLIND


OLDER = seeds([1.0], "o")
TRAINING = {"settings": {"training": ("src/**",)}}


@pytest.mark.parametrize(
    ("changed", "adopted"), [(frozenset({"README.md"}), True), (frozenset({"src/a.py"}), False), (None, False)]
)
def test_an_older_run_stands_for_the_head_if_nothing_changed_since(
    changed: frozenset[str] | None, *, adopted: bool
) -> None:
    older = replace(OLDER, changed_since=changed)
    said = compared(Absent(BLIND.why), seeds([1.0], "b"), older=(older,), **TRAINING)
    assert said.adopted is adopted
    assert isinstance(said.candidate, Group) is adopted


def test_nobody_knows_what_matters_where_the_policy_does_not_say() -> None:
    older = replace(OLDER, changed_since=frozenset())
    assert not compared(Absent(BLIND.why), seeds([1.0], "b"), older=(older,)).adopted


def test_an_older_run_does_not_stand_for_one_that_failed() -> None:
    older = replace(OLDER, changed_since=frozenset())
    failed = seeds([1.0], status="FAILED")
    assert not compared(failed, seeds([1.0], "b"), older=(older,), **TRAINING).adopted


@pytest.mark.parametrize(
    ("value", "limits", "broken"),
    [
        (0.9, {"floor": 0.9}, []),
        (0.8999, {"floor": 0.9}, [0.9]),
        (0.9, {"ceiling": 0.9}, []),
        (0.9001, {"ceiling": 0.9}, [0.9]),
        (0.5, {"floor": 0.6, "ceiling": 0.4}, [0.6, 0.4]),
        (math.nan, {"floor": 0.9}, []),
    ],
)
def test_limits(value: float, limits: dict[str, Any], broken: list[float]) -> None:
    said = compared(seeds([value] * 3), metrics={"rmse": gate(**limits)})
    assert [each.limit for each in said.limits] == broken


def test_the_same_question_is_not_computed_twice() -> None:
    asked = (found(seeds([1.0]), seeds([1.0])),)
    assert comparisons(asked) is comparisons(asked)
    assert comparisons(asked) is comparisons((found(seeds([1.0]), seeds([1.0])),))
    assert comparisons(asked) is not comparisons((found(seeds([1.0]), seeds([2.0])),))


many = settings(max_examples=100, deadline=None)


@many
@given(METRICS)
def test_nothing_is_passed_that_is_no_number(metrics: tuple[world.ModelRuns, ...]) -> None:
    for said in comparisons(metrics):
        for against in said.against:
            for each in against.metrics:
                if each.judgement in (Judgement.PASS, Judgement.FAIL, Judgement.INCONCLUSIVE):
                    assert each.candidate is not None
                    assert each.candidate.finite
                    assert each.baseline is not None
                    assert each.baseline.finite


@many
@given(MODEL_RUNS, st.randoms(use_true_random=False))
def test_the_order_of_runs_does_not_matter(entry: world.ModelRuns, chance: random.Random) -> None:
    def turned(value: Group) -> Group:
        return replace(value, runs=tuple(chance.sample(value.runs, len(value.runs))))

    other = entry
    if isinstance(entry.candidate, Group):
        other = replace(other, candidate=turned(entry.candidate))
    if isinstance(entry.baseline.group, Group):
        other = replace(other, baseline=replace(entry.baseline, group=turned(entry.baseline.group)))
    straight, back = comparisons((entry,)), comparisons((other,))
    assert [repr(each.against) for each in straight] == [repr(each.against) for each in back]


@many
@given(MODEL_RUNS)
def test_a_wider_tolerance_never_fails_what_passed(entry: world.ModelRuns) -> None:
    def judged(relative: float) -> dict[tuple[str, int], Judgement]:
        names = {"rmse": gate("minimize", relative), "auc": gate("maximize", relative)}
        changed = replace(entry, settings=entry.settings.model_copy(update={"metrics": names}))
        rows = [each for said in comparisons((changed,)) for against in said.against for each in against.metrics]
        return {(each.name, place): each.judgement for place, each in enumerate(rows)}

    narrow, wide = judged(0.01), judged(0.05)
    passed = {key for key, judgement in narrow.items() if judgement is Judgement.PASS}
    assert all(wide[key] is Judgement.PASS for key in passed)
