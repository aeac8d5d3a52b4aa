"""Fixtures around a sandbox, for the story tests too: ``from tests.sandbox.fixtures import *`` in a conftest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.github.model import Organisation, User
from sandbox.github.people.app import Developer, Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.openapi import held
from tests.sandbox.receiver import SECRET, Receiver, listening

__all__ = ["acme", "alice", "app", "bob", "client", "github", "installation", "receiver", "repo"]

PERMISSIONS = {
    "actions": "read",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "members": "read",
    "merge_queues": "read",
    "pull_requests": "write",
    "statuses": "write",
    "administration": "read",
}
EVENTS = (
    "create",
    "delete",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
    "release",
    "repository",
    "status",
    "workflow_run",
)


@pytest_asyncio.fixture
async def github(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A GitHub, held against GitHub's own description when the test has ended."""
    async with held(Sandbox(tmp_path / "github")) as sandbox:
        yield sandbox


@pytest.fixture
def alice(github: Sandbox) -> User:
    """An owner of acme."""
    return github.user("alice")


@pytest.fixture
def bob(github: Sandbox, acme: Organisation) -> User:
    """A member of acme who may write in its repositories."""
    user = github.user("bob")
    acme.members[user] = "member"
    acme.base_permission = "write"
    return user


@pytest.fixture
def acme(github: Sandbox, alice: User) -> Organisation:
    return github.organisation("acme", alice)


@pytest_asyncio.fixture
async def repo(github: Sandbox, acme: Organisation) -> Repo:
    """``acme/forecast``: one commit on ``main``, and ``dev`` one commit ahead of it."""
    repo = await github.create_repository(acme, "forecast", {"README.md": "# Forecast\n"})
    await repo.commit("dev", {"model.py": "rmse = 1\n"}, "Begin the model")
    return repo


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Where the App hears of things."""
    async with listening() as one:
        yield one


@pytest_asyncio.fixture
async def app(github: Sandbox, acme: Organisation, receiver: Receiver) -> Developer:
    """An App that may and hears a lot."""
    return await github.register_app("checker", acme, PERMISSIONS, EVENTS, (receiver.url, SECRET))


@pytest_asyncio.fixture
async def installation(app: Developer, acme: Organisation, repo: Repo) -> Install:
    """The App on all repositories of acme, after the first pushes."""
    return await app.install(acme)


@pytest_asyncio.fixture
async def client(github: Sandbox, installation: Install) -> AsyncIterator[Client]:
    """The App, as it asks the API."""
    async with Client(github.base_url, installation.token()) as one:
        yield one
