"""A Headgate that lives in the sandbox's time, for stories in which time passes while nobody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import Hire, Staff
from bot.github.client import AppGitHub
from bot.jobs.port import Queue
from bot.settings import Settings
from bot.state.address import read_address
from bot.state.store import SqlStore
from bot.tracking.pool import Pool
from bot.web.metrics import Metrics
from bot.work.dispatch import Dispatch
from bot.work.world import World
from sandbox.github.server import Sandbox


def in_the_time_of(sandbox: Sandbox) -> Hire:
    """Return what hires the usual staff, but for the rounds; its clock is the one that ``sandbox.advance`` moves."""

    @asynccontextmanager
    async def hire(settings: Settings, queue: Queue, _metrics: Metrics) -> AsyncIterator[Staff]:
        github = AppGitHub(settings.app_id, settings.private_key.get_secret_value(), settings.github_api_url)
        store = SqlStore(read_address(settings.database_url.get_secret_value()))
        pool = Pool(settings.servers)
        dispatch = Dispatch(World(github, store, queue, settings.app_id, now=sandbox.clock.exact, pool=pool))
        try:
            yield Staff(dispatch.handle, dispatch.mourn)
        finally:
            pool.close()
            await github.close()
            await store.close()

    return hire
