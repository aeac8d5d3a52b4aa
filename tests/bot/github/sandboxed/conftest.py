"""A whole GitHub on this machine, and the client as its App."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.github.client import AppGitHub
from bot.github.port import Api
from bot.github.repository import InstallationId
from sandbox.github.people.app import Developer, Install
from sandbox.github.server import Sandbox
from tests.bot.github.conftest import QUICK
from tests.sandbox.fixtures import *  # noqa: F403  # pytest finds fixtures by name in a conftest


@pytest_asyncio.fixture
async def app_github(github: Sandbox, app: Developer) -> AsyncIterator[AppGitHub]:
    """The client, with a clock that goes as GitHub's does."""
    made = AppGitHub(app.id, app.private_key, github.base_url, timeouts=QUICK, now=github.clock.exact)
    yield made
    await made.close()


@pytest.fixture
def api(app_github: AppGitHub, installation: Install) -> Api:
    return app_github.installation(InstallationId(installation.id))
