"""What a person may do in a repository: as owner, as member of the organisation or of a team, as collaborator."""

from __future__ import annotations

from typing import get_args

from sandbox.github.errors import Refused
from sandbox.github.model import Account, Organisation, Permission, Repository

LEVELS: tuple[Permission, ...] = get_args(Permission)


def permission(repository: Repository, account: Account) -> Permission:
    """Return the highest of what somebody was given."""
    given: list[Permission] = ["none" if repository.private else "read"]
    given += [granted for person, granted in repository.collaborators.items() if person is account]
    owner = repository.owner
    if owner is account:
        given.append("admin")
    if isinstance(owner, Organisation):
        given += _in_organisation(owner, repository, account)
    return max(given, key=LEVELS.index)


def _in_organisation(owner: Organisation, repository: Repository, account: Account) -> list[Permission]:
    roles = [role for person, role in owner.members.items() if person is account]
    given: list[Permission] = ["admin" if role == "admin" else owner.base_permission for role in roles]
    teams = (team for team in owner.teams.values() if any(person is account for person in team.members))
    return given + [team.repositories.get(repository.id, "none") for team in teams]


def may(repository: Repository, account: Account, what: Permission) -> bool:
    return LEVELS.index(permission(repository, account)) >= LEVELS.index(what)


def demand(repository: Repository, account: Account, what: Permission) -> None:
    """Raise Refused unless a person may; the bot of an App is judged by its installation's permissions instead."""
    if account.type != "Bot" and not may(repository, account, what):
        raise Refused(403, "You must have the right permission on this repository.")
