"""A GitHub with a repository, people, and Headgate installed on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.github.model import Organisation, User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.fixtures import acme, alice, bob, github
from tests.stories.gate import EVENTS, PERMISSIONS, SECRET, Gate, running

__all__ = ["acme", "alice", "bob", "github"]


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/headgate.db"


@pytest_asyncio.fixture
async def app(github: Sandbox, acme: Organisation) -> Developer:
    github.world.looks_before_mergeable = 0
    return await github.register_app("headgate", acme, PERMISSIONS, EVENTS, ("http://127.0.0.1:9/webhook", SECRET))


@pytest_asyncio.fixture
async def gate(github: Sandbox, app: Developer, database: str) -> AsyncIterator[Gate]:
    """Headgate, not installed anywhere yet."""
    async with running(github, app, database) as one:
        yield one


@pytest_asyncio.fixture
async def repo(github: Sandbox, acme: Organisation, alice: User, bob: User) -> Repo:
    """``acme/forecast``: ``main`` at v1.0.0, ``dev`` two commits ahead."""
    repo = await github.create_repository(acme, "forecast", {"README.md": "# Forecast\n", "model.py": "rmse = 1\n"})
    await repo.tag("v1.0.0", "main")
    await repo.create_branch("dev", at="main")
    await repo.commit("dev", {"one.py": "1\n"}, "feat: begin one", by=alice)
    await repo.commit("dev", {"two.py": "2\n"}, "feat: begin two", by=bob)
    return repo


@pytest_asyncio.fixture
async def installed(gate: Gate, acme: Organisation, repo: Repo) -> Install:
    """Headgate on ``acme/forecast``, with nothing left to do."""
    installation = await gate.app.install(acme)
    await gate.settle()
    return installation
