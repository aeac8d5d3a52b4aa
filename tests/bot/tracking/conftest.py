"""Each test has an experiment of its own, on SQLite without passwords and on PostgreSQL with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.tracking.client import Tracking
from tests.bot.tracking.lab import Counted, Lab, Looking, connection
from tests.bot.tracking.program import Program
from tests.services.mlflow import (
    MlflowServer,
)


@pytest.fixture
def lab(mlflow_server: MlflowServer) -> Lab:
    """Somebody who trains, on each of the two servers in turn."""
    return Lab(mlflow_server)


@pytest.fixture
def open_lab(open_mlflow: MlflowServer) -> Lab:
    """Somebody who trains where nobody asks for a password."""
    return Lab(open_mlflow)


@pytest.fixture
def guarded_lab(guarded_mlflow: MlflowServer) -> Lab:
    """Somebody who trains where permissions matter."""
    return Lab(guarded_mlflow)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def tracking(mlflow_server: MlflowServer, counted: Counted) -> Iterator[Tracking]:
    """Our client, on each of the two servers in turn."""
    client = Tracking(connection(mlflow_server), counted)
    yield client
    client.close()


@pytest.fixture
def looking(mlflow_server: MlflowServer) -> Looking:
    """Somebody who looks at pull requests, on each of the two servers in turn."""
    return Looking(mlflow_server)


@pytest.fixture(scope="session", autouse=True)
def program(
    request: pytest.FixtureRequest, open_mlflow: MlflowServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program | None]:
    """Train for real while the tests run that do not need it; only if one of them does."""
    if not any("test_real_training" in item.nodeid for item in request.session.items):
        yield None
        return
    program = Program(open_mlflow, tmp_path_factory.mktemp("training"))
    yield program
    program.end()
