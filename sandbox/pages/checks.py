"""How a commit stands: its check runs and statuses, each with one word and one colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sandbox.github.model import Account, CheckRun, CommitStatus, Repository
from sandbox.github.protections import latest_runs, latest_statuses
from sandbox.pages.addresses import run_page

Tone = Literal["pass", "fail", "warn", "wait", "quiet", "missing"]

_TONES: dict[str | None, Tone] = {
    "success": "pass",
    "neutral": "quiet",
    "skipped": "quiet",
    "stale": "quiet",
    "pending": "wait",
    None: "wait",
}
_WORST: tuple[Tone, ...] = ("fail", "missing", "wait", "warn", "pass", "quiet")
_WORDS = {
    "success": "Passed",
    "failure": "Failed",
    "error": "Failed",
    "neutral": "Neutral",
    "skipped": "Skipped",
    "stale": "Stale",
    "cancelled": "Cancelled",
    "timed_out": "Timed out",
    "action_required": "Action required",
    "startup_failure": "Could not start",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a list of checks. ``says`` is what the check itself says; ``word`` is how it stands."""

    name: str
    tone: Tone
    word: str
    says: str
    href: str
    by: Account | None
    run: CheckRun | None = None


def tone(conclusion: str | None) -> Tone:
    """Return the colour of a conclusion, or of a state of the older kind; None is for what is not finished."""
    return _TONES.get(conclusion, "fail")


def word(run: CheckRun) -> str:
    """Say how a run stands, and how long it took."""
    if run.status != "completed":
        return {"queued": "Queued", "in_progress": "In progress"}.get(run.status, "Waiting")
    said = _WORDS.get(run.conclusion or "", "Failed")
    return f"{said} after {_duration(run.completed_at - run.started_at)}" if run.completed_at else said


def _duration(took: timedelta) -> str:
    seconds = max(1, round(took.total_seconds()))
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60} s"


def checks_of(repository: Repository, sha: str) -> tuple[Check, ...]:
    """Return what is said of a commit, newest first: check runs, then statuses."""
    return (
        *(of_run(run) for run in latest_runs(repository, sha)),
        *(_of_status(status) for status in latest_statuses(repository, sha)),
    )


def of_run(run: CheckRun) -> Check:
    """Return a check run as a line of a list."""
    done = run.conclusion if run.status == "completed" else None
    return Check(run.name, tone(done), word(run), run.output.title or "", run_page(run), run.app.bot, run)


def _of_status(status: CommitStatus) -> Check:
    said = _WORDS.get(status.state, "Waiting")
    return Check(status.context, tone(status.state), said, status.description or "", "", status.creator)


def worst(tones: Iterable[Tone]) -> Tone | None:
    """Return the colour of all of them together; None of nothing."""
    return min(tones, key=_WORST.index, default=None)
