"""Headgate as people run it: a process of its own, told by environment variables, that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sandbox.github.people.app import Developer
from sandbox.github.server import Sandbox
from tests.stories.gate import SECRET

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "bot")
SECONDS = 60
"""After which something that should have happened counts as missing, on a machine that is busy."""


class Server:
    """A running ``headgate serve``, and what it has logged so far."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._news = asyncio.Condition()
        self.log: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())

    @property
    def id(self) -> int:
        return self._process.pid

    async def logs(self, event: str, times: int = 1) -> dict[str, Any]:
        """Return a line of the log as soon as so many of its kind are there."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.log if line["event"] == event]

        async with asyncio.timeout(SECONDS), self._news:
            await self._news.wait_for(lambda: len(found()) >= times or self._reading.done())
        if len(found()) < times:
            raise AssertionError(f"it ended without logging {event}: {self.log[-5:]}")
        return found()[times - 1]

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()

    async def end(self) -> int:
        """Wait until it has ended, and return its exit code."""
        async with asyncio.timeout(SECONDS):
            await self._reading
            return await self._process.wait()

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    async def _read(self) -> None:
        assert self._process.stderr
        while line := await self._process.stderr.readline():
            self.log.append(json.loads(line))
            async with self._news:
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def serving(github: Sandbox, app: Developer, database: str, **given: str) -> AsyncIterator[Server]:
    """Start a server and have GitHub deliver to it; what is left of it at the end is killed."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "serve",
        cwd=ROOT,
        env=_clean() | _environment(github, app, database) | given,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        limit=1024 * 1024,
    )
    server = Server(process)
    try:
        listening = await server.logs("server.listening")
        await app.listen(f"{listening['url']}/webhook", SECRET)
        yield server
    finally:
        if process.returncode is None:
            process.kill()
        await server.end()


async def list_jobs(database: str, *arguments: str) -> Any:
    """Return what ``headgate jobs`` says."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "jobs", "--format", "json", *arguments),
        cwd=ROOT,
        env=_clean() | {"HEADGATE_DATABASE_URL": database},
        stdout=PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise AssertionError(f"headgate jobs ended with {process.returncode}")
    return json.loads(out)


def _environment(github: Sandbox, app: Developer, database: str) -> dict[str, str]:
    return {
        "HEADGATE_APP_ID": str(app.id),
        "HEADGATE_PRIVATE_KEY": app.private_key,
        "HEADGATE_WEBHOOK_SECRET": SECRET,
        "HEADGATE_GITHUB_API_URL": github.base_url,
        "HEADGATE_DATABASE_URL": database,
        "HEADGATE_PORT": "0",
    }


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")}
