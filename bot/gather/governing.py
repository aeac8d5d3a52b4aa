"""Finds the policy that governs the event of a workflow, and what the pull request of the event does to it.

It is read from the commits of the clone and never from the work tree: that is the pull request's own. The rules are
those of :mod:`bot.work.proposal`.
"""

from __future__ import annotations

from pathlib import Path

from bot.errors import UsageProblem
from bot.gather.policy import MISSPELT, PATH, PRESET, Policy, PolicyProblem, committed_policy, policy_at
from bot.git.clone import Clone
from bot.git.command import GitError
from bot.report.change import PolicyChange
from policies.config import default
from policies.facts import PullRequest, Sha, Unavailable


def policy_for(clone: Clone, branch: str | None, pull_request: PullRequest | None, extended: Path | None) -> Policy:
    """Return the policy of the default ``branch``; raises PolicyProblem where it cannot be used.

    The pull request that mends a broken policy is judged by the preset. Raises UsageProblem where the clone may lack
    that branch.
    """
    tip = clone.base_tip(branch) if branch else None
    if branch is None or tip is None:
        if clone.missing is not None:
            raise UsageProblem(
                f"The default branch, whose policy holds, is not in this clone; fetch it: {_fetch(clone.missing)}"
            )
        return Policy(default(), PRESET)
    try:
        return policy_at(clone, tip, branch, extended)
    except PolicyProblem as problem:
        head = pull_request.head_sha if pull_request else None
        if pull_request is None or head is None or not _touches_policy(clone, tip, head):
            raise
        try:
            policy_at(clone, head, pull_request.head, extended)
        except PolicyProblem:
            raise problem from None
        return Policy(default(), f"{PRESET}, because {PATH} on {branch} cannot be used")


def read_change(
    clone: Clone, branch: str | None, pull_request: PullRequest, extended: Path | None
) -> PolicyChange | None:
    """Return what the pull request does to the policy, or None if it leaves the file alone."""
    base, head = pull_request.base_sha, pull_request.head_sha
    if base is None or head is None or not _touches_policy(clone, base, head) or not _differ(clone, base, head):
        return None
    try:
        policy_at(clone, head, pull_request.head, extended)
    except PolicyProblem as problem:
        return PolicyChange(errors=problem.errors)
    return PolicyChange(effects=None, elsewhere=branch if pull_request.base != branch else None)


def _fetch(missing: Unavailable) -> str:
    return " && ".join(missing.remedy.commands if missing.remedy else ())


def _touches_policy(clone: Clone, base: Sha, head: Sha) -> bool:
    try:
        return bool(clone.git.run("diff", "--name-only", "--no-renames", f"{base}...{head}", "--", PATH, MISSPELT))
    except GitError:  # no merge base, or a shallow clone
        return True


def _differ(clone: Clone, one: Sha, other: Sha) -> bool:
    try:
        return committed_policy(clone, one, PATH) != committed_policy(clone, other, PATH)
    except PolicyProblem:  # one of them is no file, or has the other name
        return True
