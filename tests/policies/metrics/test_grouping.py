"""Whose runs are whose: a monorepo, a shared experiment, models that only the registry has a name for."""

from __future__ import annotations

from policies.facts import Absent
from policies.metrics import runs as world
from policies.metrics.compare import comparisons
from policies.metrics.comparison import ModelComparison
from policies.metrics.nested import MODEL_TAG
from policies.metrics.runs import Group
from tests.policies.metrics.build import NO_RUN, found, group, run, seeds, target


def tagged(name: str, model: str) -> world.Run:
    return run(name, {"rmse": 1.0}, tags={MODEL_TAG: model}, experiment="shared")


def registered(name: str, model: str | None) -> world.Run:
    return run(name, {"rmse": 1.0}, model=world.LoggedModel("m", registered=model))


def ids(found: object) -> list[str]:
    return [each.id for each in found.runs] if isinstance(found, Group) else []


def sides(said: ModelComparison) -> tuple[str, list[str], list[str]]:
    return said.name, ids(said.candidate), ids(said.against[0].baseline.group) if said.against else []


def said_of(*entries: world.ModelRuns) -> list[tuple[str, list[str], list[str]]]:
    return [sides(each) for each in comparisons(entries)]


def test_one_model_keeps_the_name_that_the_policy_gives_it() -> None:
    assert said_of(found(seeds([1.0], "c"), seeds([1.0], "b"))) == [("sales", ["c0"], ["b0"])]


def test_runs_of_several_models_in_one_entry_are_parted() -> None:
    ours, theirs = group(tagged("c1", "a"), tagged("c2", "b")), group(tagged("b1", "a"), tagged("b2", "b"))
    assert said_of(found(ours, theirs)) == [("a", ["c1"], ["b1"]), ("b", ["c2"], ["b2"])]


def test_without_names_an_experiment_is_a_model() -> None:
    ours = group(run("c1", {"rmse": 1.0}, experiment="x"), run("c2", {"rmse": 1.0}, experiment="y"))
    theirs = group(run("b1", {"rmse": 1.0}, experiment="x"), run("b2", {"rmse": 1.0}, experiment="y"))
    assert said_of(found(ours, theirs)) == [("x", ["c1"], ["b1"]), ("y", ["c2"], ["b2"])]


def test_the_registry_knows_better_than_a_tag() -> None:
    both = run("c1", {"rmse": 1.0}, tags={MODEL_TAG: "tag"}, model=world.LoggedModel("m", registered="name"))
    parts = said_of(found(group(both, tagged("c2", "tag")), group(registered("b1", "name"))))
    assert parts[0] == ("name", ["c1"], ["b1"])


def test_entries_that_share_an_experiment_do_not_share_their_runs() -> None:
    ours, theirs = group(tagged("c1", "a"), tagged("c2", "b")), group(tagged("b1", "a"), tagged("b2", "b"))
    entries = [found(ours, theirs, model=name) for name in ("a", "b")]
    assert said_of(*entries) == [("a", ["c1"], ["b1"]), ("b", ["c2"], ["b2"])]


def test_another_models_run_is_no_run() -> None:
    entries = [found(group(tagged("c1", "b")), group(tagged("b1", "b")), model=name) for name in ("a", "b")]
    said = comparisons(tuple(entries))
    assert isinstance(said[0].candidate, Absent)
    assert isinstance(said[1].candidate, Group)


def test_nameless_runs_are_of_the_entry_that_nobody_names() -> None:
    nameless = run("c2", {"auc": 1.0}, experiment="shared")
    entries = [found(group(tagged("c1", "a"), nameless), NO_RUN, model=name) for name in ("a", "b")]
    assert said_of(*entries) == [("a", ["c1"], []), ("b", ["c2"], [])]


def test_only_released_models_are_registered() -> None:
    entry = found(group(registered("c", None)), group(registered("b", "sales-forecast")))
    assert said_of(entry) == [("sales", ["c"], ["b"])]


def test_a_new_model_is_not_held_against_another_one() -> None:
    assert said_of(found(group(tagged("c", "new")), group(tagged("b", "old")))) == [("sales", ["c"], [])]


def test_one_of_several_baselines_is_not_guessed() -> None:
    theirs = group(tagged("b1", "x"), tagged("b2", "y"))
    nameless = run("c", {"rmse": 1.0}, experiment="shared")
    assert said_of(found(group(nameless), theirs)) == [("sales", ["c"], [])]


def test_what_the_policy_chooses_itself_need_not_be_called_alike() -> None:
    champion = group(run("b", {"rmse": 1.0}, experiment="elsewhere"))
    entry = found(seeds([1.0], "c"), also=target(champion, kind=world.BaselineKind.ALIAS, name="models:/m@champion"))
    (said,) = comparisons((entry,))
    assert ids(said.against[1].baseline.group) == ["b"]


def test_recent_runs_are_of_the_same_model() -> None:
    recent = (group(tagged("r1", "a"), tagged("r2", "b")), group(tagged("r3", "b")))
    said = comparisons((found(group(tagged("c1", "a"), tagged("c2", "b")), recent=recent),))
    assert [[ids(each) for each in part.found.recent] for part in said] == [[["r1"]], [["r2"], ["r3"]]]


def test_older_runs_are_parted_where_the_head_has_none() -> None:
    older = (group(tagged("o1", "a"), tagged("o2", "b")), group(tagged("o3", "a")))
    listed = [part.found.older for part in comparisons((found(NO_RUN, older=older),))]
    assert [[ids(each) for each in groups] for groups in listed if isinstance(groups, tuple)] == [
        [["o1"], ["o3"]],
        [["o2"]],
    ]
