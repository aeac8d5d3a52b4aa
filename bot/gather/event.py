"""Reads the event file of a GitHub workflow: which pull request, push or merge group it is about.

Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import NothingToJudge, UsageProblem
from policies.facts import PullRequest, Sha

LARGEST = 25 * 1024 * 1024
"""Bytes; GitHub sends no larger payload."""

NO_COMMIT = "0" * 40


@dataclass(frozen=True, slots=True)
class PushEvent:
    """A push to ``branch`` from ``before`` to ``after``; None where the branch was created or deleted by it."""

    branch: str
    before: Sha | None
    after: Sha | None


@dataclass(frozen=True, slots=True)
class MergeGroupEvent:
    """A group of the merge queue: what lies between ``base_sha`` and ``head_sha`` would go into ``base``."""

    base: str
    base_sha: Sha
    head_sha: Sha


Subject = PullRequest | PushEvent | MergeGroupEvent


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and the default branch of the repository, whose policy holds; None where the file lacks it."""

    subject: Subject
    default_branch: str | None = None


def read_event(path: Path) -> Event:
    """Read an event file.

    Raises UsageProblem where it is none of the three events that can be judged, NothingToJudge for a push of a tag.
    """
    payload = load(path)
    try:
        repository = payload.get("repository")
        default_branch = _text(repository["default_branch"]) if repository else None
        return Event(_subject(payload, path), default_branch)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageProblem(f"{path} is not the payload that GitHub documents: {_missing(error)}.") from error


def _subject(payload: dict[str, Any], path: Path) -> Subject:
    if "pull_request" in payload:
        return read_pull_request(payload["pull_request"])
    if "merge_group" in payload:
        group = payload["merge_group"]
        return MergeGroupEvent(_branch(group["base_ref"]), _sha(group["base_sha"]), _sha(group["head_sha"]))
    if "ref" in payload and "after" in payload:
        return _push(payload)
    raise UsageProblem(
        f"{path} is about no pull request, push or merge group; give the file that GITHUB_EVENT_PATH names."
    )


def load(path: Path) -> dict[str, Any]:
    """Read a JSON object from a file; raises UsageProblem."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)  # a device has no end
        if len(data) > LARGEST:
            raise UsageProblem(f"{path} has more than 25 MiB; GitHub sends no such event.")
        payload = json.loads(data)
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"{path} is not JSON.") from error
    if not isinstance(payload, dict):
        raise UsageProblem(f"{path} is not the payload of an event: it must be a JSON object.")
    return payload


def _missing(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else "a value has the wrong type"


def read_pull_request(given: Mapping[str, Any]) -> PullRequest:
    """Read a pull request as webhooks and the REST API write it; raises KeyError, TypeError or ValueError."""
    head, base = given["head"], given["base"]
    head_repository = head.get("repo")  # null once a fork is deleted
    return PullRequest(
        head=_text(head["ref"]),
        base=_text(base["ref"]),
        head_sha=_sha(head["sha"]),
        base_sha=_sha(base["sha"]),
        number=_number(given["number"]),
        title=_text(given["title"]),
        body=_text(given.get("body") or ""),
        author=_text(given["user"]["login"]) if given.get("user") else None,
        draft=bool(given.get("draft")),
        fork=head_repository is None or head_repository["full_name"] != base["repo"]["full_name"],
    )


def _push(given: dict[str, Any]) -> PushEvent:
    if not given["ref"].startswith("refs/heads/"):
        raise NothingToJudge("The event is a push of a tag; only pushes to branches are judged.")
    before, after = (None if given[key] == NO_COMMIT else _sha(given[key]) for key in ("before", "after"))
    return PushEvent(_branch(given["ref"]), before, after)


def _branch(ref: str) -> str:
    return _text(ref).removeprefix("refs/heads/")


def _sha(value: object) -> Sha:
    text = _text(value).lower()
    if len(text) not in (40, 64) or set(text) - set("0123456789abcdef"):
        raise ValueError("not a commit id")
    return Sha(text)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("not the number of a pull request")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value
