"""A real PostgreSQL for a test session: Debian's own, as an ordinary user, reached through a socket in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest

MISSING = "PostgreSQL is not installed; these tests need it: apt install postgresql (Debian's package)"
START_SECONDS = 30.0


class Postgres:
    """A cluster of its own. It ends with the process that started it, however that ends.

    Without ``fsync``: what the kernel was given survives a killed process, and no test cuts the power.
    """

    def __init__(self, folder: Path) -> None:
        self._programs = _programs()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._user:
            shutil.chown(folder, self._user, self._user)
        self._run("initdb", "--pgdata", "data", "--username=headgate", "--auth=trust", "--encoding=UTF8", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://headgate@/{database}?host={self._folder}"

    def start(self) -> None:
        """Return when it answers."""
        command = ["setpriv", "--pdeathsig", "QUIT"]  # no server is left behind when a session is killed
        if self._user:
            command += [f"--reuid={self._user}", f"--regid={self._user}", "--init-groups"]
        options = ["-D", "data", "-k", str(self._folder), "-c", "listen_addresses=", "-c", "fsync=off"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--", str(self._programs / "postgres"), *options], cwd=self._folder, stdout=log, stderr=log
            )
        deadline = monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}")
            sleep(0.02)

    def stop(self) -> None:
        """Cut every connection, as a crash does; what was committed is there after the next start."""
        if self._process is not None:
            self._process.send_signal(_IMMEDIATE_SHUTDOWN)
            self._process.wait()
            self._process = None

    def create(self) -> str:
        """Return the name of a new database."""
        name = f"headgate_{uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return name

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self._folder,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            pytest.fail(f"{program}: {done.stdout}{done.stderr}")


_IMMEDIATE_SHUTDOWN = 3
"""SIGQUIT: https://www.postgresql.org/docs/current/server-shutdown.html."""


def _programs() -> Path:
    """Return the folder of ``initdb`` and ``postgres``: Debian keeps them out of PATH, by version."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    if not folders or not (folders[-1] / "initdb").exists():
        pytest.fail(MISSING)
    return folders[-1]


def _version(folder: Path) -> int:
    return int(folder.parent.name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster a session; with pytest-xdist one for each worker. Each test takes a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="headgate-postgres-"))  # short, and its parents may be entered by anybody
    try:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
