"""A repository whose model is measured: a policy on its default branch, and a real tracking server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.tracking.server import Server, Servers
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.bot.tracking.lab import Lab, connection
from tests.services.mlflow import MlflowServer
from tests.stories.clock import in_the_time_of
from tests.stories.gate import Gate, running
from tests.stories.metrics.bench import METRICS, Bench


@pytest.fixture
def section() -> str:
    """What the policy says of the model besides its experiment."""
    return f"training: src/**, {METRICS}"


@pytest.fixture
def tracking_server(open_mlflow: MlflowServer) -> MlflowServer:
    """The tracking server that the operator calls ``main``."""
    return open_mlflow


@pytest.fixture
def servers(tracking_server: MlflowServer) -> Servers:
    """What the operator says."""
    return Servers({"main": Server(connection(tracking_server), ("acme/*",))})


@pytest_asyncio.fixture
async def gate(github: Sandbox, app: Developer, database: str, servers: Servers) -> AsyncIterator[Gate]:
    """Headgate with tracking servers, in the time of the sandbox."""
    async with running(github, app, database, in_the_time_of(github), servers) as one:
        yield one


@pytest_asyncio.fixture
async def bench(tracking_server: MlflowServer, repo: Repo, section: str) -> Bench:
    """Put the policy on ``main`` before Headgate is there; ``dev`` has not been trained yet."""
    lab = Lab(tracking_server)
    experiment = lab.experiment()
    rules = "rules: {missing-approval: off, unreproducible-run: off}"
    mlflow = f"mlflow: {{server: main, experiment: '{experiment.name}', {section}}}"
    await repo.commit("main", {".github/headgate.yml": f"{rules}\n{mlflow}\n"}, "chore: say what may get in")
    await repo.merge_branch("dev", "main")
    return Bench(lab, repo, experiment)
