"""Runs the real server in this process, as the GitHub App ``headgate`` of a sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.app import Hire, hire, serve
from bot.github.manifest import EVENTS, PERMISSIONS
from bot.jobs.opening import open_queue
from bot.jobs.port import Queue
from bot.settings import Settings
from bot.state.address import read_address
from bot.state.schema import migrate
from bot.tracking.server import NO_SERVERS, Servers
from sandbox.github.model import Organisation
from sandbox.github.people.app import Developer
from sandbox.github.server import Sandbox

SECRET = "the sandbox's secret"
NOWHERE = "http://127.0.0.1:9/webhook"
"""Where webhooks go until the server listens."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A running Headgate in front of a sandbox."""

    github: Sandbox
    app: Developer
    queue: Queue

    async def settle(self) -> None:
        """Wait until every webhook has arrived and every job is done; what is put off for later does not count."""
        before = -1
        while before != (now := len(self.github.calls)):
            before = now
            await self.github.delivered()
            await self.queue.settle()


async def register(github: Sandbox, owner: Organisation) -> Developer:
    """Register Headgate as a GitHub App, with what `app.yml` asks for."""
    return await github.register_app("headgate", owner, PERMISSIONS, EVENTS, (NOWHERE, SECRET))


@asynccontextmanager
async def running(
    github: Sandbox, app: Developer, database: str, staff: Hire = hire, servers: Servers = NO_SERVERS
) -> AsyncIterator[Gate]:
    """Run the server until the end of the block; raises what it ends with.

    ``staff`` does the jobs; ``servers`` are the tracking servers that repositories may use.
    """
    queue, ready = open_queue(database), asyncio.Event()
    heard: list[str] = []

    def announce(url: str) -> None:
        heard.append(url)
        ready.set()

    migrate(read_address(database))
    server = asyncio.create_task(serve(_settings(github, app, database, servers), queue, staff, announce))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([server, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if server.done():
        server.result()
    await app.listen(f"{heard[0]}/webhook", SECRET)
    try:
        yield Gate(github, app, queue)
    finally:
        server.cancel()
        with suppress(asyncio.CancelledError):
            await server


def _settings(github: Sandbox, app: Developer, database: str, servers: Servers) -> Settings:
    return Settings(
        app_id=app.id,
        private_key=SecretStr(app.private_key),
        webhook_secrets=(SecretStr(SECRET),),
        github_api_url=github.base_url,
        database_url=SecretStr(database),
        data=Path(),
        host="127.0.0.1",
        port=0,
        workers=8,
        log_level="warning",
        servers=servers,
    )
