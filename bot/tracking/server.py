"""A tracking server as the operator has named it, and who may use it; :mod:`bot.tracking.servers` reads the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.tracking.rest import Connection
from policies.gitflow.pattern import matched, translate

DEFAULT_FILE = Path("headgate-server.yml")
"""Read where it lies, if it is there; ``HEADGATE_CONFIG`` names another."""


@dataclass(frozen=True, slots=True)
class Server:
    """A tracking server and who may use it. ``webhook_secret`` signs what it tells us, if it is to tell us anything."""

    connection: Connection
    repositories: tuple[str, ...]
    webhook_secret: str | None = field(default=None, repr=False)

    def serves(self, repository: str) -> bool:
        """Say whether a repository may use it; GitHub's names are the same in capitals."""
        return any(matched(translate(glob.lower()), repository.lower(), whole=True) for glob in self.repositories)


@dataclass(frozen=True, slots=True)
class Servers:
    """All of them, by the operator's names."""

    by_name: Mapping[str, Server] = field(default_factory=dict)

    def for_repository(self, name: str, repository: str) -> Server | None:
        """Return the server of that name; None if there is none, or none for this repository."""
        server = self.by_name.get(name)
        return server if server is not None and server.serves(repository) else None

    @property
    def webhook_secrets(self) -> dict[str, bytes]:
        """The secrets of those servers that tell us of their registry, by the operator's names."""
        given = {name: server.webhook_secret for name, server in self.by_name.items()}
        return {name: secret.encode() for name, secret in given.items() if secret}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be seen, for the logs to mask."""
        found = (
            secret
            for server in self.by_name.values()
            for secret in (server.connection.password, server.connection.token, server.webhook_secret)
        )
        return tuple(secret for secret in found if secret)


NO_SERVERS = Servers()
