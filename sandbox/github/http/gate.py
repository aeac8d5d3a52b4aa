"""Whether a caller may use a route: which repository it sees, and which permissions it needs.

https://docs.github.com/rest/authentication/permissions-required-for-github-apps
"""

from __future__ import annotations

from sandbox.github.access import may
from sandbox.github.errors import Refused, not_found
from sandbox.github.http.identity import Caller
from sandbox.github.model import Repository
from sandbox.github.rest.routes import Route
from sandbox.github.world import World

_LEVELS = ("read", "write", "admin")


class Moved(Exception):
    """The repository has another name by now."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository.full_name)
        self.repository = repository


def repository_for(world: World, route: Route, caller: Caller, full_name: str) -> Repository:
    """Return a repository that the caller may see; raises Refused (404) or Moved."""
    repository = world.find(full_name)
    if not visible(world, repository, caller):
        raise not_found()
    if repository.full_name.lower() != full_name.lower():
        raise Moved(repository)
    if not route.as_app:
        _demand(route, caller, repository)
    return repository


def visible(world: World, repository: Repository, caller: Caller) -> bool:
    """Say whether a caller may know that a repository exists."""
    if not repository.private or caller.app:
        return True
    if caller.token is None:
        return False
    if caller.installation is None:
        return may(repository, caller.token.user, "read")
    chosen = caller.token.repositories
    return repository in (world.repositories_of(caller.installation) if chosen is None else chosen)


def _demand(route: Route, caller: Caller, repository: Repository) -> None:
    """Raise Refused unless the token has one of the permissions that the route needs."""
    if route.public and not repository.private:
        return
    demand_token(route, caller)


def demand_token(route: Route, caller: Caller) -> None:
    """Raise Refused: 401 for nobody where somebody is needed, 403 for an installation that was granted too little."""
    if caller.token is None:
        raise Refused(401, "Requires authentication")
    if caller.installation is None or not route.needs:
        return
    granted = caller.token.permissions
    if not any(_covers(granted.get(name), level) for name, level in route.needs.items()):
        accepted = "; ".join(f"{name}={level}" for name, level in route.needs.items())
        headers = {"X-Accepted-GitHub-Permissions": accepted}
        raise Refused(403, "Resource not accessible by integration", headers=headers)


def _covers(granted: str | None, needed: str) -> bool:
    return granted is not None and _LEVELS.index(granted) >= _LEVELS.index(needed)
