"""Something that has happened, before anybody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.github.model import Account, App, Installation, Repository

Payload = dict[str, Any]


def nothing() -> Payload:
    """Return the body of an event that says no more than who, where and what."""
    return {}


@dataclass(frozen=True, slots=True)
class Event:
    """``body`` makes what is particular to this event; it is called only where an App listens."""

    name: str
    action: str | None
    sender: Account
    repository: Repository | None = None
    body: Callable[[], Payload] = nothing
    only: App | None = None
    """Where GitHub tells one App alone."""
    installation: Installation | None = None
    """For events about an installation itself."""
