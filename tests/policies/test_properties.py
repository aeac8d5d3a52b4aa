"""What is true of every world and every policy, whoever picked the names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.config import Config
from policies.evaluate import evaluate, needed
from policies.facts import NOT_ASKED, Branches, Drift, Facts, Merge, Push, Unavailable
from policies.phrase import Phrase
from policies.verdict import Finding, Outcome, Remedy, Report, Severity, Verdict, worst
from tests.policies.readers import PLAIN, invisible_in, shown_in
from tests.policies.strategies import BLIND, CONFIGS, FACTS, configs

GATHERED = [field.name for field in fields(Facts) if field.name not in ("as_of", "pull_request", "push", "branches")]
many = settings(max_examples=60)


def phrases(report: Report) -> Iterator[Phrase]:
    """Yield everything that a report says."""
    for verdict in report.verdicts:
        if verdict.reason:
            yield verdict.reason
        for finding in verdict.findings:
            yield from (finding.message, *finding.details)
            if finding.remedy:
                yield finding.remedy.text


@many
@given(FACTS, CONFIGS)
def test_no_rule_ever_crashes(facts: Facts, config: Config) -> None:
    report = evaluate(facts, config)
    assert not [verdict for verdict in report.verdicts if verdict.outcome is Outcome.ERROR]


@many
@given(FACTS, CONFIGS)
def test_whatever_is_said_is_inert(facts: Facts, config: Config) -> None:
    for phrase in phrases(evaluate(facts, config)):
        assert shown_in(phrase.markdown())[0] <= PLAIN
        assert not invisible_in(phrase.plain())


@many
@given(FACTS, CONFIGS)
def test_what_is_not_green_says_why(facts: Facts, config: Config) -> None:
    for verdict in evaluate(facts, config).verdicts:
        assert bool(verdict.findings) == (verdict.outcome not in (Outcome.PASS, Outcome.SKIP))
        assert (verdict.reason is not None) == (verdict.outcome is Outcome.SKIP)


@many
@given(FACTS, CONFIGS, st.randoms(use_true_random=False))
def test_the_order_of_what_was_seen_never_matters(facts: Facts, config: Config, chance: random.Random) -> None:
    assert evaluate(shuffled(facts, chance), config) == evaluate(facts, config)


def shuffled(world: Any, chance: random.Random) -> Any:  # a fact, or part of one
    """Return the same world, looked at in another order."""
    if isinstance(world, tuple):
        return tuple(chance.sample([shuffled(item, chance) for item in world], len(world)))
    if isinstance(world, dict):
        return dict(chance.sample(list(world.items()), len(world)))
    if isinstance(world, Facts | Branches | Drift | Merge | Push):
        return replace(world, **{field.name: shuffled(getattr(world, field.name), chance) for field in fields(world)})
    return world


@many
@given(FACTS, CONFIGS)
def test_the_same_world_gives_the_same_report(facts: Facts, config: Config) -> None:
    assert evaluate(facts, config) == evaluate(replace(facts), replace(config))


@many
@given(FACTS, CONFIGS)
def test_what_is_not_needed_is_not_looked_at(facts: Facts, config: Config) -> None:
    wanted = needed(facts, config)
    assert wanted <= set(GATHERED)
    bare: dict[str, Any] = {name: NOT_ASKED for name in GATHERED if name not in wanted}
    assert evaluate(replace(facts, **bare), config) == evaluate(facts, config)


@many
@given(FACTS, CONFIGS, BLIND)
def test_not_seeing_never_turns_red_into_green(facts: Facts, config: Config, blind: Unavailable) -> None:
    red = {verdict.rule for verdict in evaluate(facts, config).blocking}
    for name in needed(facts, config):
        change: dict[str, Any] = {name: blind}
        unseen = evaluate(replace(facts, **change), config)
        assert red <= {verdict.rule for verdict in unseen.blocking}


@many
@given(FACTS, configs("off", "warning"))
def test_a_warning_never_blocks(facts: Facts, config: Config) -> None:
    report = evaluate(facts, config)
    assert not report.blocking
    assert report.outcome is Outcome.PASS


@many
@given(FACTS, configs("error"))
def test_only_what_was_judged_and_kept_is_green(facts: Facts, config: Config) -> None:
    report = evaluate(facts, config)
    kept = all(verdict.outcome in (Outcome.PASS, Outcome.SKIP) for verdict in report.verdicts)
    assert (report.outcome is Outcome.PASS) == kept


@given(st.lists(st.sampled_from(Outcome)))
def test_the_worst_outcome_decides(outcomes: list[Outcome]) -> None:
    decided = worst(outcomes)
    assert (decided is Outcome.PASS) == (set(outcomes) <= {Outcome.PASS, Outcome.SKIP})
    assert decided is not Outcome.SKIP


@given(st.sampled_from(Severity), st.sampled_from(Outcome))
def test_every_verdict_blocks_or_warns_or_is_green(severity: Severity, outcome: Outcome) -> None:
    finding = Finding(NOT_ASKED.why, Remedy(NOT_ASKED.why))
    verdict = Verdict("bad-title", severity, outcome, (finding,))
    green = outcome in (Outcome.PASS, Outcome.SKIP)
    assert [green, verdict.blocks, verdict.warns].count(True) == 1
    assert verdict.blocks == (severity is Severity.ERROR and not green)
