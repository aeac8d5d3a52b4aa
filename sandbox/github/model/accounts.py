"""Who there is: people, the bots of Apps, organisations and their teams."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Permission = Literal["none", "read", "triage", "write", "maintain", "admin"]
"""What somebody may do in a repository, in rising order."""


@dataclass(slots=True, eq=False)
class Account:
    """Who can own a repository or act: a person, the bot of an App, an organisation."""

    id: int
    login: str
    created_at: datetime
    type: Literal["User", "Bot", "Organization"] = "User"
    name: str | None = None
    email: str | None = None


@dataclass(slots=True, eq=False)
class User(Account):
    """A person, or the bot that an App acts as (its login ends in ``[bot]``)."""


@dataclass(slots=True, eq=False)
class Team:
    """A team of an organisation; ``repositories`` says what it may do where, by repository id."""

    id: int
    slug: str
    name: str
    organisation: Organisation
    created_at: datetime
    members: dict[User, Literal["member", "maintainer"]] = field(default_factory=dict)
    repositories: dict[int, Permission] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Organisation(Account):
    """An organisation; its owners (role ``admin``) may do everything in its repositories."""

    type: Literal["User", "Bot", "Organization"] = "Organization"
    members: dict[User, Literal["admin", "member"]] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    """By slug."""
    base_permission: Permission = "read"
