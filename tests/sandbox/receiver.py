"""A server that takes webhooks, in the place of an App: it checks the signature and keeps what came."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

SECRET = "it is a secret"


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook that came in."""

    event: str
    action: str | None
    guid: str
    payload: dict[str, Any]

    @property
    def name(self) -> str:
        """``pull_request.opened``, or ``push`` where there is no action."""
        return f"{self.event}.{self.action}" if self.action else self.event


class Receiver:
    """Where webhooks arrive. ``answer`` decides what they are answered, 202 unless a test says otherwise."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[Received] = []
        self.answer: Callable[[Received], int] = lambda _: 202

    async def take(self, request: web.Request) -> web.Response:
        data = await request.read()
        digest = hmac.new(SECRET.encode(), data, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == f"sha256={digest}"
        payload = json.loads(data)
        one = Received(
            request.headers["X-GitHub-Event"], payload.get("action"), request.headers["X-GitHub-Delivery"], payload
        )
        self.received.append(one)
        return web.Response(status=self.answer(one), text="taken")

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.received]

    def last(self, name: str) -> dict[str, Any]:
        """Return the payload of the newest webhook of a name; raises StopIteration."""
        return next(one.payload for one in reversed(self.received) if one.name == name)


@asynccontextmanager
async def listening() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application(client_max_size=26 * 1024 * 1024)
    app.router.add_post("/webhook", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/webhook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
