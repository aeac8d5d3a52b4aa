"""Check suites, check runs, statuses and workflow runs as GitHub shows them."""

from __future__ import annotations

from dataclasses import asdict

from sandbox.github.model import Annotation, CheckRun, CheckSuite, CommitStatus, Repository
from sandbox.github.payloads.accounts import simple_user
from sandbox.github.payloads.apps import app
from sandbox.github.payloads.basics import Json, in_path, moment, moment_or_none, node_id
from sandbox.github.payloads.commits import simple_commit
from sandbox.github.payloads.pulls import minimal_pull
from sandbox.github.payloads.repositories import api_url, html_url, minimal_repository
from sandbox.github.protections import latest_runs, latest_statuses
from sandbox.github.world import World

_PRIORITY = (
    "failure",
    "startup_failure",
    "timed_out",
    "action_required",
    "cancelled",
    "stale",
    "success",
    "neutral",
    "skipped",
)


def pulls_of(world: World, repository: Repository, sha: str) -> list[Json]:
    """Return the open pull requests with this head; those from forks are not listed, as GitHub documents it."""
    heads = (one for one in repository.pulls.values() if one.state == "open" and one.head_sha == sha)
    return [minimal_pull(world, one) for one in heads if not one.is_fork]


def suite_status(suite: CheckSuite) -> tuple[str, str | None]:
    """Return status and conclusion of a suite, which follow from its runs, the newest of each name."""
    runs = list({run.name: run for run in suite.runs}.values())
    if runs and not suite.rerequested and all(run.status == "completed" for run in runs):
        conclusions = [run.conclusion or "neutral" for run in runs]
        return "completed", min(conclusions, key=_PRIORITY.index)
    started = any(run.status in ("in_progress", "completed") for run in runs) and not suite.rerequested
    return ("in_progress" if started else "queued"), None


def simple_suite(world: World, suite: CheckSuite) -> Json:
    """Return a check suite as ``check_run`` events carry it."""
    status, conclusion = suite_status(suite)
    return {
        "id": suite.id,
        "node_id": node_id("CS", suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": status,
        "conclusion": conclusion,
        "url": f"{api_url(world, suite.repository)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.head_sha,
        "pull_requests": pulls_of(world, suite.repository, suite.head_sha),
        "app": app(world, suite.app),
        "created_at": moment(suite.created_at),
        "updated_at": moment(suite.updated_at),
    }


def suite_in_webhook(world: World, suite: CheckSuite) -> Json:
    """Return a check suite as ``check_suite`` events carry it."""
    return simple_suite(world, suite) | {
        "rerequestable": True,
        "runs_rerequestable": True,
        "latest_check_runs_count": len({run.name for run in suite.runs}),
        "check_runs_url": f"{api_url(world, suite.repository)}/check-suites/{suite.id}/check-runs",
        "head_commit": simple_commit(world.git(suite.repository).objects.commit(suite.head_sha)),
    }


def check_suite(world: World, suite: CheckSuite) -> Json:
    return suite_in_webhook(world, suite) | {"repository": minimal_repository(world, suite.repository)}


def check_run(world: World, run: CheckRun) -> Json:
    url = f"{api_url(world, run.repository)}/check-runs/{run.id}"
    html = f"{html_url(world, run.repository)}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CR", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": html,
        "details_url": run.details_url or run.app.external_url or html,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": moment(run.started_at),
        "completed_at": moment_or_none(run.completed_at),
        "output": {
            "title": run.output.title,
            "summary": run.output.summary,
            "text": run.output.text,
            "annotations_count": len(run.output.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite.id},
        "app": app(world, run.app),
        "pull_requests": pulls_of(world, run.repository, run.head_sha),
    }


def run_in_webhook(world: World, run: CheckRun) -> Json:
    return check_run(world, run) | {"check_suite": simple_suite(world, run.suite)}


def annotation(world: World, run: CheckRun, one: Annotation) -> Json:
    return asdict(one) | {
        "blob_href": f"{html_url(world, run.repository)}/blob/{run.head_sha}/{in_path(one.path)}",
    }


def status(world: World, one: CommitStatus) -> Json:
    return {
        "url": f"{api_url(world, one.repository)}/statuses/{one.sha}",
        "avatar_url": f"{world.web}/avatars/{one.creator.id}",
        "id": one.id,
        "node_id": node_id("SC", one.id),
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
        "creator": simple_user(world, one.creator),
    }


def combined_status(world: World, repository: Repository, sha: str, shown: list[CommitStatus]) -> Json:
    """Return ``GET /commits/{ref}/status``; without any status the state is ``pending``."""
    states = {one.state for one in latest_statuses(repository, sha)}
    state = "failure" if states & {"error", "failure"} else "success" if states == {"success"} else "pending"
    url = api_url(world, repository)
    return {
        "state": state,
        "statuses": [{key: value for key, value in status(world, one).items() if key != "creator"} for one in shown],
        "sha": sha,
        "total_count": len(latest_statuses(repository, sha)),
        "repository": minimal_repository(world, repository),
        "commit_url": f"{url}/commits/{sha}",
        "url": f"{url}/commits/{sha}/status",
    }


def latest_of_suite(suite: CheckSuite) -> list[CheckRun]:
    return [run for run in latest_runs(suite.repository, suite.head_sha) if run.suite is suite]
