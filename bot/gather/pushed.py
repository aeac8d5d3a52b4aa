"""Facts about a push, from the clone it was pushed to."""

from __future__ import annotations

from bot.gather.event import PushEvent
from bot.git import subjects
from bot.git.clone import Clone
from policies.facts import Branches, Commit, MergedPullRequest, Push, PushedCommit


class PushFacts:
    """A source of facts about what a push added to the first-parent line of a branch."""

    def __init__(self, clone: Clone, event: PushEvent) -> None:
        self.branches: Branches = clone.branches
        listed = clone.git.commits("--first-parent", str(event.after), "--not", str(event.before))
        commits = tuple(PushedCommit(commit, pull_request_of(commit, event.branch)) for commit, _ in listed)
        self.subject = Push(event.branch, commits)


def pull_request_of(commit: Commit, branch: str) -> MergedPullRequest | None:
    """Read which pull request brought a commit of a first-parent line; a merge that `git pull` made is none."""
    if commit.parents < 2:
        number = subjects.number_of(commit.subject)
        return MergedPullRequest(number, None, "squash") if number else None
    said = subjects.read(commit.subject)
    if said.source == branch and said.number is None:
        return None
    return MergedPullRequest(said.number, said.source, "merge")
