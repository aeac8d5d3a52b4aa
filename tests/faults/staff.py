"""Who does the jobs, where a test needs to set how long GitHub is waited for, or what time it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.app import Hire, Staff
from bot.clock import utc_now
from bot.github.client import AppGitHub
from bot.github.transport import DEFAULT, Timeouts
from bot.jobs.port import Queue
from bot.settings import Settings
from bot.state.address import read_address
from bot.state.store import SqlStore
from bot.web.metrics import Metrics
from bot.work.dispatch import Dispatch
from bot.work.world import World


def staff(*, timeouts: Timeouts = DEFAULT, now: Callable[[], datetime] = utc_now) -> Hire:
    """Return what hires the usual staff, but for the rounds."""

    @asynccontextmanager
    async def hire(settings: Settings, queue: Queue, _metrics: Metrics) -> AsyncIterator[Staff]:
        key = settings.private_key.get_secret_value()
        github = AppGitHub(settings.app_id, key, settings.github_api_url, timeouts=timeouts, now=now)
        store = SqlStore(read_address(settings.database_url.get_secret_value()))
        dispatch = Dispatch(World(github, store, queue, settings.app_id, now=now))
        try:
            yield Staff(dispatch.handle, dispatch.mourn)
        finally:
            await github.close()
            await store.close()

    return hire
