"""https://docs.github.com/rest/actions/workflow-runs"""

from __future__ import annotations

from sandbox.github.payloads.workflows import workflow_run
from sandbox.github.rest.ask import Answer, Ask, one_with_id
from sandbox.github.rest.routes import Routes

routes = Routes()
_BASE = "/repos/{owner}/{repo}/actions/runs"


@routes.get(_BASE, actions="read")
def list_runs(ask: Ask) -> Answer:
    wanted = {name: ask.query.get(name) for name in ("head_sha", "event", "status")}
    branch = ask.query.get("branch")
    found = [
        run
        for run in reversed(ask.repository.workflow_runs)
        if wanted["head_sha"] in (None, run.head_sha)
        and wanted["event"] in (None, run.event)
        and wanted["status"] in (None, run.status, run.conclusion)
        and branch in (None, run.head_branch)
    ]
    return ask.wrapped("workflow_runs", found, lambda run: workflow_run(ask.world, run))


@routes.get(_BASE + "/{run_id}", actions="read")
def get_run(ask: Ask) -> Answer:
    return Answer(workflow_run(ask.world, one_with_id(ask.repository.workflow_runs, ask.number("run_id"))))
