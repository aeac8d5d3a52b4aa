"""Which queue belongs to an address: the embedded one to a file, Procrastinate to a PostgreSQL."""

from __future__ import annotations

from bot.jobs.embedded import EmbeddedQueue
from bot.jobs.port import Queue
from bot.state.address import read_address


def open_queue(database_url: str) -> Queue:
    """Return a queue; nothing is connected before :meth:`Queue.open`. Raises UsageProblem for an unknown address."""
    address = read_address(database_url)
    if address.path is not None:
        return EmbeddedQueue(address.path)
    from bot.jobs.postgres import PostgresQueue  # noqa: PLC0415  # costs 0.3 s and 20 MB, which a file does without

    return PostgresQueue(address.conninfo)
