"""Why a team has a rule: one sentence each, shown beside every finding."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHY: Mapping[str, str] = MappingProxyType(
    {
        "unknown-branch-type": "The name says where the work started, where it may merge and how strictly to judge it.",
        "wrong-merge-target": "Each branch holds what its name promises only while nothing else lands on it.",
        "foreign-commits": "Unfinished work that comes along with another change is deployed without being judged.",
        "bad-version": "The tag and the deployed version come from this name.",
        "missing-back-merge": "What was mended in production comes undone with the next release.",
        "parallel-release": "Two open releases compete for one version, and each mend has to be made twice.",
        "feature-in-freeze": "A release branch becomes stable only while nothing but mends goes in.",
        "merge-conflict": "A conflict that is solved at merge time is solved without review and without tests.",
        "merge-commit-in-feature": "The team keeps a linear history, so that a change in a metric can be bisected.",
        "bad-title": "The title becomes the subject of the merge and a line of the changelog.",
        "missing-story": "The story says why the change exists and who asked for it.",
        "missing-approval": "Nobody sees the mistakes in their own work; a second pair of eyes does.",
        "direct-push": "What skips the pull request was not reviewed and is in no audit trail.",
        "squashed-release": "Copied commits have new ids, so every later comparison lists the same work as missing.",
        "metric-regression": "A model that got worse by accident is found in production, by those who use it.",
        "metric-below-floor": "What gets a little worse each time, always within the tolerance, ends up useless.",
        "missing-run": "Without a run nobody knows what the change does to the model.",
        "stale-run": "A run of an older commit says nothing about what was changed since.",
        "missing-metric": "A gate that finds nothing to judge is open.",
        "incomparable-run": "On an easier test set every model is better.",
        "unreproducible-run": "A number that nobody can produce again can be neither explained nor mended.",
        "signature-change": "The callers of a deployed model do not change in the same moment as the model.",
        "environment-drift": "With other libraries than it was trained with, a model predicts something else.",
    }
)
