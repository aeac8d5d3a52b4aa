"""Who is told of an event, and what every payload carries around the event itself.

https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.github.model import App, Installation, Organisation
from sandbox.github.payloads.accounts import simple_organisation, simple_user
from sandbox.github.payloads.basics import node_id
from sandbox.github.payloads.repositories import simple_repository
from sandbox.github.webhooks.event import Event, Payload
from sandbox.github.world import World

_ALWAYS = frozenset({"installation", "installation_repositories", "ping"})
"""Every App gets these, and cannot unsubscribe."""

_WITH_CHECKS = frozenset({"check_run", "check_suite"})
"""Apps that may write checks are subscribed to these."""

NEEDS = {
    "check_run": "checks",
    "check_suite": "checks",
    "create": "contents",
    "delete": "contents",
    "issue_comment": "issues",
    "merge_group": "merge_queues",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "push": "contents",
    "release": "contents",
    "repository": "metadata",
    "status": "statuses",
    "workflow_run": "actions",
}
"""The permission to read that an event needs."""


def audience(world: World, event: Event) -> Iterator[tuple[App, Installation | None]]:
    """Yield which Apps are told, and through which installation."""
    if event.name == "ping" and event.only:
        yield event.only, None
    elif event.installation:
        yield event.installation.app, event.installation
    elif event.repository:
        for installation in world.installations_on(event.repository):
            if event.only in (None, installation.app) and _listens(installation, event.name):
                yield installation.app, installation


def _listens(installation: Installation, name: str) -> bool:
    granted = installation.permissions
    if installation.suspended_at is not None:
        return False
    if name in _ALWAYS or (name in _WITH_CHECKS and granted.get("checks") == "write"):
        return True
    return name in installation.events and may_hear(granted, name)


def may_hear(granted: dict[str, str], name: str) -> bool:
    """Say whether these permissions allow an event."""
    needed = NEEDS.get(name)
    return needed is None or needed in granted


def payload(world: World, event: Event, body: Payload, installation: Installation | None) -> Payload:
    """Return what is sent to one App: the event, and who, where and through which installation."""
    answer: Payload = {"action": event.action} if event.action else {}
    answer |= body
    if event.repository:
        answer.setdefault("repository", simple_repository(world, event.repository))
        if isinstance(event.repository.owner, Organisation):
            answer["organization"] = simple_organisation(world, event.repository.owner)
    if installation and not event.installation:
        answer["installation"] = {"id": installation.id, "node_id": node_id("IN", installation.id)}
    if event.name != "ping":
        answer.setdefault("sender", simple_user(world, event.sender))
    return answer
