"""The runs of GitHub workflows for a commit: one of them may train it, and then there is something to wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.refused import REFUSALS
from policies.facts import Sha
from policies.metrics.training import WorkflowRun

MOST = 100
"""Runs of workflows for one commit that are looked at: one page."""

log = structlog.get_logger()


async def workflows(reader: Reader, sha: Sha) -> tuple[WorkflowRun, ...]:
    """Return what runs or ran for a commit, newest first; of a workflow that was started again the last attempt.

    Whoever does not let us see them is judged by the runs that MLflow has.
    https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
    """
    path = f"{reader.repository.path}/actions/runs"
    try:
        given = await reader.api.get(path, head_sha=sha, per_page=MOST)
    except REFUSALS as error:
        log.warning("workflows.not_listed", error=str(error))
        return ()
    with documented(path):
        return tuple(_run(each) for each in given["workflow_runs"])


def _run(given: Mapping[str, Any]) -> WorkflowRun:
    conclusion = given["conclusion"]
    return WorkflowRun(
        name=str(given["name"] or ""),
        file=str(given["path"]).partition("@")[0],
        status=str(given["status"]),
        conclusion=None if conclusion is None else str(conclusion),
        url=str(given["html_url"]),
    )
