"""A repository on the sandbox's GitHub, an App that may read it, and a memory that is kept on disk."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.gather.remote.known import Known
from bot.github.client import AppGitHub
from bot.github.repository import InstallationId, Repository
from bot.state.address import read_address
from bot.state.schema import migrate
from bot.state.store import SqlStore
from sandbox.desk import Desk
from sandbox.github.model import Organisation, User
from sandbox.github.server import Sandbox
from tests.bot.gather.hub import Hub
from tests.sandbox.fixtures import acme, alice, github

__all__ = ["acme", "alice", "github"]


@pytest.fixture(scope="session")
def empty_memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with tables and nothing in them; making those takes longer than most tests."""
    path = tmp_path_factory.mktemp("memory") / "empty.db"
    migrate(read_address(f"sqlite:///{path}"))
    return path


@pytest_asyncio.fixture
async def store(empty_memory: Path, tmp_path: Path) -> AsyncIterator[SqlStore]:
    path = shutil.copy(empty_memory, tmp_path / "memory.db")
    store = SqlStore(read_address(f"sqlite:///{path}"))
    yield store
    await store.close()


@pytest.fixture
def permissions() -> dict[str, str]:
    """What the App may; a test may take something away."""
    return {"contents": "read", "pull_requests": "read", "members": "read"}


@pytest_asyncio.fixture
async def hub(
    desk: Desk, github: Sandbox, acme: Organisation, alice: User, store: SqlStore, permissions: dict[str, str]
) -> AsyncIterator[Hub]:
    """``acme/forecast``, made of the desk's repository."""
    github.world.looks_before_mergeable = 0  # what GitHub makes of a merge is there at once
    repo = await github.adopt_repository(acme, "forecast", desk.origin)
    app = await github.register_app("headgate", acme, permissions, [], ("http://127.0.0.1:1/", "a secret"))
    installation = InstallationId((await app.install(acme)).id)
    repository = Repository(installation, repo.model.id, repo.full_name)
    await store.meet(repository)
    client = AppGitHub(app.id, app.private_key, github.base_url)
    yield Hub(desk, github, repo, alice, client.installation(installation), Known(store, repository.id), repository)
    await client.close()


@pytest.fixture
def known(hub: Hub) -> Known:
    return hub.known
