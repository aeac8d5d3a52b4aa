"""A real MLflow server on this machine, and a process that trains: what the second half of the story needs.

Both take ten seconds to start, so they start with the demo and are waited for when they are needed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.errors import UsageProblem
from bot.tracking.rest import Connection
from bot.tracking.server import Server, Servers

NAME = "main"
"""What the operator calls the server, and the policy after him."""

PATIENCE = 120.0
"""Seconds in which the server must answer, on a machine that does much else."""

ENDING = 5.0
"""Seconds that a process has to end before it is killed."""

MOMENT = aiohttp.ClientTimeout(total=5.0)
"""For an answer; who takes longer is still starting."""

LAST_LINES = 3
"""Lines of a log that say why a process has ended."""

SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # three processes less
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


class Broken(UsageProblem):
    """A process does not do what it is there for; the end of its log says why."""

    def __init__(self, what: str, log: Path) -> None:
        said = log.read_text("utf-8", "replace").strip().splitlines()[-LAST_LINES:]
        super().__init__(f"{what}: {' | '.join(said)}")


@dataclass(frozen=True, slots=True)
class Mlflow:
    """The server at ``url``, which may still be starting."""

    url: str
    _process: Process
    _log: Path

    async def ready(self) -> None:
        """Return when the server answers; raises Broken."""
        try:
            async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(timeout=MOMENT) as session:
                while not await _answers(session, self.url):
                    if self._process.returncode is not None:
                        raise Broken("MLflow has ended", self._log)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise Broken(f"MLflow does not answer after {PATIENCE:.0f} seconds", self._log) from None


@dataclass(frozen=True, slots=True)
class Trainer:
    """The process that trains: see :mod:`bot.demo.trainer`."""

    _process: Process
    _log: Path

    async def train(self, checkout: Path, sha: str, model: str) -> bool:
        """Train a model at a commit, in a clone; returns whether that went well. One at a time. Raises Broken."""
        orders, said = self._process.stdin, self._process.stdout
        if orders is None or said is None:  # both are pipes, see below
            raise AssertionError
        orders.write(json.dumps({"checkout": str(checkout), "sha": sha, "model": model}).encode() + b"\n")
        await orders.drain()
        answer = await said.readline()
        if not answer:
            raise Broken("The process that trains has ended", self._log)
        return bool(json.loads(answer))


def known(url: str) -> Servers:
    """Return what the operator says: one server, which all repositories may use."""
    return Servers({NAME: Server(Connection(NAME, url), ("acme/*",))})


@asynccontextmanager
async def mlflow(folder: Path) -> AsyncIterator[Mlflow]:
    """Start the server; it ends with the block."""
    port, log = _free_port(), folder / "mlflow.log"
    program = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
    async with _running([*program, *stores], log, DEVNULL) as process:
        yield Mlflow(f"http://127.0.0.1:{port}", process, log)


@asynccontextmanager
async def trainer(folder: Path, url: str) -> AsyncIterator[Trainer]:
    """Start what trains; it logs to the server at ``url`` and ends with the block."""
    log = folder / "training.log"
    async with _running([sys.executable, "-m", "bot.demo.trainer"], log, MLFLOW_TRACKING_URI=url) as process:
        yield Trainer(process, log)


@asynccontextmanager
async def _running(command: Sequence[str], log: Path, stdout: int = PIPE, **settings: str) -> AsyncIterator[Process]:
    """Run a program in a session of its own, so that Ctrl-C reaches only us, and end it with all its children.

    Its errors go to the log; ``stdout`` is a pipe where somebody reads it.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    environment = inherited | SETTINGS | settings
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=stdout, stderr=file, env=environment, start_new_session=True
        )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), ENDING)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/health") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _free_port() -> int:
    """Return a port that nobody listens on; Headgate is told of it before MLflow is there."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
