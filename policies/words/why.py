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
    }
)
