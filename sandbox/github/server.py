"""The sandbox: a world, served over HTTP on this machine, in which people act and Apps are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.github.acts import queue
from sandbox.github.clock import Clock
from sandbox.github.http.answering import Answering
from sandbox.github.http.faults import Faults
from sandbox.github.http.journal import Call
from sandbox.github.http.limits import Limits
from sandbox.github.model import Delivery
from sandbox.github.people.signup import SignUp
from sandbox.github.webhooks.event import Event
from sandbox.github.webhooks.post import Post
from sandbox.github.world import World

_MOVES_THE_QUEUE = frozenset({"check_run", "merge_group", "pull_request", "status"})


Extend = Callable[[web.Application, World], None]
"""Adds to the server what is not the REST API, such as pages to look at."""


class Sandbox(SignUp):
    """A GitHub. ``async with Sandbox(folder) as github`` serves its API at :attr:`base_url` until the block ends."""

    def __init__(self, root: Path, *, port: int = 0, extend: Extend | None = None) -> None:
        self._port, self._extend = port, extend
        self.clock = Clock()
        self.world = World(root, self.clock)
        super().__init__(self.world)
        self.post = Post(self.world)
        self._answering = Answering(self.world, self.post)
        self.world.listeners += [self.post.take, self._advance_queue]
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=100 * 1024 * 1024)
        if self._extend is not None:
            self._extend(app, self.world)
        app.router.add_route("*", "/{tail:.*}", self._answering.answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.world.api = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.post.close()
        if self._runner:
            await self._runner.cleanup()
        self.world.close()

    @property
    def base_url(self) -> str:
        """Where the REST API is."""
        return self.world.api

    @property
    def calls(self) -> list[Call]:
        """All requests so far, in order; ``calls.clear()`` starts counting anew."""
        return self._answering.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """All webhooks that were sent, redeliveries included."""
        return self.world.deliveries

    @property
    def faults(self) -> Faults:
        return self._answering.faults

    @property
    def limits(self) -> Limits:
        return self._answering.limits

    @property
    def unknown_routes(self) -> list[str]:
        """The requests for which the sandbox has no route, each once."""
        return list(dict.fromkeys(f"{call.method} {call.path}" for call in self.calls if not call.route))

    @property
    def unknown_parameters(self) -> list[str]:
        """The parameters in queries that the sandbox has answered as if they were not there, each once."""
        found = (f"{name} of {call.method} {call.route}" for call in self.calls for name in call.unread)
        return list(dict.fromkeys(found))

    def check(self) -> None:
        """Raise AssertionError naming the requests that the sandbox does not model."""
        if self.unknown_routes:
            raise AssertionError("the sandbox has no route for: " + ", ".join(self.unknown_routes))
        if self.unknown_parameters:
            raise AssertionError("the sandbox does not know the parameters: " + ", ".join(self.unknown_parameters))

    async def delivered(self) -> None:
        """Return when no webhook is on its way any more."""
        await self.post.done()

    def advance(self, by: timedelta) -> None:
        """Move the sandbox's time on: tokens expire, limits are reset."""
        self.clock.advance(by)

    def _advance_queue(self, event: Event) -> None:
        """Let the merge queue go on when a check or a pull request has changed."""
        if event.repository and event.repository.queue and event.name in _MOVES_THE_QUEUE:
            queue.advance(self.world, event.repository)
