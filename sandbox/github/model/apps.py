"""GitHub Apps: what they are, where they are installed, the tokens that they get, what was sent to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sandbox.github.model.accounts import Account, User

if TYPE_CHECKING:  # the two know each other
    from sandbox.github.model.repository import Repository


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an App is registered with; ``metadata`` may always be read."""

    name: str
    permissions: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[str] = ()
    webhook_url: str | None = None
    webhook_secret: str | None = None
    external_url: str = ""
    description: str | None = None


@dataclass(slots=True, eq=False)
class App:
    """A GitHub App: what it asks for (``permissions``, ``events``), and where it wants to hear of things."""

    id: int
    slug: str
    name: str
    owner: Account
    bot: User
    created_at: datetime
    client_id: str
    public_key: str
    """PEM. Whoever holds the private key is the App."""
    permissions: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    webhook_url: str | None = None
    webhook_secret: str | None = None
    description: str | None = None
    external_url: str = ""


@dataclass(slots=True, eq=False)
class Installation:
    """An App on an account. ``permissions`` and ``events`` are what was granted, perhaps less than the App asks for."""

    id: int
    app: App
    account: Account
    permissions: dict[str, str]
    events: list[str]
    created_at: datetime
    updated_at: datetime
    repository_selection: Literal["all", "selected"] = "all"
    selected: list[Repository] = field(default_factory=list)
    """Counts where the selection is ``selected``."""
    suspended_at: datetime | None = None
    suspended_by: User | None = None


@dataclass(slots=True, eq=False)
class Token:
    """What a request may do. Of an installation (``expires_at`` is set), or of a person."""

    value: str
    user: User
    installation: Installation | None = None
    permissions: dict[str, str] = field(default_factory=dict)
    repositories: list[Repository] | None = None
    """None: all that the installation (or the person) may see."""
    expires_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Delivery:
    """One attempt to tell an App of an event. A redelivery has an id of its own and the same ``guid``."""

    id: int
    guid: str
    app: App
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None
    payload: dict[str, Any]
    url: str
    request_headers: dict[str, str]
    delivered_at: datetime
    redelivery: bool = False
    duration: float = 0.0
    status_code: int = 0
    """0: nobody answered, or too late."""
    status: str = ""
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
