"""Where things begin: people and organisations sign up, repositories are made, Apps are registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.github.acts import accounts, apps, repositories
from sandbox.github.git.writing import Files
from sandbox.github.http.identity import personal_token
from sandbox.github.keys import KeyPair, new_key
from sandbox.github.model import Account, Manifest, Organisation, Team, User
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.world import World

_keys: list[KeyPair] = []
"""Keys are costly to make: the first App of every sandbox in this process has the same one, and so on."""


class SignUp:
    """The front door."""

    def __init__(self, world: World) -> None:
        self._world = world

    def user(self, login: str, name: str | None = None, email: str | None = None) -> User:
        """Return a person, who is signed up the first time. Commits with the address ``email`` are theirs."""
        found = self._world.accounts.get(login.lower())
        return found if isinstance(found, User) else accounts.create_user(self._world, login, name, email)

    def organisation(self, login: str, owner: User) -> Organisation:
        return accounts.create_organisation(self._world, login, owner)

    def team(self, organisation: Organisation, slug: str, members: Sequence[User]) -> Team:
        """Make a team; its members become members of the organisation."""
        return accounts.create_team(self._world, organisation, slug, list(members))

    def token(self, user: User) -> str:
        """Return a personal access token."""
        return personal_token(self._world, user).value

    async def create_repository(
        self, owner: Account, name: str, files: Files | None = None, *, private: bool = True
    ) -> Repo:
        """Make a repository: empty, or with a first commit of these files on ``main``."""
        repo = Repo(self._world, repositories.create(self._world, owner, name, private=private))
        if files is not None:
            await repo.commit("main", files, "Initial commit")
        return repo

    async def adopt_repository(self, owner: Account, name: str, path: Path, *, private: bool = True) -> Repo:
        """Make a repository of a bare one on disk, such as :func:`sandbox.story.build` makes; it is used in place."""
        return Repo(self._world, repositories.adopt(self._world, owner, name, path, private=private))

    def repository(self, full_name: str) -> Repo:
        """Return a repository by its name, ``owner/name``."""
        return Repo(self._world, self._world.find(full_name))

    def propose_app(self, manifest: Manifest, owner: Account) -> str:
        """Say yes to an App in the browser; returns the code for ``POST /app-manifests/{code}/conversions``."""
        return apps.propose(self._world, manifest, owner)

    async def register_app(
        self,
        name: str,
        owner: Account,
        permissions: Mapping[str, str],
        events: Sequence[str] = (),
        webhook: tuple[str, str] | None = None,
    ) -> Developer:
        """Register an App; ``webhook`` is its address and secret. Returns what its developer holds."""
        number = len(self._world.apps)
        while len(_keys) <= number:
            _keys.append(new_key())
        url, secret = webhook or (None, None)
        manifest = Manifest(name, permissions, events, url, secret)
        app = apps.register(self._world, manifest, owner, _keys[number].public)
        return Developer(self._world, app, _keys[number].private)
