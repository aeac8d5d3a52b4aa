"""The policy file: what it means when it is right, and that each mistake is named in its place."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import presets
from policies.config import Config, ConfigErrors, default, read
from policies.config.document import MOST_PROBLEMS
from policies.phrase import Phrase
from policies.verdict import Severity
from policies.words import faults
from tests.policies import fixtures
from tests.policies.fixtures import config_of, problems
from tests.policies.hostile import ALLOWED, HOSTILE

READABLE = [path.read_bytes() for path in sorted(fixtures.DIRECTORY.glob("*.yml"))]

PATIENCE = 10.0
"""Seconds. Each of these takes well under one; only a hang takes this long."""


@pytest.mark.parametrize("name", fixtures.names())
def test_every_mistake_is_named_in_its_place(name: str) -> None:
    answer = read(fixtures.path_of(name).read_bytes(), fixtures.organisation(name))
    assert problems(answer) == (fixtures.DIRECTORY / f"{name}.txt").read_text("utf-8").splitlines()


def test_every_wrong_file_has_its_problems_beside_it() -> None:
    files = {path.name.removesuffix(".yml") for path in fixtures.DIRECTORY.glob("*.yml")}
    wrong = {name for name in files if not name.endswith(".organisation")} - {"example"}
    assert set(fixtures.names()) == wrong
    assert {name.removesuffix(".organisation") for name in files - wrong} - {"example"} <= wrong


SENTENCES = {
    name: function
    for name, function in inspect.getmembers(faults, inspect.isfunction)
    if function.__module__ == faults.__name__ and not name.startswith("_")
}


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Note which sentences are asked for."""
    said: set[str] = set()

    def noted(name: str, function: Callable[..., Phrase]) -> Callable[..., Phrase]:
        def speak(*given: object, **named: object) -> Phrase:
            said.add(name)
            return function(*given, **named)

        return speak

    for name, function in SENTENCES.items():
        monkeypatch.setattr(faults, name, noted(name, function))
    return said


def test_every_sentence_about_a_policy_file_has_an_example(spoken: set[str]) -> None:
    for name in fixtures.names():
        read(fixtures.path_of(name).read_bytes(), fixtures.organisation(name))
    for name in ("one megabyte", "billion laughs", "list in itself", "many unknown rules"):
        read(HOSTILE[name])
    library_only = {"refused"}  # for what pydantic may say one day; it says nothing like it today
    assert SENTENCES.keys() - spoken == library_only


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing yet\n", b"---\n", b"{}", b"\xef\xbb\xbf", b"preset: gitflow"])
def test_nothing_said_is_the_gitflow_preset(data: bytes) -> None:
    given, expected = config_of(data), default()
    assert (given.preset, given.branches, given.rules) == (expected.preset, expected.branches, expected.rules)


@pytest.mark.parametrize("name", presets.NAMES)
def test_a_preset_is_a_policy_file_that_anybody_could_write(name: str) -> None:
    written, built_in = config_of(presets.source(name)), config_of(f"preset: {name}".encode())
    assert {kind.name for kind in built_in.branches} <= {kind.name for kind in written.branches}
    for rule, setting in built_in.rules.items():
        assert written.rules[rule].severity is setting.severity


def test_the_example_of_the_documentation_means_what_it_says() -> None:
    config = config_of(fixtures.EXAMPLE.read_bytes())
    assert config.extends == "acme/.github"
    assert config.branches[0].name == "spike"
    assert config.rules["missing-story"].severity is Severity.ERROR
    assert config.rules["foreign-commits"].severity_for("hotfix") is Severity.ERROR
    assert config.rules["foreign-commits"].severity_for("feature") is Severity.WARNING
    assert config.mlflow is not None
    assert [metric.gate for metric in config.mlflow.metrics.values()] == [True, True, False]
    tolerance = config.mlflow.metrics["rmse"].tolerance
    assert tolerance is not None
    assert tolerance.relative == pytest.approx(0.02)


def test_the_example_of_the_documentation_loads_over_an_organisation() -> None:
    organisation = config_of(b"rules: {bad-title: off}")
    assert isinstance(read(fixtures.EXAMPLE.read_bytes(), organisation), Config)


@pytest.mark.parametrize("word", ["off", "warning", "error"])
@pytest.mark.parametrize("form", ["{rule}: {word}", "{rule}: {{severity: {word}}}", '{rule}: "{word}"'])
@pytest.mark.parametrize("rule", ["bad-title", "missing-story", "wrong-merge-target"])
def test_a_severity_is_a_word(rule: str, form: str, word: str) -> None:
    """YAML 1.1 would read an unquoted `off` as false."""
    config = config_of(b"rules:\n  " + form.format(rule=rule, word=word).encode())
    assert config.rules[rule].severity.word == word


def test_a_severity_for_all_types_takes_back_those_for_single_ones() -> None:
    config = config_of(b"rules: {foreign-commits: error, missing-back-merge: {severity: warning, hotfix: error}}")
    assert config.rules["foreign-commits"].severity_for("feature") is Severity.ERROR
    assert config.rules["missing-back-merge"].severity_for("release") is Severity.WARNING
    assert config.rules["missing-back-merge"].severity_for("hotfix") is Severity.ERROR


def test_what_a_branch_type_leaves_out_stays_as_it_was() -> None:
    old = {kind.name: kind for kind in default().branches}
    new = {kind.name: kind for kind in config_of(b"branches: {feature: topic/**, hotfix: {into: production}}").branches}
    assert [pattern.shown for pattern in new["feature"].patterns] == ["topic/**"]
    assert new["feature"].into == old["feature"].into
    assert new["hotfix"].patterns == old["hotfix"].patterns
    assert new["hotfix"].into == ("production",)


def test_where_the_file_says_something_of_a_rule_is_remembered() -> None:
    config = config_of(b"rules:\n  # why\n  bad-title: error\n")
    assert config.rules["bad-title"].line == 3
    assert config.rules["bad-version"].line is None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_get_an_answer(name: str) -> None:
    begun = time.monotonic()
    answer = read(HOSTILE[name])
    assert time.monotonic() - begun < PATIENCE
    assert isinstance(answer, Config) == (name in ALLOWED)
    assert len(problems(answer)) <= MOST_PROBLEMS + 1


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_gets_an_answer(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(READABLE))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    put = data.draw(
        st.sampled_from((b"", text, b"{", b"[", b": ", b"- ", b'"', b"&a ", b"*a", b"\t", b"\n")) | st.binary()
    )
    answer = read(text[:start] + put + text[end:])
    assert isinstance(answer, Config) or problems(answer)


def test_many_problems_are_cut_and_the_cut_is_said() -> None:
    lines = problems(read(HOSTILE["many unknown keys"]))
    assert len(lines) == MOST_PROBLEMS or "more than" in lines[-1]


def test_a_file_that_is_wrong_is_never_taken_for_a_laxer_one() -> None:
    assert isinstance(read(b"rules: {unknown-branch-type: off, bad-titel: off}"), ConfigErrors)
