"""Which commit is trained for whom, written as tags, so that a run finds its pull request and we find the run."""

from __future__ import annotations

import json
import os
import posixpath
import re
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions.toolkit import InputError, cut

HEAD_TAG = "github.head_sha"
SESSION_TAG = "headgate.session"

LONGEST_KEY = 250
LONGEST_VALUE = 8_000
"""Characters; MLflow refuses a longer key, and older servers a longer value: `mlflow/utils/validation.py`."""

LARGEST_CONTEXT = 100_000
"""Bytes of the variable; Linux starts no program that is handed one of more than 131,071."""

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_KEY = re.compile(r"[\w./:\- ]+")


@dataclass(frozen=True, slots=True)
class Session:
    """One training.

    ``checkout`` is None outside of a Git repository; without a pull request there is no number ``pull``, and no
    ``merge``, the trial merge that GitHub checks out by default.
    """

    id: str
    head: str
    merge: str | None
    checkout: str | None
    pull: int | None
    run_url: str

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every run of this training. MLflow's own `mlflow.source.git.commit` stays what it is."""
        known = {
            HEAD_TAG: self.head,
            "github.checkout_sha": self.checkout,
            "github.pr": None if self.pull is None else str(self.pull),
            "github.run_url": self.run_url,
            SESSION_TAG: self.id,
        }
        return {key: value for key, value in known.items() if value is not None}


def begin(folder: Path) -> Session:
    """Read whom this is for from the workflow's event and environment, and what is checked out in ``folder``."""
    event, sha = _event(), os.environ.get("GITHUB_SHA", "")
    server, repository, run = map(_given, ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"))
    return Session(
        id=secrets.token_hex(16),
        head=head_of(event, sha),
        merge=sha if "pull_request" in event else None,
        checkout=_checked_out(folder),
        pull=pull_of(event),
        run_url=f"{server}/{repository}/actions/runs/{run}/attempts/{os.environ.get('GITHUB_RUN_ATTEMPT') or '1'}",
    )


def head_of(event: Mapping[str, Any], sha: str) -> str:
    """Return the commit that a check will stand on; ``sha`` is GITHUB_SHA, which is a trial merge for a pull request.

    https://docs.github.com/en/actions/reference/events-that-trigger-workflows#pull_request
    """
    head = _within(event, "pull_request", "head", "sha")
    head = head or _within(event, "merge_group", "head_sha") or _within(event, "workflow_run", "head_sha") or sha
    if not (isinstance(head, str) and _SHA.fullmatch(head)):
        raise InputError(f"the workflow does not say which commit it is for: {cut(repr(head), 80)} is no commit id")
    return head


def pull_of(event: Mapping[str, Any]) -> int | None:
    """Return the number of the pull request; a finished workflow may be for several, and then says nothing."""
    number = _within(event, "pull_request", "number")
    pulls = _within(event, "workflow_run", "pull_requests")
    if number is None and isinstance(pulls, list) and len(pulls) == 1:
        number = _within(pulls[0], "number")
    return number if isinstance(number, int) else None


def run_context(existing: str, tags: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return MLFLOW_RUN_CONTEXT: ``tags``, and what is set already where MLflow will take it; and what it will not.

    MLflow applies it to every run that it begins, nested and autologged ones too. One key that it refuses would keep
    all of them from being created, and a text that is no JSON would leave all of them without a tag.
    """
    others, complaints = _others(existing)
    merged = json.dumps(others | dict(tags))
    if len(merged) > LARGEST_CONTEXT:
        return json.dumps(dict(tags)), [*complaints, "It is left out: no program could be started with all of it."]
    return merged, complaints


def _others(existing: str) -> tuple[dict[str, str], list[str]]:
    if not existing.strip():
        return {}, []
    try:
        given = json.loads(existing)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return {}, ["It is left out: it is not a JSON object."]
    kept, complaints = {}, []
    for key, value in given.items():
        if not _is_key(key):
            complaints.append(f"{cut(repr(key), 80)} is left out: MLflow takes no tag of that name.")
            continue
        text = value if isinstance(value, str) else json.dumps(value)
        if len(text) > LONGEST_VALUE:
            complaints.append(f"{cut(repr(key), 80)} is cut after {LONGEST_VALUE:,} characters.")
        kept[key] = text[:LONGEST_VALUE]
    return kept, complaints


def _is_key(key: str) -> bool:
    path = posixpath.normpath(key)
    return bool(_KEY.fullmatch(key)) and len(key) <= LONGEST_KEY and path == key and not path.startswith((".", "/"))


def _event() -> Mapping[str, Any]:
    path = os.environ.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"the file of the event cannot be read: {error}") from None
    return event if isinstance(event, dict) else {}


def _within(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _given(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise InputError(f"{variable} is not set; this runs as a step of a workflow")
    return value


def _checked_out(folder: Path) -> str | None:
    """Return the commit in ``folder``, whoever owns its files: in a container that is somebody else."""
    command = ["git", "-c", "safe.directory=*", "rev-parse", "--verify", "HEAD"]
    try:
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return None
    sha = answer.stdout.strip()
    return sha if _SHA.fullmatch(sha) else None
