"""Reads a webhook delivery: what should be looked at again because of it. Pure; decides nothing else.

Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from bot.github.repository import InstallationId, Repository
from bot.jobs.target import (
    HeadTarget,
    InstallationTarget,
    MergeGroupTarget,
    PullRequestTarget,
    PushTarget,
    RepositoryTarget,
    Target,
    WorkflowTarget,
)

Payload: TypeAlias = Mapping[str, Any]
Reader: TypeAlias = Callable[[Payload, int], Iterator[Target]]
_T = TypeVar("_T")


_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
"""JSON can spell it, and no database takes it."""

LARGEST_NUMBER = 2**63 - 1
"""Ids are 64 bits wide, here as in the database."""


class Malformed(ValueError):
    """The payload is not the one that GitHub documents for its event; the message names the field."""


def read(event: str, payload: Payload, app_id: int) -> tuple[Target, ...]:
    """Return what a delivery asks to look at; nothing for a delivery that does not matter. Raises Malformed.

    ``app_id`` is our own: a request to run another App's check again is none of our business.
    """
    actions, reader = HANDLED.get(event, (None, None))
    if reader is None or (actions is not None and _field(payload, "action", str) not in actions):
        return ()
    return tuple(reader(payload, app_id))


def _pull_request(payload: Payload, _app_id: int) -> Iterator[Target]:
    yield PullRequestTarget(_repository(payload), _field(payload, "pull_request.number", int))


def _check(kind: str, suite: str) -> Reader:
    """``suite`` is where the check suite stands, which knows of the push that it was made for."""

    def reader(payload: Payload, app_id: int) -> Iterator[Target]:
        if _field(payload, f"{kind}.app.id", int) == app_id:
            sha = _sha(payload, f"{kind}.head_sha")
            yield HeadTarget(_repository(payload), sha, *_origin(payload, suite))

    return reader


def _suite(payload: Payload, app_id: int) -> Iterator[Target]:
    """All checks of an App on a commit: somebody wants ours again, or another's, such as a CI's, have ended."""
    if payload["action"] == "rerequested":
        yield from _check("check_suite", "check_suite")(payload, app_id)
    elif _field(payload, "check_suite.app.id", int) != app_id:
        yield WorkflowTarget(_repository(payload), _sha(payload, "check_suite.head_sha"))


def _workflow(payload: Payload, _app_id: int) -> Iterator[Target]:
    yield WorkflowTarget(_repository(payload), _sha(payload, "workflow_run.head_sha"))


def _origin(payload: Payload, suite: str) -> tuple[str | None, str | None]:
    """Return the branch that a check suite was made for, and what it was at before; GitHub may not know either."""
    try:
        return _field(payload, f"{suite}.head_branch", str), _sha_or_none(payload, f"{suite}.before")
    except Malformed:
        return None, None


def _merge_group(payload: Payload, _app_id: int) -> Iterator[Target]:
    yield MergeGroupTarget(
        _repository(payload),
        base_ref=_field(payload, "merge_group.base_ref", str).removeprefix("refs/heads/"),
        base_sha=_sha(payload, "merge_group.base_sha"),
        head_ref=_field(payload, "merge_group.head_ref", str).removeprefix("refs/heads/"),
        head_sha=_sha(payload, "merge_group.head_sha"),
    )


def _push(payload: Payload, _app_id: int) -> Iterator[Target]:
    before, after = (_sha_or_none(payload, name) for name in ("before", "after"))
    yield PushTarget(_repository(payload), _field(payload, "ref", str), before, after)


def _repository_changed(payload: Payload, _app_id: int) -> Iterator[Target]:
    yield RepositoryTarget(_repository(payload))


def _installation_changed(payload: Payload, _app_id: int) -> Iterator[Target]:
    yield InstallationTarget(Repository(_installation(payload), 0, ""))


def _repositories_added(payload: Payload, _app_id: int) -> Iterator[Target]:
    for added in _field(payload, "repositories_added", list):
        given = {"repository": added, "installation": payload.get("installation")}
        yield RepositoryTarget(_repository(given))


PULL_REQUEST_ACTIONS = frozenset(
    {"opened", "reopened", "edited", "synchronize", "ready_for_review", "converted_to_draft", "closed"}
)

HANDLED: Mapping[str, tuple[frozenset[str] | None, Reader]] = MappingProxyType(
    {
        "pull_request": (PULL_REQUEST_ACTIONS, _pull_request),
        "pull_request_review": (frozenset({"submitted", "edited", "dismissed"}), _pull_request),
        "check_run": (frozenset({"rerequested"}), _check("check_run", "check_run.check_suite")),
        "check_suite": (frozenset({"rerequested", "completed"}), _suite),
        "workflow_run": (frozenset({"requested", "completed"}), _workflow),
        "merge_group": (frozenset({"checks_requested"}), _merge_group),
        "push": (None, _push),
        "repository": (frozenset({"renamed", "transferred", "edited"}), _repository_changed),
        "installation": (frozenset({"created", "unsuspend", "new_permissions_accepted"}), _installation_changed),
        "installation_repositories": (frozenset({"added"}), _repositories_added),
    }
)
"""Events that matter, with the actions that do (None: the event has none)."""

IMPLICIT = frozenset({"installation", "installation_repositories"})
"""Every App gets these; they cannot be asked for in a manifest.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
"""


def _repository(payload: Payload) -> Repository:
    full_name = _field(payload, "repository.full_name", str)
    if not re.fullmatch(r"[^/\s]+/[^/\s]+", full_name):
        raise Malformed("repository.full_name is not owner/name")
    return Repository(_installation(payload), _field(payload, "repository.id", int), full_name)


def _installation(payload: Payload) -> InstallationId:
    if payload.get("installation") is None:
        raise Malformed(
            "installation is missing: this webhook belongs to a repository or an organisation; "
            "Headgate needs the one of its GitHub App"
        )
    return InstallationId(_field(payload, "installation.id", int))


def _sha(payload: Payload, path: str) -> str:
    text = _field(payload, path, str)
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text):
        raise Malformed(f"{path} is not a commit id")
    return text


def _sha_or_none(payload: Payload, path: str) -> str | None:
    """Zeros stand for the commit before a ref was created and after it was deleted."""
    sha = _sha(payload, path)
    return sha if sha.strip("0") else None


def _field(payload: Payload, path: str, kind: type[_T]) -> _T:
    """Return the value at a dotted path; raises Malformed where it is missing or of another type."""
    value: Any = payload
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise Malformed(f"{path} is missing")
        value = value[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Malformed(f"{path} is not of type {kind.__name__}")
    if isinstance(value, str) and _HALF_A_CHARACTER.search(value):
        raise Malformed(f"{path} is not text")
    if isinstance(value, int) and not 0 < value <= LARGEST_NUMBER:
        raise Malformed(f"{path} is no number that GitHub gives out")
    return value
