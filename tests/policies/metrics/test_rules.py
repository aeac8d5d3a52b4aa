"""What blocks and what only warns: by the branch type, by the policy's words, by which rule has the say."""

from __future__ import annotations

import json

import pytest

from policies import presets
from policies.catalogue import CATALOGUE
from policies.evaluate import evaluate, needed
from policies.facts import Absent, Facts, PullRequest
from policies.metrics import runs as world
from policies.metrics.runs import Dataset, Group, ModelRuns, Training, TrainingState
from policies.verdict import Outcome, Verdict
from tests.policies.cases import NOON
from tests.policies.fixtures import config_of
from tests.policies.given import HEAD_SHA
from tests.policies.metrics.build import BLIND, NO_RUN, found, seeds, target

SECTION = {"experiment": "sales", "metrics": {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}}
NOISY = seeds([11.9, 12.6, 11.4]), seeds([11.7, 12.2, 11.3], "b")
OURS = [rule.name for rule in CATALOGUE if rule.check.__module__.startswith("policies.metrics.")]
WORSE = seeds([12.4]), seeds([11.9], "b")


def verdicts(
    *metrics: ModelRuns, head: str = "feature/x", paths: tuple[str, ...] = ("src/a.py",), preset: str = "gitflow"
) -> dict[str, Verdict]:
    config = config_of(json.dumps({"preset": preset, "mlflow": SECTION}).encode())
    facts = Facts(NOON, PullRequest(head, "dev", HEAD_SHA), metrics=metrics, paths=frozenset(paths))
    wanted = needed(facts, config)
    assert {"metrics", "paths"} <= wanted
    return {verdict.rule: verdict for verdict in evaluate(facts, config).verdicts}


def regression(candidate: Group, baseline: Group | Absent, head: str = "feature/x", **settings: object) -> Verdict:
    return verdicts(found(candidate, baseline, settings=settings), head=head)["metric-regression"]


def test_a_regression_blocks() -> None:
    assert regression(*WORSE).blocks
    assert regression(*WORSE).outcome is Outcome.FAIL


def test_a_single_run_may_be_told_to_warn_only() -> None:
    said = regression(*WORSE, single_run="warning")
    assert said.warns
    assert said.outcome is Outcome.FAIL
    sure = regression(seeds([12.4, 12.41, 12.39]), seeds([11.9, 11.91, 11.89]), single_run="warning")
    assert sure.blocks, "three against three is no single run"


def test_too_noisy_to_tell_warns_unless_told_to_block() -> None:
    assert regression(*NOISY).warns
    assert regression(*NOISY).outcome is Outcome.UNKNOWN
    assert regression(*NOISY, inconclusive="error").blocks


@pytest.mark.parametrize(
    ("head", "word", "blocks", "warns"),
    [
        ("feature/x", None, False, True),
        ("release/1.2.0", None, True, False),
        ("hotfix/1.2.1", None, True, False),
        ("release/1.2.0", "warning", False, True),
        ("release/1.2.0", "pass", False, False),
        ("feature/x", "error", True, False),
    ],
)
def test_a_first_measurement(head: str, word: str | None, *, blocks: bool, warns: bool) -> None:
    said = regression(seeds([12.4]), NO_RUN, head, when_missing=word)
    assert (said.blocks, said.warns) == (blocks, warns)


def test_a_second_baseline_that_does_not_exist_yet_is_no_offence() -> None:
    same = seeds([1.0], "b")
    release = target(NO_RUN, kind=world.BaselineKind.RELEASE, name="v1.0.0")
    said = verdicts(found(seeds([1.0]), same, also=release), head="release/1.0.0")["metric-regression"]
    assert said.outcome is Outcome.PASS


def test_what_another_rule_has_the_say_in_is_a_warning_here() -> None:
    ours, theirs = (seeds([1.0], datasets=(Dataset("stores", digest),)) for digest in ("1", "2"))
    said = verdicts(found(ours, theirs))
    assert said["incomparable-run"].blocks
    assert said["metric-regression"].warns
    assert said["metric-regression"].outcome is Outcome.UNKNOWN, "never a pass"


def test_could_not_look_blocks_everywhere() -> None:
    said = verdicts(found(BLIND))
    for rule in ("metric-regression", "missing-run", "stale-run", "missing-metric", "incomparable-run"):
        assert said[rule].blocks
        assert said[rule].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("preset", presets.NAMES)
def test_experiments_are_told_and_never_stopped(preset: str) -> None:
    nothing = found(NO_RUN, training=Training(TrainingState.ENDED, "train"))
    for entry in (found(*WORSE), found(BLIND), found(seeds([float("nan")]), seeds([1.0])), nothing):
        said = verdicts(entry, head="experiment/x", preset=preset)
        own = [said[rule] for rule in OURS]
        assert any(each.warns for each in own)
        assert not any(each.blocks for each in own)


@pytest.mark.parametrize("state", TrainingState)
def test_while_training_is_under_way_nothing_is_missing_yet(state: TrainingState) -> None:
    entry = found(NO_RUN, training=Training(state, "train"), settings={"training": ("src/**",)})
    said = verdicts(entry)["missing-run"]
    assert said.outcome is (Outcome.UNKNOWN if state is TrainingState.RUNNING else Outcome.FAIL)


@pytest.mark.parametrize("state", TrainingState)
def test_a_run_that_never_ends_does_not_hold_up_the_others(state: TrainingState) -> None:
    runs = world.Group(HEAD_SHA, (*seeds([1.0]).runs, *seeds([1.0], "d", status="RUNNING").runs))
    said = verdicts(found(runs, seeds([1.0], "b"), training=Training(state, "train")))["missing-run"]
    assert said.blocks == (state is TrainingState.RUNNING)
    assert (said.outcome is Outcome.PASS) == (state is TrainingState.ENDED)


def test_without_a_section_nothing_is_looked_up_and_nothing_said() -> None:
    config = config_of(b"")
    facts = Facts(NOON, PullRequest("feature/x", "dev", HEAD_SHA))
    assert "metrics" not in needed(facts, config)
    about_runs = {rule.name for rule in CATALOGUE if "metrics" in rule.needs}
    assert len(about_runs) == 9
    assert not about_runs & {verdict.rule for verdict in evaluate(facts, config).verdicts}
