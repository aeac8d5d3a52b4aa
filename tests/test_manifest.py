"""The App asks GitHub for what the code uses, and for nothing more. The sandbox knows what GitHub wants for a route."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from githubkit_schemas.latest import models

from bot import events
from bot.github.manifest import EVENTS, PERMISSIONS
from sandbox.github.rest import ROUTES
from tests.github_requests import Request, requests

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "app.yml").read_text("utf-8")
MANIFEST = yaml.safe_load(TEXT)
GRANTED: dict[str, str] = MANIFEST["default_permissions"]
REQUESTS = requests(ROOT / "bot")

NEEDED_BY_EVENT = {
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "check_run": "checks",
    "check_suite": "checks",
    "merge_group": "merge_queues",
    "push": "contents",
    "repository": "metadata",
    "workflow_run": "actions",
}
"""https://docs.github.com/en/webhooks/webhook-events-and-payloads; each wants to be read at least."""


def needs(request: Request) -> dict[str, str]:
    """Return the permissions of which GitHub wants one for a request."""
    for route in ROUTES:
        pattern = re.sub(r"\{\w+\}", "[^/]+", route.pattern)
        if route.method == request.method and re.fullmatch(pattern, request.path):
            return dict(route.needs)
    raise AssertionError(f"{request}: no such route in the sandbox")


def granted(request: Request) -> set[tuple[str, str]]:
    """Return which of them the manifest asks for."""
    allowed = {"read": {"read", "write"}, "write": {"write"}}
    return {(name, level) for name, level in needs(request).items() if GRANTED.get(name) in allowed[level]}


def test_the_code_knows_what_the_manifest_asks_for() -> None:
    assert dict(PERMISSIONS) == GRANTED
    assert set(EVENTS) == set(MANIFEST["default_events"])


def test_the_requests_of_the_code_are_found() -> None:
    found = {f"{request.method} {request.path}" for request in REQUESTS}
    assert found >= {
        "POST /repos/*/*/check-runs",
        "PATCH /repos/*/*/check-runs/*",
        "GET /repos/*/*/pulls/*",
        "GET /repos/*/*/compare/*...*",
        "POST /repos/*/*/issues/*/comments",
        "GET /orgs/*/teams/*/memberships/*",
        "POST /app/hook/deliveries/*/attempts",
    }


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_what_the_code_asks_of_github_is_allowed(request_: Request) -> None:
    assert not needs(request_) or granted(request_)


def test_nothing_is_asked_for_that_is_not_used() -> None:
    used = {("metadata", "read")}  # every App has it
    used |= {(NEEDED_BY_EVENT[event], "read") for event in MANIFEST["default_events"]}
    used |= {each for request in REQUESTS for each in granted(request)}
    assert set(GRANTED) == {name for name, _ in used}
    assert {name for name, level in GRANTED.items() if level == "write"} == {n for n, level in used if level == "write"}


def test_the_events_are_those_that_the_code_reads() -> None:
    assert sorted(MANIFEST["default_events"]) == sorted(set(events.HANDLED) - events.IMPLICIT)


def test_every_event_is_one_that_the_permissions_allow_to_hear() -> None:
    assert {NEEDED_BY_EVENT[event] for event in MANIFEST["default_events"]} <= set(GRANTED)


def test_the_permissions_are_ones_that_github_knows() -> None:
    known = models.AppPermissions.model_validate(GRANTED).model_dump(exclude_unset=True)
    assert known == GRANTED
    assert set(GRANTED) <= set(models.AppPermissions.model_fields)


def test_everything_that_is_asked_for_has_its_reason_above_it() -> None:
    lines = TEXT.splitlines()
    asked = {f"  {name}: {level}" for name, level in GRANTED.items()} | {f"  - {e}" for e in MANIFEST["default_events"]}
    assert asked <= set(lines)
    assert [line for before, line in pairwise(lines) if line in asked and "# " not in before] == []


def test_the_app_is_private_and_hears_at_the_address_that_the_server_has() -> None:
    assert MANIFEST["public"] is False
    assert MANIFEST["hook_attributes"] == {"url": f"{MANIFEST['url']}/webhook", "active": True}
