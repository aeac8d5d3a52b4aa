"""A repository: where Git keeps it, and what GitHub adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sandbox.github.model.accounts import Account, Permission, User
from sandbox.github.model.apps import App
from sandbox.github.model.checks import CheckSuite, CommitStatus, Workflow, WorkflowRun
from sandbox.github.model.pulls import PullRequest, QueueEntry


@dataclass(slots=True, eq=False)
class RequiredCheck:
    """A check that must pass; with ``app`` only the one that this App made counts."""

    context: str
    app: App | None = None


@dataclass(slots=True, eq=False)
class Protection:
    """Branch protection, or the same as a ruleset; ``pattern`` is an fnmatch pattern of branch names."""

    id: int
    pattern: str
    checks: list[RequiredCheck] = field(default_factory=list)
    strict: bool = False
    """The head must hold the base's tip."""
    approvals: int | None = None
    """How many approving reviews are required; None does not require a pull request."""
    dismiss_stale: bool = False
    enforce_admins: bool = True
    merge_queue: bool = False
    ruleset: bool = False
    """Shown under ``/rules/branches`` and not under ``/branches/…/protection``."""


@dataclass(slots=True, eq=False)
class Release:
    """A release; its tag is Git's."""

    id: int
    tag_name: str
    target_commitish: str
    author: User
    created_at: datetime
    published_at: datetime | None
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False


@dataclass(slots=True, eq=False)
class Repository:
    """A repository: ``path`` is the bare Git repository, the rest is what GitHub adds to it."""

    id: int
    owner: Account
    name: str
    path: Path
    default_branch: str
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    private: bool = False
    description: str | None = None
    parent: Repository | None = None
    archived: bool = False
    allow_merge_commit: bool = True
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = True
    delete_branch_on_merge: bool = False
    collaborators: dict[User, Permission] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    protections: list[Protection] = field(default_factory=list)
    suites: list[CheckSuite] = field(default_factory=list)
    statuses: list[CommitStatus] = field(default_factory=list)
    queue: list[QueueEntry] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    workflow_runs: list[WorkflowRun] = field(default_factory=list)
    last_number: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"
