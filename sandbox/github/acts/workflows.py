"""GitHub Actions, as far as others hear of it: workflow runs start and end."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.github.errors import not_found
from sandbox.github.model import Repository, User, WorkflowRun
from sandbox.github.payloads.checks import workflow_run
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Start:
    """Which workflow runs where, and what set it off."""

    name: str
    branch: str
    event: str = "push"


def request(world: World, repository: Repository, start: Start, by: User) -> WorkflowRun:
    """Start a workflow on the tip of a branch; raises Refused (404)."""
    sha = world.git(repository).branch(start.branch)
    if sha is None:
        raise not_found()
    now, number = world.clock.now(), len(repository.workflow_runs) + 1
    run = WorkflowRun(world.id(), repository, start.name, start.event, start.branch, sha, by, number, now, now)
    repository.workflow_runs.append(run)
    _tell(world, run, "requested")
    return run


def complete(world: World, run: WorkflowRun, conclusion: str) -> None:
    run.status, run.conclusion, run.updated_at = "completed", conclusion, world.clock.now()
    _tell(world, run, "completed")


def _tell(world: World, run: WorkflowRun, action: str) -> None:
    body = {"workflow_run": workflow_run(world, run), "workflow": None}
    world.emit(Event("workflow_run", action, run.actor, run.repository, lambda: body))
