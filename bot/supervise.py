"""How a process runs its endless tasks: until it is asked to stop, or until one of them ends that should not."""

from __future__ import annotations

import asyncio
import ctypes
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

LAST_SECONDS = 2.0
"""How long a task may take to notice that it was cut off."""

Tasks = Sequence[asyncio.Task[None]]

log = structlog.get_logger()


class Crashed(Exception):
    """Something has ended that must go on; whoever looks after the process should start it again."""


def stop_on_signals() -> asyncio.Event:
    """Return what the first SIGTERM or SIGINT sets. A second one ends the process at once, which loses nothing."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)

    def ask(number: signal.Signals) -> None:
        log.info("server.draining", signal=number.name)
        stop.set()
        for each in numbers:
            loop.remove_signal_handler(each)

    for number in numbers:
        loop.add_signal_handler(number, ask, number)
    return stop


async def until(stop: asyncio.Event, running: Tasks) -> None:
    """Return when somebody asks to stop. Raises Crashed when a task ends before that."""
    asked = asyncio.create_task(stop.wait())
    try:
        ended, _ = await asyncio.wait([asked, *running], return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
    if asked not in ended:
        first = ended.pop()
        reason = None if first.cancelled() else first.exception()
        name = getattr(first.get_coro(), "__qualname__", first.get_name())
        raise Crashed(f"{name} has ended: {reason!r}") from reason


async def drain(work: asyncio.Task[None], stop: Callable[[], None], patience: float) -> None:
    """Ask a worker to stop and wait for what it has begun; after ``patience`` seconds it is cut off."""
    stop()
    _, late = await asyncio.wait([work], timeout=patience)
    if late:
        log.warning("jobs.cut_off", after_seconds=patience)
        await cancel([work])


async def cancel(running: Tasks) -> None:
    for each in running:
        each.cancel()
    if running:
        await asyncio.wait(running, timeout=LAST_SECONDS)


def give_back_memory() -> None:
    """Hand what importing took for a moment back to the system: 5 MB that glibc would keep for ever.

    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
