"""One process at a time works on an embedded database: two would each believe that they hold all the jobs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.errors import UsageProblem


class ProcessLock:
    """A lock file beside the database. The kernel gives it back when the process ends, however it ends."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(f"{database.name}.lock")
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock; raises UsageProblem, naming the process that has it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            raise UsageProblem(
                f"Another process (id {holder}) works on {self._database}. "
                "Stop it, or use PostgreSQL, which several processes can share."
            ) from None
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
