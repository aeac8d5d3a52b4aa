"""Holds a sandbox against GitHub's own OpenAPI: every answer, every webhook, every request body that it accepted.

A test that uses the fixture ``github`` gets this for free; ``held(sandbox)`` does it for any other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter, ValidationError

from sandbox.github.http.journal import Call
from sandbox.github.model import Delivery
from sandbox.github.server import Sandbox
from tests.sandbox import description

OLDER = frozenset({"merge_commit_sha", "assignee", "has_downloads", "rate"})
"""Shown by the version of the API that is the default, and no longer by the newest, which is the one installed:
https://docs.github.com/rest/about-the-rest-api/breaking-changes"""

UNEVEN = frozenset(
    {
        "has_discussions",
        "merge_commit_message",
        "merge_commit_title",
        "notification_setting",
        "organization_id",
        "requested_team.type",
        "requested_teams.type",
        "squash_merge_commit_message",
        "squash_merge_commit_title",
        "user_view_type",
        "web_commit_signoff_required",
        "workflow_run.display_title",
    }
)
"""Fields of users, teams, repositories and runs that GitHub describes in most webhooks and has forgotten in some."""


def problems_of_call(call: Call) -> Iterator[str]:
    """Yield what GitHub's description says against a request that was answered, or against the answer."""
    if not call.route or call.fault or call.status not in (200, 201, 202, 204, 304):
        return
    operation = description.operation(call.method, call.route)
    query = {name for name, _ in parse_qsl(call.query, keep_blank_values=True)}
    for name in sorted(query - operation.query):
        yield f"{call}: GitHub knows no parameter {name!r} here"
    if call.request and operation.request is None:
        yield f"{call}: GitHub expects no body here"
    elif call.method != "GET" and operation.request is not None:
        yield from _problems(operation.request, call.request or {}, f"{call}, request", strict=True)
    if call.answer is not None and operation.answer is not None:
        yield from _problems(operation.answer, call.answer, f"{call}, answer")


def problems_of_delivery(delivery: Delivery) -> Iterator[str]:
    """Yield what GitHub's description says against a webhook."""
    name = f"webhook {delivery.event} {delivery.action or ''}".strip()
    try:
        adapter = description.webhook(delivery.event, delivery.action)
    except KeyError:
        yield f"{name}: GitHub has no such action"
        return
    yield from _problems(adapter, delivery.payload, name)


def _problems(adapter: TypeAdapter[Any], data: Any, where: str, *, strict: bool = False) -> Iterator[str]:
    """Yield what is wrong; ``strict`` refuses what is not described even where GitHub ignores it."""
    try:
        model = adapter.validate_python(data)
    except ValidationError as error:
        for found in error.errors():
            yield f"{where}: {'.'.join(map(str, found['loc']))}: {found['msg']}"
        return
    for name in sorted(set(_unknown(model, data, strict=strict))):
        yield f"{where}: GitHub knows no field {name}"


def _unknown(model: Any, data: Any, path: str = "", *, strict: bool) -> Iterator[str]:
    """Yield the fields of the data that the model it was read as does not have."""
    if isinstance(data, list) and isinstance(model, list):
        for one, item in zip(model, data, strict=True):
            yield from _unknown(one, item, path, strict=strict)
    if not isinstance(model, BaseModel) or not isinstance(data, dict):
        return
    if model.model_config.get("extra") == "allow" and not strict:
        return
    fields = {field.alias or name: name for name, field in type(model).model_fields.items()}
    for key, value in data.items():
        here = f"{path}.{key}".lstrip(".")
        if key in fields and key != "permissions":  # lists of all permissions are described incompletely
            yield from _unknown(getattr(model, fields[key]), value, here, strict=strict)
        elif key not in fields and not {key, ".".join(here.split(".")[-2:])} & (OLDER | UNEVEN):
            yield here


def problems(sandbox: Sandbox) -> list[str]:
    """Return everything that GitHub's description says against what has happened in a sandbox."""
    calls = [problem for call in sandbox.calls for problem in problems_of_call(call)]
    return calls + [problem for one in sandbox.deliveries for problem in problems_of_delivery(one)]


def check(sandbox: Sandbox) -> None:
    """Raise AssertionError with everything that is wrong, unknown routes among it."""
    sandbox.check()
    found = problems(sandbox)
    assert not found, "GitHub's description disagrees:\n" + "\n".join(dict.fromkeys(found))


@asynccontextmanager
async def held(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    """Serve a sandbox, and hold what has happened in it against GitHub's description at the end."""
    async with sandbox as github:
        yield github
        await github.delivered()
        check(github)
