"""What else is another than in the baseline: parameters, data, requirements, the signature, single examples."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from policies.facts import Absent, Unavailable
from policies.metrics import changes
from policies.metrics.comparison import Breach, Change
from policies.metrics.examples import NO_EVALUATION, OTHER_SCORERS, examples, sign_test
from policies.metrics.requirements import Mismatch, mismatches, pins
from policies.metrics.runs import Column, Dataset, Evaluation, LoggedModel, Run, Signature
from policies.metrics.signature import signature_changes
from tests.policies.metrics.build import BLIND, run


def logged(name: str = "c", **given: Any) -> Run:
    return run(name, {}, model=LoggedModel("m", **given))


def test_parameters_that_differ_are_named_with_all_their_values() -> None:
    ours = [run("c1", {}, params={"depth": "4", "seed": "1"}), run("c2", {}, params={"depth": "5", "new": "x"})]
    theirs = [run("b1", {}, params={"depth": "3", "seed": "9", "gone": "y"})]
    assert changes.params(ours, theirs) == (
        Change("depth", ("3",), ("4", "5")),
        Change("gone", ("y",), ()),
        Change("new", (), ("x",)),
    )


def test_data_sets_are_compared_by_their_digests() -> None:
    ours, theirs = ([run("c", {}, datasets=(Dataset("stores", digest),))] for digest in ("1", "2"))
    assert changes.datasets(ours, theirs) == (Change("stores", ("2",), ("1",)),)
    assert changes.datasets(ours, ours) == ()


def test_requirements_are_compared_by_their_normalised_names() -> None:
    ours = [logged(requirements=("Scikit_Learn==1.7.2", "numpy==2.0", "-r x.txt"))]
    theirs = [logged(requirements=("scikit-learn==1.6.0", "numpy==2.0", "prophet==1.1"))]
    assert changes.requirements(ours, theirs) == (
        Change("prophet", ("==1.1",), ()),
        Change("scikit-learn", ("==1.6.0",), ("==1.7.2",)),
    )
    assert isinstance(changes.requirements([run("c", {})], theirs), Absent)
    assert changes.requirements([logged(requirements=BLIND)], theirs) is BLIND


def test_one_of_several_runs_that_says_something_is_enough() -> None:
    silent, blind, telling = run("a", {}), logged("b", requirements=BLIND), logged("c", requirements=("numpy==2.0",))
    assert changes.requirements([silent, blind, telling], [telling]) == ()
    assert changes.requirements([silent, blind], [telling]) is BLIND, "perhaps it says something"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("numpy==2.0", {"numpy": "==2.0"}),
        ("numpy == 2.0  # why", {"numpy": "==2.0"}),
        ("numpy==2.0 --hash=sha256:00", {"numpy": "==2.0"}),
        ("numpy==2.0 \\", {"numpy": "==2.0"}),
        ("zope.interface>=5 ; python_version < '3.12'", {"zope-interface": ">=5"}),
        ("mlflow[extras]", {"mlflow": ""}),
        ("-r other.txt", {}),
        ("--index-url https://example.com", {}),
        ("# nothing", {}),
        ("", {}),
        ("./wheel.whl", {}),
        ("name @ https://example.com/x.whl", {"name": ""}),
    ],
)
def test_lines_are_read_as_pip_does(line: str, expected: dict[str, str]) -> None:
    assert pins([line]) == expected


def test_one_of_several_lines_for_other_machines_is_enough() -> None:
    lines = ('a==1.5; python_version < "3.12"', 'a==1.6; python_version >= "3.12"', "b==1")
    assert mismatches(("a==1.6", "b==1"), {"r.txt": lines}) == ()
    assert mismatches(("a==1.7", "b==1"), {"r.txt": lines}) == (Mismatch("a", "1.7", "==1.5 or ==1.6", "r.txt"),)


def test_only_exact_versions_outside_of_what_is_wanted_are_mismatches() -> None:
    logged_with = ("a==1.5", "b==2.0", "c>=1", "d==1.0+cpu", "e==1.*", "f==2.0rc1", "g==1.0")
    files = {"r.txt": ("a>=1.6", "b", "c==9", "d==1.0", "e==3", "f>=1", "h==1")}
    assert mismatches(logged_with, files) == (Mismatch("a", "1.5", ">=1.6", "r.txt"),)


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in types.items())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (columns(a="long"), columns(a="long"), []),
        (columns(a="long"), (), [Breach.REMOVED]),
        (columns(a="long"), columns(a="string"), [Breach.RETYPED]),
        (columns(a="integer"), columns(a="long"), [Breach.NONE]),
        (columns(a="integer"), columns(a="double"), [Breach.NONE]),
        (columns(a="float"), columns(a="double"), [Breach.NONE]),
        (columns(a="long"), columns(a="integer"), [Breach.RETYPED]),
        (columns(a="long"), columns(a="double"), [Breach.RETYPED]),
        ((), columns(a="long"), [Breach.REQUIRED]),
        ((), (Column("a", "long", required=False),), [Breach.NONE]),
        ((Column("a", "long", required=False),), columns(a="long"), [Breach.REQUIRED]),
        (columns(a="long"), (Column("a", "long", required=False),), [Breach.NONE]),
        (columns(a="long", b="long"), columns(b="long", a="long"), []),
        ((Column(None, "long"), Column(None, "long")), (Column(None, "long"),), [Breach.REMOVED]),
        ((Column(None, "long"),), (Column(None, "string"),), [Breach.RETYPED]),
    ],
)
@pytest.mark.parametrize("part", ["inputs", "params", "outputs"])
def test_what_a_change_does_to_callers(
    part: str, before: tuple[Column, ...], after: tuple[Column, ...], expected: list[Breach]
) -> None:
    ours, theirs = ([logged(signature=Signature(**{part: each}))] for each in (after, before))
    said = signature_changes(ours, theirs)
    assert isinstance(said, tuple)
    assert [each.breach for each in said] == ([Breach.NONE] * len(expected) if part == "outputs" else expected)
    assert {each.part for each in said} <= {part}


def test_a_model_without_a_signature_has_lost_all_its_inputs() -> None:
    theirs = [logged(signature=Signature(inputs=columns(a="long")))]
    said = signature_changes([logged()], theirs)
    assert isinstance(said, tuple)
    assert [each.breach for each in said] == [Breach.REMOVED]
    assert isinstance(signature_changes([run("c", {})], theirs), Absent), "no model is no other model"
    assert isinstance(signature_changes(theirs, [logged()]), Absent), "nobody can call what has no signature"
    assert isinstance(signature_changes([logged(signature=BLIND)], theirs), Unavailable)


def evaluated(name: str, scores: dict[str, float], scorers: str = "sha256:1") -> Run:
    return run(name, {}, evaluation=Evaluation(scorers, {"judge": scores}))


def test_examples_are_paired() -> None:
    before = {"1": 1.0, "2": 1.0, "3": 0.0, "4": 1.0, "5": 0.0, "7": 1.0, "9": 1.0}
    after = {"1": 1.0, "2": 0.0, "3": 1.0, "4": 0.0, "5": math.nan, "8": 1.0, "9": math.inf}
    said = examples([evaluated("c", after)], [evaluated("b", before)])
    assert isinstance(said, tuple)
    (judge,) = said
    assert (judge.better, judge.worse, judge.same, judge.failed, judge.unpaired) == (2, 2, 1, 1, 2)
    assert judge.lost == ("2", "4")
    assert judge.p == 1.0


def test_repeated_evaluations_count_by_their_means() -> None:
    ours = [evaluated("c1", {"1": 1.0, "2": 1.0}), evaluated("c2", {"1": 0.0, "2": 1.0})]
    said = examples(ours, [evaluated("b", {"1": 1.0, "2": 1.0})])
    assert isinstance(said, tuple)
    assert said[0].lost == ("1",)
    assert said[0].same == 1


def test_the_sign_test_is_mcnemars() -> None:
    """Twice the smaller tail of a fair coin."""
    assert sign_test(2, 10) == pytest.approx(2 * sum(math.comb(12, k) for k in range(3)) / 2**12)
    assert sign_test(0, 6) == pytest.approx(2 / 2**6)
    assert sign_test(0, 0) == sign_test(3, 3) == 1.0


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_sign_test_has_two_sides(better: int, worse: int) -> None:
    tail = float(stats.binom.cdf(min(better, worse), better + worse, 0.5)) if better + worse else 1.0
    assert sign_test(better, worse) == pytest.approx(min(1.0, 2 * tail))
    assert sign_test(better, worse) == pytest.approx(sign_test(worse, better))


def test_other_scorers_are_not_paired() -> None:
    one, other = evaluated("c", {"1": 1.0}), evaluated("b", {"1": 0.0}, "sha256:2")
    assert examples([one], [other]) is OTHER_SCORERS
    assert examples([one], [run("b", {})]) is NO_EVALUATION
    blind = run("b", {}, evaluation=Evaluation("sha256:1", BLIND))
    assert examples([one], [blind]) is BLIND
