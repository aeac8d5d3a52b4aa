"""Every rule, named here and nowhere else, in the order in which people read them."""

from __future__ import annotations

from types import MappingProxyType

from policies.gitflow import (
    bad_title,
    bad_version,
    direct_push,
    feature_in_freeze,
    foreign_commits,
    merge_commit_in_feature,
    merge_conflict,
    missing_approval,
    missing_back_merge,
    missing_story,
    parallel_release,
    squashed_release,
    unknown_branch_type,
    wrong_merge_target,
)
from policies.metrics import (
    environment_drift,
    incomparable_run,
    metric_below_floor,
    metric_regression,
    missing_metric,
    missing_run,
    signature_change,
    stale_run,
    unreproducible_run,
)

CATALOGUE = (
    unknown_branch_type.RULE,
    wrong_merge_target.RULE,
    foreign_commits.RULE,
    bad_version.RULE,
    missing_back_merge.RULE,
    parallel_release.RULE,
    feature_in_freeze.RULE,
    merge_conflict.RULE,
    merge_commit_in_feature.RULE,
    bad_title.RULE,
    missing_story.RULE,
    missing_approval.RULE,
    direct_push.RULE,
    squashed_release.RULE,
    metric_regression.RULE,
    metric_below_floor.RULE,
    missing_run.RULE,
    stale_run.RULE,
    missing_metric.RULE,
    incomparable_run.RULE,
    unreproducible_run.RULE,
    signature_change.RULE,
    environment_drift.RULE,
)

BY_NAME = MappingProxyType({rule.name: rule for rule in CATALOGUE})
