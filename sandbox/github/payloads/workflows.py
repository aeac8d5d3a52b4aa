"""Workflows and their runs as GitHub shows them."""

from __future__ import annotations

from sandbox.github.model import WorkflowRun
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.basics import Json, in_path, moment, node_id
from sandbox.github.payloads.checks import pulls_of
from sandbox.github.payloads.commits import simple_commit
from sandbox.github.payloads.repositories import api_url, html_url, minimal_repository
from sandbox.github.world import World


def workflow(world: World, run: WorkflowRun) -> Json:
    """Return the workflow of a run as ``workflow_run`` events carry it."""
    of, html = run.workflow, html_url(world, run.repository)
    return {
        "id": of.id,
        "node_id": node_id("W", of.id),
        "name": of.name,
        "path": of.path,
        "state": "active",
        "created_at": moment(of.created_at),
        "updated_at": moment(of.created_at),
        "url": f"{api_url(world, run.repository)}/actions/workflows/{of.id}",
        "html_url": f"{html}/blob/{run.repository.default_branch}/{in_path(of.path)}",
        "badge_url": f"{html}/workflows/{in_path(of.name)}/badge.svg",
    }


def workflow_run(world: World, run: WorkflowRun) -> Json:
    api, commit = api_url(world, run.repository), world.git(run.repository).objects.commit(run.head_sha)
    url, suite = f"{api}/actions/runs/{run.id}", run.suite
    return {
        "id": run.id,
        "name": run.workflow.name,
        "node_id": node_id("WFR", run.id),
        "check_suite_id": suite.id,
        "check_suite_node_id": node_id("CS", suite.id),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": run.workflow.path,
        "run_number": run.run_number,
        "run_attempt": 1,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": run.workflow.id,
        "url": url,
        "html_url": f"{html_url(world, run.repository)}/actions/runs/{run.id}",
        "pull_requests": pulls_of(world, run.repository, run.head_sha),
        "created_at": moment(run.created_at),
        "updated_at": moment(run.updated_at),
        "run_started_at": moment(run.created_at),
        "actor": simple_user(world, run.actor),
        "triggering_actor": simple_user(world, run.actor),
        "display_title": commit.message.partition("\n")[0],
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{api}/check-suites/{suite.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{api}/actions/workflows/{run.workflow.id}",
        "referenced_workflows": [],
        "head_commit": simple_commit(commit),
        "repository": minimal_repository(world, run.repository),
        "head_repository": minimal_repository(world, run.repository),
    }
