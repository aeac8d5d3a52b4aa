"""Who is looking: everybody may be anybody here, so the page asks as whom to act and remembers it in a cookie."""

from __future__ import annotations

from aiohttp import web

from sandbox.github.access import may
from sandbox.github.model import Repository, User
from sandbox.github.world import World

COOKIE = "acting"


def people(world: World, repository: Repository | None) -> list[User]:
    """Return the persons one can be: in a repository, those who may write, the ones with the most rights first."""
    persons = [one for one in world.accounts.values() if isinstance(one, User) and one.type == "User"]
    if repository is None:
        return persons
    writers = [one for one in persons if may(repository, one, "write")]
    return sorted(writers, key=lambda one: not may(repository, one, "admin"))


def acting(request: web.Request, choices: list[User]) -> User | None:
    """Return as whom the reader acts: as they said, else as the first; None where nobody may do anything."""
    said = request.cookies.get(COOKIE, "")
    return next((one for one in choices if one.login == said), choices[0] if choices else None)
