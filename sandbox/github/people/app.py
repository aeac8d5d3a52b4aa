"""What the developer of an App does, and those who install it."""

from __future__ import annotations

from collections.abc import Sequence

import jwt

from sandbox.github.acts import apps
from sandbox.github.acts.accounts import owner_of
from sandbox.github.http.identity import issue
from sandbox.github.model import Account, App, Installation, Repository, User
from sandbox.github.people.repo import Repo
from sandbox.github.world import World


class Developer:
    """An App with its private key, in the hands of who made it."""

    def __init__(self, world: World, app: App, private_key: str) -> None:
        self._world = world
        self.app = app
        self.private_key = private_key
        """PEM."""

    @property
    def id(self) -> int:
        return self.app.id

    @property
    def bot(self) -> User:
        """Whom its comments and commits are by."""
        return self.app.bot

    def jwt(self, lasts: int = 540) -> str:
        """Return a JSON web token with which the App asks as itself."""
        now = self._world.clock.unix()
        claims = {"iat": now - 60, "exp": now + lasts, "iss": str(self.app.id)}
        return jwt.encode(claims, self.private_key, algorithm="RS256")

    async def listen(self, url: str, secret: str) -> None:
        """Set where webhooks go and how they are signed; GitHub pings the address."""
        self.app.webhook_url, self.app.webhook_secret = url, secret
        apps.ping(self._world, self.app)

    async def install(
        self, account: Account, repositories: Sequence[Repo] | None = None, by: User | None = None
    ) -> Install:
        """Install the App on an account: on all its repositories, or on these."""
        chosen = None if repositories is None else [repo.model for repo in repositories]
        made = apps.install(self._world, self.app, account, by or owner_of(account), chosen)
        return Install(self._world, made)


class Install:
    """An installation, as the owners of the account manage it."""

    def __init__(self, world: World, model: Installation) -> None:
        self._world = world
        self.model = model

    @property
    def id(self) -> int:
        return self.model.id

    def token(self) -> str:
        """Return a fresh installation token."""
        return issue(self._world, self.model).value

    async def uninstall(self, by: User | None = None) -> None:
        apps.uninstall(self._world, self.model, self._owner(by))

    async def suspend(self, by: User | None = None) -> None:
        apps.suspend(self._world, self.model, self._owner(by))

    async def unsuspend(self, by: User | None = None) -> None:
        apps.unsuspend(self._world, self.model, self._owner(by))

    async def accept_new_permissions(self, by: User | None = None) -> None:
        """Grant what the App has come to ask for since it was installed."""
        apps.accept_permissions(self._world, self.model, self._owner(by))

    async def add(self, *repos: Repo, by: User | None = None) -> None:
        """Give it more repositories."""
        apps.add_repositories(self._world, self.model, _models(repos), self._owner(by))

    async def remove(self, *repos: Repo, by: User | None = None) -> None:
        """Take repositories away."""
        apps.remove_repositories(self._world, self.model, _models(repos), self._owner(by))

    def _owner(self, by: User | None) -> User:
        return by or owner_of(self.model.account)


def _models(repos: Sequence[Repo]) -> list[Repository]:
    return [repo.model for repo in repos]
