"""Connects the memory to its database, an SQLite file or a PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from bot.state.address import CONNECT_SECONDS, Address

BUSY_SECONDS = 10
"""How long SQLite waits for another writer of the same file, the queue for example."""

_PATIENCE = {"connect_timeout": str(CONNECT_SECONDS), "tcp_user_timeout": "30000", "keepalives_idle": "30"}
"""A PostgreSQL that has vanished without a word is noticed, and what was asked of it fails, within half a minute."""


def connections(address: Address) -> int:
    """Return how many connections a process makes at most. A transaction of the memory takes about a millisecond.

    On SQLite one serves 16 jobs a good half faster than four, which wait for one another in steps of up to 0.1 s.
    """
    return 1 if address.path is not None else 4


def connect(address: Address) -> Engine:
    """Return an engine; nothing is connected yet. The folder of an embedded database is made."""
    if address.path is None:
        return _postgres(address.conninfo, connections(address))
    address.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _sqlite(address.path, connections(address))


def _sqlite(path: Path, most: int) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=most, max_overflow=0)
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Readers do not wait for a writer (WAL), and a crash of the machine may cost the last moments: it is a memory.

    https://www.sqlite.org/wal.html and https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _postgres(conninfo: str, most: int) -> Engine:
    """Connections are tried before use: one that a restart or a firewall has closed must not cost a job an attempt."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- an embedded database does without

    arguments = {"application_name": "headgate", **_PATIENCE, **conninfo_to_dict(conninfo)}
    return create_engine(
        "postgresql+psycopg://",
        connect_args=arguments,
        pool_size=most,
        max_overflow=0,
        pool_pre_ping=True,
    )
