"""Check runs and statuses are made, changed and asked for again. https://docs.github.com/rest/checks/runs"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.github.acts import suites
from sandbox.github.errors import Refused
from sandbox.github.model import Account, Annotation, App, CheckRun, CheckSuite, CommitStatus, User
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.checks import run_in_webhook, status, suite_status
from sandbox.github.payloads.commits import commit
from sandbox.github.webhooks.event import Event, Payload
from sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Said:
    """What an App says of a check run; None leaves it as it is."""

    status: str | None = None
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    details_url: str | None = None
    external_id: str | None = None
    name: str | None = None
    output: dict[str, Any] | None = None
    annotations: Sequence[Annotation] = ()


def create(world: World, suite: CheckSuite, name: str, said: Said) -> CheckRun:
    """Make a check run in a suite, see :func:`sandbox.github.acts.suites.suite_for`."""
    suite.rerequested = False
    run = CheckRun(world.id(), name, suite, "queued", said.started_at or world.clock.now())
    suite.runs.append(run)
    _take(world, run, said)
    _tell(world, run, "created", run.app.bot)
    if run.status == "completed":
        _completed(world, run)
    return run


def update(world: World, run: CheckRun, said: Said) -> None:
    """Change a check run. A completed one stays completed: to run again, an App makes a new one."""
    was = run.status
    _take(world, run, said)
    run.suite.rerequested = False
    if run.status == "completed" and was != "completed":
        _completed(world, run)


def _take(world: World, run: CheckRun, said: Said) -> None:
    run.name = said.name or run.name
    run.started_at = said.started_at or run.started_at
    run.details_url = said.details_url or run.details_url
    run.external_id = run.external_id if said.external_id is None else said.external_id
    if said.output is not None:
        for key in ("title", "summary", "text"):
            if key in said.output:
                setattr(run.output, key, said.output[key])
        run.output.annotations += said.annotations
    if said.conclusion is not None:
        run.status, run.conclusion = "completed", said.conclusion
        run.completed_at = said.completed_at or world.clock.now()
    elif said.status is not None and run.status != "completed":
        run.status = said.status
    run.suite.updated_at = world.clock.now()


def _completed(world: World, run: CheckRun) -> None:
    _tell(world, run, "completed", run.app.bot)
    if suite_status(run.suite)[0] == "completed":
        suites.tell(world, run.suite, "completed", run.app.bot)


def _tell(world: World, run: CheckRun, action: str, by: Account, only: App | None = None) -> None:
    def body() -> Payload:
        return {"check_run": run_in_webhook(world, run)}

    world.emit(Event("check_run", action, by, run.repository, body, only))


def rerequest(world: World, run: CheckRun, by: Account) -> None:
    """Ask the App for a check again. Its suite is queued again; the run itself stays as it is."""
    if run.status != "completed":
        raise Refused(422, "This check run is not rerequestable")
    run.suite.rerequested = True
    _tell(world, run, "rerequested", by, run.app)


def rerequest_suite(world: World, suite: CheckSuite, by: Account) -> None:
    """Ask the App for all its checks on a commit again."""
    suite.rerequested = True
    suites.tell(world, suite, "rerequested", by)


def set_status(world: World, one: CommitStatus, by: User) -> None:
    """Set the older kind of check. https://docs.github.com/rest/commits/statuses"""
    repository = one.repository
    repository.statuses.append(one)

    def body() -> Payload:
        shown = status(world, one)
        tips = world.git(repository).under("refs/heads/")
        where = f"{world.api}/repos/{repository.full_name}/commits/{one.sha}"
        return {
            **{
                key: shown[key]
                for key in ("id", "state", "description", "target_url", "context", "created_at", "updated_at")
            },
            "avatar_url": shown["avatar_url"],
            "sha": one.sha,
            "name": repository.full_name,
            "commit": commit(world, repository, one.sha),
            "branches": [
                {"name": name, "commit": {"sha": sha, "url": where}, "protected": False}
                for name, sha in tips.items()
                if sha == one.sha
            ],
            "sender": simple_user(world, by),
        }

    world.emit(Event("status", None, by, repository, body))
