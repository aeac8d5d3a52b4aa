"""What is said of a commit: check suites and runs, statuses, runs of workflows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sandbox.github.model.accounts import User
from sandbox.github.model.apps import App

if TYPE_CHECKING:  # the two know each other
    from sandbox.github.model.repository import Repository


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark on lines of a file, part of a check run's output."""

    path: str
    start_line: int
    end_line: int
    annotation_level: Literal["notice", "warning", "failure"]
    message: str
    start_column: int | None = None
    end_column: int | None = None
    title: str | None = None
    raw_details: str | None = None


@dataclass(slots=True, eq=False)
class Output:
    """What a check run says. Annotations are added up over updates."""

    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Annotation] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class CheckSuite:
    """All check runs of one App on one commit."""

    id: int
    repository: Repository
    app: App
    head_sha: str
    head_branch: str | None
    """None for a commit that was pushed to a fork."""
    created_at: datetime
    updated_at: datetime
    before: str | None = None
    runs: list[CheckRun] = field(default_factory=list)
    rerequested: bool = False


@dataclass(slots=True, eq=False)
class CheckRun:
    """One check of one App on one commit; of several with the same name the latest counts."""

    id: int
    name: str
    suite: CheckSuite
    status: str
    started_at: datetime
    conclusion: str | None = None
    completed_at: datetime | None = None
    details_url: str | None = None
    external_id: str = ""
    output: Output = field(default_factory=Output)

    @property
    def app(self) -> App:
        return self.suite.app

    @property
    def repository(self) -> Repository:
        return self.suite.repository

    @property
    def head_sha(self) -> str:
        return self.suite.head_sha


@dataclass(slots=True, eq=False)
class CommitStatus:
    """The older kind of check: a state under a context, on a commit."""

    id: int
    repository: Repository
    sha: str
    context: str
    state: Literal["error", "failure", "pending", "success"]
    creator: User
    created_at: datetime
    description: str | None = None
    target_url: str | None = None


@dataclass(slots=True, eq=False)
class Workflow:
    """A workflow of GitHub Actions: its file, and what it is called."""

    id: int
    name: str
    path: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class WorkflowRun:
    """A run of a workflow, with one job; it stands as it does in the job's check run, in a suite of its own."""

    id: int
    workflow: Workflow
    job: CheckRun
    event: str
    head_branch: str
    actor: User
    run_number: int
    created_at: datetime

    @property
    def suite(self) -> CheckSuite:
        return self.job.suite

    @property
    def repository(self) -> Repository:
        return self.suite.repository

    @property
    def head_sha(self) -> str:
        return self.suite.head_sha

    @property
    def status(self) -> str:
        return self.job.status

    @property
    def conclusion(self) -> str | None:
        return self.job.conclusion

    @property
    def updated_at(self) -> datetime:
        return self.suite.updated_at
