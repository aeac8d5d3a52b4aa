"""What the callers know of a pull request, and nobody need ask MLflow: its commits, its workflow, its files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.tracking import words
from policies.facts import Absent, Commit, Sha, Unavailable
from policies.metrics.runs import NO_FILE
from policies.metrics.training import WorkflowRun

NO_RELEASE = words.no_release()


@dataclass(frozen=True, slots=True)
class Released:
    """The commit that the last release is tagged at."""

    tag: str
    commit: Commit


@dataclass(frozen=True, slots=True)
class Subject:
    """A pull request as far as its runs are concerned. ``repository`` is its full name.

    ``merge`` is GitHub's trial merge of it. ``commits`` are its own, newest first. ``base_commits`` are those of the
    base branch, newest first, from the merge base on: whatever of them has runs can be the baseline. ``workflows`` are
    the runs of GitHub workflows for the head; ``early``: some may not have begun yet. ``files`` are the requirements
    files at the head, by path. ``changed_since`` tells which paths differ between an older commit of the pull request
    and its head, and is asked once at most, if only that one was trained; None: nobody knows.
    """

    repository: str
    head: Sha
    base: str
    merge: Sha | None = None
    commits: tuple[Commit, ...] | Unavailable = ()
    base_commits: tuple[Commit, ...] | Unavailable = ()
    release: Released | Absent | Unavailable = NO_RELEASE
    workflows: tuple[WorkflowRun, ...] = ()
    early: bool = False
    files: Mapping[str, tuple[str, ...]] | Absent | Unavailable = NO_FILE
    changed_since: Callable[[Sha], Awaitable[frozenset[str] | None]] | None = None

    @property
    def head_when(self) -> int:
        """When the head was committed, in seconds since 1970; 0 if nobody knows."""
        commits = () if isinstance(self.commits, Unavailable) else self.commits
        return next((commit.when for commit in commits if commit.sha == self.head), 0)
