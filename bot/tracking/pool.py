"""The tracking servers that are open: one client each, shared by all pull requests, made when first needed."""

from __future__ import annotations

from bot.tracking import words
from bot.tracking.client import Tracking
from bot.tracking.rest import Observer
from bot.tracking.server import NO_SERVERS, Servers
from policies.facts import Unavailable


class Pool:
    """Clients for the operator's servers."""

    def __init__(self, servers: Servers = NO_SERVERS, observer: Observer | None = None) -> None:
        self._servers, self._observer = servers, observer
        self._open: dict[str, Tracking] = {}

    def server(self, name: str | None, repository: str) -> Tracking | Unavailable:
        """Return the server that a repository's policy names, if the operator lets the repository use it."""
        if name is None:
            return words.no_server_named()
        server = self._servers.for_repository(name, repository)
        if server is None:
            return words.no_such_server(name, repository)
        if name not in self._open:
            self._open[name] = Tracking(server.connection, self._observer)
        return self._open[name]

    def close(self) -> None:
        """Let go of all of them."""
        for client in self._open.values():
            client.close()
        self._open.clear()
