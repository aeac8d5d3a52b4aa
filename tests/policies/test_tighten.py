"""What a repository may change of its organisation's policy, and that no change makes anything pass that failed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.config import Config, ConfigErrors, read
from policies.evaluate import evaluate
from policies.facts import Facts
from policies.verdict import Outcome, Severity
from tests.policies.fixtures import config_of
from tests.policies.strategies import FACTS

ALLOWED = {
    "nothing": ("", ""),
    "a higher severity": ("rules: {bad-title: warning}", "rules: {bad-title: error}"),
    "a higher severity for one type": ("rules: {bad-title: warning}", "rules: {bad-title: {hotfix: error}}"),
    "the same again": ("rules: {bad-title: error}", "rules: {bad-title: error}"),
    "a rule that is off": ("", "rules: {missing-story: {severity: error, pattern: 'MEIP-[0-9]+'}}"),
    "a rule that may be relaxed": ("rules: {bad-title: {severity: error, may_relax: true}}", "rules: {bad-title: off}"),
    "options of a rule that may be relaxed": (
        "rules: {bad-title: {severity: error, may_relax: true}}",
        "rules: {bad-title: {pattern: '.'}}",
    ),
    "more approvals": ("", "rules: {missing-approval: {approvals: 2, for: {release: 3}, current_head: true}}"),
    "approvals of fewer teams": (
        "rules: {missing-approval: {teams: [leads, data]}}",
        "rules: {missing-approval: {teams: [leads]}}",
    ),
    "approvals of some teams": ("", "rules: {missing-approval: {teams: [leads]}}"),
    "approvals for paths besides": (
        "rules: {missing-approval: {paths: {'src/**': {approvals: 1}}}}",
        "rules: {missing-approval: {paths: {'src/**': {approvals: 2, teams: [data]}, '*.md': {}}}}",
    ),
    "a general number that covers a special one": (
        "rules: {missing-approval: {for: {release: 2}}}",
        "rules: {missing-approval: {approvals: 2, for: {}}}",
    ),
    "an address to show": ("rules: {missing-story: error}", "rules: {missing-story: {jira: 'https://example.com'}}"),
    "no direct promotion": (
        "rules: {wrong-merge-target: {allow_direct_promotion: true}}",
        "rules: {wrong-merge-target: {allow_direct_promotion: false}}",
    ),
    "fewer names": ("", "branches: {production: main, integration: [dev, develop], feature: feature/**}"),
    "fewer targets": ("", "branches: {hotfix: {into: [production, integration]}, feature: {stack: false}}"),
    "a type that merges nowhere": ("", "branches: {spike: {names: spike/**, from: integration, into: []}}"),
    "a branch that has no type": ("", "branches: {archive: {names: [archive, old]}}"),
    "more metrics": (
        "mlflow: {server: main, metrics: {rmse: {goal: minimize, gate: true}}}",
        "mlflow: {experiment: sales, metrics: {mape: {goal: minimize}}}",
    ),
    "the same preset": ("preset: promotion", "preset: promotion"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_a_policy_may_be_tightened(name: str) -> None:
    organisation, repository = ALLOWED[name]
    assert isinstance(read(repository.encode(), config_of(organisation.encode())), Config)


def _tightened() -> list[tuple[Config, Config]]:
    """Return organisations and repositories that extend them, but for what the organisation lets relax."""
    pairs = []
    for organisation, repository in ALLOWED.values():
        above = config_of(organisation.encode())
        below = read(repository.encode(), above)
        if isinstance(below, Config) and "may_relax" not in organisation:
            pairs.append((above, below))
    return pairs


@settings(max_examples=60)
@given(FACTS, st.sampled_from(_tightened()))
def test_whatever_failed_still_fails(facts: Facts, policies: tuple[Config, Config]) -> None:
    organisation, repository = policies
    assert evaluate(facts, organisation).outcome is Outcome.PASS or evaluate(facts, repository).blocking


LOOPHOLES = {
    "a severity, in short": ("", "rules: {unknown-branch-type: warning}"),
    "a severity, in long": ("", "rules: {unknown-branch-type: {severity: off}}"),
    "a severity for one type": ("", "rules: {unknown-branch-type: {feature: off}}"),
    "a special severity by a general one": ("", "rules: {missing-back-merge: warning}"),
    "a severity for a type of one's own": ("", "branches: {x: {names: x/**}}\nrules: {unknown-branch-type: {x: off}}"),
    "a rule that only oneself lets relax": ("", "rules: {merge-conflict: {severity: off, may_relax: true}}"),
    "a pattern of the preset": ("rules: {bad-title: error}", "rules: {bad-title: {pattern: '.'}}"),
    "a prefix that no tag has": ("", "rules: {bad-version: {tag_prefix: none-}}"),
    "everybody's approval": ("rules: {missing-approval: {teams: [leads]}}", "rules: {missing-approval: {teams: []}}"),
    "nobody's approval": ("", "rules: {missing-approval: {for: {feature: 0}}}"),
    "no approval for a type of one's own": (
        "",
        "branches: {x: {names: x/**}}\nrules: {missing-approval: {for: {x: 0}}}",
    ),
    "fewer approvals for a path": (
        "rules: {missing-approval: {paths: {'src/**': {approvals: 2}}}}",
        "rules: {missing-approval: {paths: {}}}",
    ),
    "another preset": ("", "preset: github-flow"),
    "production at another place": ("", "branches: {production: nowhere}"),
    "production at a later name": ("", "branches: {production: [production, main]}"),
    "production without its first name": ("", "branches: {production: master}"),
    "production without names": ("", "branches: {production: []}"),
    "fewer names for a release": ("", "branches: {release: release-*}"),
    "production for the integration branch": ("", "branches: {integration: main, production: stable}"),
    "production as an experiment": ("", "branches: {experiment: [experiment/**, play/**, main]}"),
    "hotfixes as features": ("", "branches: {feature: [feature/**, 'hotfix/*'], hotfix: 'never/*'}"),
    "bots for anybody": ("", "branches: {bot: {names: dependabot/**}}"),
    "features into production": ("", "branches: {feature: {into: [integration, production]}}"),
    "experiments on top of features": ("", "branches: {experiment: {stack: true}}"),
    "hotfixes from anywhere": ("", "branches: {hotfix: {from: any}}"),
    "features from nowhere": ("", "branches: {feature: {from: []}}"),
    "no target, where a wrong one is only a warning": (
        "rules: {wrong-merge-target: warning}",
        "branches: {hotfix: {into: []}}",
    ),
    "a type of one's own that merges": ("", "branches: {x: {names: x/**, from: any, into: production}}"),
    "a type of one's own on top of features": ("", "branches: {x: {names: x/**, from: any, stack: true}}"),
    "a type of one's own, where a wrong target is only a warning": (
        "rules: {wrong-merge-target: warning}",
        "branches: {x: {names: '**', from: any}}",
    ),
    "a role of one's own that takes a release": ("", "branches: {x: {names: [release/1.3.0]}}"),
    "a role of one's own that takes a branch of a bot's": ("", "branches: {x: {names: [pre-commit-ci-x]}}"),
    "a wider tolerance": (
        "mlflow: {metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}}",
        "mlflow: {metrics: {rmse: {goal: minimize, tolerance: {relative: 0.02, absolute: 9}, gate: true}}}",
    ),
    "a metric that no longer gates": (
        "mlflow: {metrics: {rmse: {goal: minimize, gate: true}}}",
        "mlflow: {metrics: {rmse: {goal: minimize}}}",
    ),
    "another baseline": ("mlflow: {baseline: target}", "mlflow: {baseline: {alias: 'models:/m@weak'}}"),
    "a model's metric": (
        "mlflow: {models: {m: {metrics: {auc: {goal: maximize, gate: true}}}}}",
        "mlflow: {models: {m: {metrics: {auc: {goal: minimize, gate: true}}}}}",
    ),
}


@pytest.mark.parametrize("name", LOOPHOLES)
def test_a_policy_cannot_be_weakened_by(name: str) -> None:
    organisation, repository = LOOPHOLES[name]
    assert isinstance(read(repository.encode(), config_of(organisation.encode())), ConfigErrors)


def test_a_type_of_the_repositorys_own_comes_last() -> None:
    config = read(b"branches: {mine: {names: '**', into: []}}", config_of(b""))
    assert isinstance(config, Config)
    assert config.branches[-1].name == "mine"


def test_a_role_keeps_the_names_that_the_organisation_has_for_it() -> None:
    """Else a repository that has only a `master` would have no production branch to judge."""
    organisation = config_of(b"")
    config = read(b"branches: {production: main}", organisation)
    assert isinstance(config, Config)
    assert config.branches == organisation.branches


def test_metrics_of_the_organisation_are_not_lost() -> None:
    organisation = config_of(b"mlflow: {server: main, metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}}")
    config = read(b"mlflow: {models: {churn: {metrics: {auc: {goal: maximize}}}}}", organisation)
    assert isinstance(config, Config)
    assert config.mlflow is not None
    assert organisation.mlflow is not None
    assert config.mlflow.metrics == organisation.mlflow.metrics
    assert config.mlflow.server == "main"
    assert list(config.mlflow.models) == ["churn"]


def test_what_the_organisation_says_holds_for_a_repository_that_says_nothing() -> None:
    config = read(b"", config_of(b"preset: promotion\nrules: {bad-title: error}"))
    assert isinstance(config, Config)
    assert config.preset == "promotion"
    assert config.rules["bad-title"].severity is Severity.ERROR
