"""A server whose jobs wait for a line on standard input, for tests that send signals to a process.

It prints ``listening URL`` and, when a job begins, ``begun``. Arguments: the database, and the seconds that a job is
waited for when the process is asked to end.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import Staff, serve
from bot.jobs.embedded import EmbeddedQueue
from bot.jobs.port import Job, Queue
from bot.settings import Settings
from bot.telemetry import configure
from bot.web.metrics import Metrics
from tests.bot.web.support import settings_for


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@asynccontextmanager
async def hire(_settings: Settings, _queue: Queue, _metrics: Metrics) -> AsyncIterator[Staff]:
    told = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)

    async def handle(_job: Job) -> None:
        say("begun")
        if not await told.readline():  # nobody will tell any more
            await asyncio.Event().wait()

    async def mourn(_job: Job, _error: BaseException) -> None:
        raise AssertionError

    try:
        yield Staff(handle, mourn)
    finally:
        pipe.close()
        say("dismissed")


def main() -> None:
    database, patience = Path(sys.argv[1]), float(sys.argv[2])
    settings = settings_for(database)
    configure(sys.stderr, level=settings.log_level, secrets=settings.secrets)
    asyncio.run(serve(settings, EmbeddedQueue(database), hire, lambda url: say(f"listening {url}"), patience))


if __name__ == "__main__":
    main()
