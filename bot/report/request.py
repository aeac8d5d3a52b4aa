"""Check runs as GitHub wants them: the bodies of ``POST`` and ``PATCH /repos/{owner}/{repo}/check-runs``.

https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.report.fit import bare, joined
from bot.report.opinion import Annotation, CheckRun
from bot.report.plan import digest
from policies.words import check as words

ANNOTATIONS_A_REQUEST = 50


def batches(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    """Part annotations into as many requests as they need, at least one."""
    starts = range(0, max(len(annotations), 1), ANNOTATIONS_A_REQUEST)
    return [annotations[start : start + ANNOTATIONS_A_REQUEST] for start in starts]


def created(check: CheckRun, annotations: Sequence[Annotation], now: datetime, *, last: bool) -> dict[str, Any]:
    """Return the body that begins a check run; it is completed only with its ``last`` annotations."""
    begun = {"name": check.name, "head_sha": check.head_sha, "started_at": _moment(now)}
    return begun | updated(check, annotations, now, last=last)


def updated(check: CheckRun, annotations: Sequence[Annotation], now: datetime, *, last: bool) -> dict[str, Any]:
    """Return the body that changes a check run.

    ``external_id`` says what the run says as a whole, so it is set with the last annotations only; after a crash it
    tells whether there is anything left to write.
    """
    output = {
        "title": check.title,
        "summary": check.summary,
        "text": joined([check.text, check.seen]),
        "annotations": [_annotation(each) for each in annotations],
    }
    if not last:
        return {"status": "in_progress", "external_id": "", "output": output}
    if check.conclusion is None:
        return {"status": "in_progress", "external_id": digest(check), "output": output}
    return {
        "status": "completed",
        "conclusion": check.conclusion,
        "completed_at": _moment(now),
        "external_id": digest(check),
        "output": output,
    }


def superseded(now: datetime) -> dict[str, Any]:
    """Return the body that ends a run which another one has taken the place of."""
    said = words.superseded()
    output = {"title": bare(said), "summary": f"{said.markdown()}."}
    return {"status": "completed", "conclusion": "failure", "completed_at": _moment(now), "output": output}


def _annotation(annotation: Annotation) -> dict[str, Any]:
    return {
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    }


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
