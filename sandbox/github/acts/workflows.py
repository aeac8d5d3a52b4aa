"""GitHub Actions, as far as others hear of it: runs of workflows start, are under way and end.

https://docs.github.com/en/rest/actions/workflow-runs
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from sandbox.github.acts import apps, checks, suites
from sandbox.github.errors import not_found
from sandbox.github.model import App, Manifest, Organisation, Repository, User, Workflow, WorkflowRun
from sandbox.github.payloads.workflows import workflow, workflow_run
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World

ACTIONS = "GitHub Actions"
"""The App that makes the check suites of workflows."""


@dataclass(frozen=True, slots=True)
class Start:
    """Which workflow runs where, and what set it off. ``path`` is its file."""

    path: str
    branch: str
    event: str = "push"
    name: str = ""
    """What the file calls itself; without a word, like the file."""


def request(world: World, repository: Repository, start: Start, by: User) -> WorkflowRun:
    """Let a workflow wait for a runner, on the tip of a branch; raises Refused (404)."""
    sha = world.git(repository).branch(start.branch)
    if sha is None:
        raise not_found()
    of = _workflow(world, repository, start)
    suite = suites.make(world, repository, _actions(world), sha, start.branch)
    job = checks.create(world, suite, of.name, checks.Said(status="queued"))
    number = 1 + sum(run.workflow is of for run in repository.workflow_runs)
    run = WorkflowRun(world.id(), of, job, start.event, start.branch, by, number, world.clock.now())
    repository.workflow_runs.append(run)
    _tell(world, run, "requested")
    return run


def begin(world: World, run: WorkflowRun) -> None:
    """Let a runner take it."""
    checks.update(world, run.job, checks.Said(status="in_progress", started_at=world.clock.now()))
    _tell(world, run, "in_progress")


def complete(world: World, run: WorkflowRun, conclusion: str) -> None:
    checks.update(world, run.job, checks.Said(conclusion=conclusion))
    _tell(world, run, "completed")


def _workflow(world: World, repository: Repository, start: Start) -> Workflow:
    """Return the workflow of a file, which is known from its first run on."""
    found = next((each for each in repository.workflows if each.path == start.path), None)
    if found is None:
        name = start.name or PurePosixPath(start.path).stem
        found = Workflow(world.id(), name, start.path, world.clock.now())
        repository.workflows.append(found)
    return found


def _actions(world: World) -> App:
    """Return GitHub's own App, which is installed nowhere and may do this everywhere."""
    found = next((app for app in world.apps.values() if app.name == ACTIONS), None)
    if found is None:
        github = Organisation(world.id(), "github", world.clock.now(), name="GitHub")  # nobody here owns it
        world.accounts[github.login] = github
        found = apps.register(world, Manifest(ACTIONS, {"actions": "write", "checks": "write"}), github, "")
    return found


def _tell(world: World, run: WorkflowRun, action: str) -> None:
    body = {"workflow_run": workflow_run(world, run), "workflow": workflow(world, run)}
    world.emit(Event("workflow_run", action, run.actor, run.repository, lambda: body))
