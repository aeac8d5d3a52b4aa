"""The one thread that writes to the embedded queue's tables.

What many callers ask for while a commit is on its way to the disk shares the next one, so that an fsync of 5 ms does
not mean 200 deliveries a second.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

import structlog

from bot.jobs.port import CannotStore

BUSY_SECONDS = 2.0
"""How long a commit waits for another writer before those who wait for it are turned away."""

BUSY_PAUSE = 0.001
"""Seconds between two tries. SQLite's own grow to 100 ms, and one who writes without a pause would always win."""

RETRY_SECONDS = 1.0
"""Between two attempts to store what must not be lost."""

MOST_CHANGES = 1_000
"""Changes in one commit."""

T = TypeVar("T")
Statements: TypeAlias = Callable[[sqlite3.Connection], T]
"""Executes SQL inside a transaction that the writer begins and commits; may run again when that fails."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Change:
    """Statements and who waits for them; a change that nobody waits for is repeated until it is stored."""

    statements: Statements[Any]
    stored: Callable[[Any], None] | None
    """Called with the result in the event loop as soon as it is committed, also when the caller was cancelled."""
    waiter: asyncio.Future[Any] | None


class Writer:
    """Stores changes in the order in which they were handed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inbox: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._db: sqlite3.Connection | None = None
        self._file = (0, 0)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="queue-writer", daemon=True)
        self._thread.start()

    async def ask(self, statements: Statements[T], stored: Callable[[T], None] | None = None) -> T:
        """Return the result once it is committed. Raises CannotStore, within a few seconds."""
        if self._thread is None:
            raise CannotStore("The queue is closed.")
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._inbox.put(_Change(statements, stored, waiter))
        return await waiter

    def tell(self, statements: Statements[Any]) -> None:
        """Store something that must not be lost while this process lives, as soon as the database takes it."""
        self._inbox.put(_Change(statements, None, None))

    async def close(self) -> None:
        """Store what was handed over, if the database takes it, and end the thread."""
        thread, self._thread = self._thread, None  # from here on ask() refuses
        if thread is not None:
            self._inbox.put(None)
            await asyncio.to_thread(thread.join)

    def _work(self) -> None:
        kept: list[_Change] = []
        closing = False
        while not closing:
            taken = self._take(RETRY_SECONDS if kept else None)
            closing = None in taken
            kept = self._store([*kept, *(change for change in taken if change is not None)])
        if kept:
            log.error("queue.outcomes_not_stored", jobs=len(kept))  # they run again at the next start
        self._disconnect()

    def _take(self, patience: float | None) -> list[_Change | None]:
        taken: list[_Change | None] = []
        try:
            taken.append(self._inbox.get(timeout=patience))
            while len(taken) < MOST_CHANGES:
                taken.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return taken

    def _store(self, changes: Sequence[_Change]) -> list[_Change]:
        """Commit changes together; return those that must be tried again."""
        if not changes:
            return []
        try:
            results = commit(self._connect(), [change.statements for change in changes])
        except Exception as problem:  # the thread must survive whatever a statement raises
            if _is_of_the_database(problem):
                return self._refuse(changes, problem)
            if len(changes) > 1:  # one of them is at fault, the others must not suffer
                return [kept for change in changes for kept in self._store([change])]
            if changes[0].waiter is None:
                log.exception("queue.outcome_lost")
            self._tell_waiters([(changes[0], None, problem)])
            return []
        self._tell_waiters([(change, result, None) for change, result in zip(changes, results, strict=True)])
        return []

    def _refuse(self, changes: Sequence[_Change], problem: Exception) -> list[_Change]:
        log.warning("queue.cannot_store", problem=str(problem), changes=len(changes))
        self._disconnect()
        refusal = CannotStore(f"The database {self._path} did not take it: {problem}")
        self._tell_waiters([(change, None, refusal) for change in changes if change.waiter is not None])
        return [change for change in changes if change.waiter is None]

    def _tell_waiters(self, answers: Sequence[tuple[_Change, Any, Exception | None]]) -> None:
        assert self._loop is not None  # noqa: S101  # start() was called, this is its thread
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_answer, answers)

    def _connect(self) -> sqlite3.Connection:
        """Return the connection, a new one after trouble. A file that was moved away takes nothing any more."""
        if self._db is None:
            self._db = connect(self._path)
            self._file = _identity(self._path)
        elif _identity(self._path) != self._file:
            raise sqlite3.OperationalError("another file has taken its place")
        return self._db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a database that exists. ``synchronous=FULL`` makes a commit survive a power failure also with a WAL.

    https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    except BaseException:
        db.close()
        raise
    return db


def commit(db: sqlite3.Connection, statements: Sequence[Statements[Any]]) -> list[Any]:
    """Commit all statements together, or none of them."""
    _begin(db)
    try:
        results = [each(db) for each in statements]
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return results


def _begin(db: sqlite3.Connection) -> None:
    """Begin a transaction that may write, when no other writer is at it."""
    deadline = time.monotonic() + BUSY_SECONDS
    db.execute("PRAGMA busy_timeout = 0")
    while True:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(BUSY_PAUSE)
        else:
            return


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _is_of_the_database(problem: Exception) -> bool:
    """Say whether the file is locked, full, broken or gone; not whether a value was wrong."""
    return isinstance(problem, sqlite3.OperationalError | OSError) or type(problem) is sqlite3.DatabaseError


def _answer(answers: Sequence[tuple[_Change, Any, Exception | None]]) -> None:
    for change, result, problem in answers:
        fault = problem or _fault_of(change.stored, result)
        if change.waiter is None or change.waiter.done():
            continue
        if fault is None:
            change.waiter.set_result(result)
        else:
            change.waiter.set_exception(fault)


def _fault_of(stored: Callable[[Any], None] | None, result: Any) -> Exception | None:
    """Call back; what that raises is the caller's own fault, and others wait for their answers."""
    try:
        if stored is not None:
            stored(result)
    except Exception as fault:
        log.exception("queue.callback_failed")
        return fault
    return None
