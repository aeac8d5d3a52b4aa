"""Real tracking servers for a test session: ``mlflow server`` on SQLite for everybody, on PostgreSQL for its users."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import requests

from tests.services.postgres import Postgres

MISSING = "The MLflow server is not installed; these tests need it: pip install 'mlflow[auth]'"
START_SECONDS = 240.0
"""On a machine that is busy with other tests; five to ten on one that is not."""

ADMIN, ADMIN_PASSWORD = "admin", "an-administrators-password"
READER, READER_PASSWORD = "headgate", "a-readers-password"
"""May read what it was granted to read, and nothing else."""

_LISTENING = re.compile(r"Uvicorn running on (http://127\.0\.0\.1:\d+)")

_AUTH = """\
[mlflow]
default_permission = NO_PERMISSIONS
database_uri = sqlite:///{folder}/users.db
admin_username = {admin}
admin_password = {password}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 60
"""

_SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # three processes less
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http",  # its webhooks come to this machine, in tests
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_CACHE_TTL": "1",
    "MLFLOW_FLASK_SERVER_SECRET_KEY": "for this session",
}


@dataclass
class MlflowServer:
    """A tracking server with a database of its own. ``admin`` and ``reader`` are user and password, where it asks."""

    folder: Path
    database: str
    guarded: bool = False
    url: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def admin(self) -> tuple[str, str] | None:
        return (ADMIN, ADMIN_PASSWORD) if self.guarded else None

    @property
    def reader(self) -> tuple[str, str] | None:
        return (READER, READER_PASSWORD) if self.guarded else None

    @property
    def admin_url(self) -> str:
        """The address as MLflow's own client takes it, with user and password."""
        return self.url.replace("://", f"://{ADMIN}:{ADMIN_PASSWORD}@") if self.guarded else self.url

    @cached_property
    def client(self) -> Any:
        """MLflow's own client, as whoever trains has it; it writes what the tests then read."""
        os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
        from mlflow import MlflowClient  # noqa: PLC0415  # some seconds, only for tests that need it

        return MlflowClient(self.admin_url)

    def begin(self) -> None:
        """Start the process; :meth:`ready` waits for it."""
        program = shutil.which("mlflow", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        if program is None:
            pytest.fail(MISSING)
        command = [program, "server", "--host", "127.0.0.1", "--port", "0", "--workers", "1"]
        command += ["--backend-store-uri", self.database, "--artifacts-destination", str(self.folder / "artifacts")]
        if self.guarded:
            text = _AUTH.format(folder=self.folder, admin=ADMIN, password=ADMIN_PASSWORD)
            (self.folder / "auth.ini").write_text(text)
            command += ["--app-name", "basic-auth"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *command],  # none is left behind when a session is killed
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ready(self) -> None:
        """Return when it answers."""
        deadline = monotonic() + START_SECONDS
        while not self._answers():
            if self._process is None or self._process.poll() is not None or monotonic() > deadline:
                pytest.fail(f"MLflow did not start:\n{self.log[-4000:]}")
            sleep(0.1)
        if self.guarded:
            self.api("POST", "/api/2.0/mlflow/users/create", username=READER, password=READER_PASSWORD)

    def stop(self) -> None:
        """End the server and its worker, which is a process of its own."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def api(self, method: str, path: str, **given: Any) -> Any:
        """Ask as the administrator; for what MLflow's client cannot do."""
        answer = requests.request(method, self.url + path, json=given, auth=self.admin, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def allow(self, kind: str, resource: str) -> None:
        """Let the reader read an experiment (by id) or a registered model."""
        if self.guarded:
            path = "/api/3.0/mlflow/users/permissions/grant"
            self.api("POST", path, username=READER, resource_type=kind, resource_id=resource, permission="READ")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def _answers(self) -> bool:
        listening = _LISTENING.search(self.log)
        if listening is None:
            return False
        self.url = listening[1]
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def _environment(self) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        guard = {"MLFLOW_AUTH_CONFIG_PATH": str(self.folder / "auth.ini")} if self.guarded else {}
        return {**inherited, **_SETTINGS, **guard}


@pytest.fixture(scope="session")
def mlflow_servers(postgres: Postgres) -> Iterator[Mapping[str, MlflowServer]]:
    """Both servers of a session, which start at the same time."""
    folder = Path(tempfile.mkdtemp(prefix="headgate-mlflow-"))
    servers = {name: MlflowServer(folder / name, "", name == "guarded") for name in ("open", "guarded")}
    for server in servers.values():
        server.folder.mkdir()
    servers["open"].database = f"sqlite:///{servers['open'].folder / 'mlflow.db'}"
    servers["guarded"].database = postgres.url(postgres.create()).replace("postgresql:", "postgresql+psycopg:")
    try:
        for server in servers.values():
            server.begin()
        for server in servers.values():
            server.ready()
        yield servers
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def every_mlflow(mlflow_servers: Mapping[str, MlflowServer], tmp_path: Path) -> Iterator[tuple[MlflowServer, ...]]:
    """Return one server on each database with passwords and one without, two of which start for this test alone."""
    first = mlflow_servers["open"], mlflow_servers["guarded"]
    others = [MlflowServer(tmp_path / str(not each.guarded), each.database, not each.guarded) for each in first]
    try:
        for server in others:
            server.folder.mkdir()
            server.begin()
        for server in others:
            server.ready()
        yield (*first, *others)
    finally:
        for server in others:
            server.stop()


@pytest.fixture(scope="session")
def open_mlflow(mlflow_servers: Mapping[str, MlflowServer]) -> MlflowServer:
    """Return the server on SQLite that asks nobody who they are."""
    return mlflow_servers["open"]


@pytest.fixture(scope="session")
def guarded_mlflow(mlflow_servers: Mapping[str, MlflowServer]) -> MlflowServer:
    """Return the server on PostgreSQL, with basic auth."""
    return mlflow_servers["guarded"]


@pytest.fixture(scope="session", params=["open", "guarded"])
def mlflow_server(request: pytest.FixtureRequest, mlflow_servers: Mapping[str, MlflowServer]) -> MlflowServer:
    """Return each of the two in turn."""
    return mlflow_servers[str(request.param)]
