"""What has to be written so that GitHub shows what we say: nothing, where it shows that already. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TypeAlias

from bot.report.opinion import Annotation, CheckRun, StandingCheck, StandingComment


@dataclass(frozen=True, slots=True)
class CreateCheck:
    """Begin a check run."""

    check: CheckRun


@dataclass(frozen=True, slots=True)
class UpdateCheck:
    """Change a check run in place. ``annotations`` are those to be added: GitHub keeps those that it has."""

    id: int
    check: CheckRun
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class CreateComment:
    """Begin our comment."""

    body: str


@dataclass(frozen=True, slots=True)
class UpdateComment:
    """Change our comment in place."""

    id: int
    body: str


CheckWrite: TypeAlias = CreateCheck | UpdateCheck
CommentWrite: TypeAlias = CreateComment | UpdateComment


def plan_check(check: CheckRun, standing: StandingCheck | None) -> CheckWrite | None:
    """Return the write that makes the check say this, or None where it says so already.

    GitHub does not take a completed run back to *in progress*, and adds annotations to those that a run has:
    https://docs.github.com/en/rest/checks/runs#update-a-check-run. Both therefore begin a new run, which then counts.
    A run that is not completed is never left behind; it is completed, and whoever applies this counts its annotations.
    """
    if standing is None:
        return CreateCheck(check)
    if standing.digest == digest(check):
        return None
    stand, wanted = _marks(standing.digest), _marks(digest(check))
    if standing.completed and (check.conclusion is None or stand not in (NO_MARKS, wanted)):
        return CreateCheck(check)
    return UpdateCheck(standing.id, check, check.annotations if stand == NO_MARKS else ())


def plan_comment(body: str | None, standing: StandingComment | None) -> CommentWrite | None:
    """Return the write that makes our comment say this; None where it does, or where there is nothing to say."""
    if body is None or (standing is not None and standing.digest == comment_digest(body)):
        return None
    return CreateComment(body) if standing is None else UpdateComment(standing.id, body)


NO_MARKS = "0"
"""The end of the digest of a check run without annotations."""


def digest(check: CheckRun) -> str:
    """Return what tells two check runs apart: all that people read, but for what was seen and when.

    The part after the dash is of the annotations alone: how many, and a hash.
    """
    said = (check.name, check.conclusion, check.title, check.summary, check.text)
    marks = f"{len(check.annotations)}." + _hash([asdict(mark) for mark in check.annotations])[:16]
    return f"{_hash(said)[:40]}-{marks if check.annotations else NO_MARKS}"


def unknown_digest(annotations: int) -> str:
    """Return the digest of a check run of which only is known how many annotations it has."""
    return f"-{annotations}"


def annotations_in(digest: str) -> int | None:
    """Return how many annotations a run with this digest should have; None if it is no digest of ours."""
    count = _marks(digest).partition(".")[0]
    return int(count) if count.isdecimal() else None


def comment_digest(body: str) -> str:
    return _hash(body)


def _marks(digest: str) -> str:
    return digest.rpartition("-")[2]


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
