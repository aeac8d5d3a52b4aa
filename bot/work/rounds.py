"""What goes on for ever beside the jobs: looking for webhooks that never came, in two ways."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from bot.github.deliveries import redeliver_missed
from bot.github.errors import GitHubError
from bot.github.repository import InstallationId, Repository
from bot.jobs.target import InstallationTarget
from bot.work.sweep import sweep
from bot.work.world import World

EVERY = timedelta(minutes=10)

LONGEST_OUTAGE = timedelta(days=3)
"""GitHub keeps deliveries no longer:

https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries
"""

MOST_INSTALLATIONS = 10_000

AT_FIRST = timedelta(hours=1)
"""How far to look back where nobody knows when we last ran."""

log = structlog.get_logger()


async def sweep_for_ever(world: World) -> None:
    """Look for open pull requests whose check is missing or old, now and then."""
    await _begin_anew(world)
    while True:
        try:
            if found := await sweep(world, world.now()):
                log.info("sweep.done", found=found)
        except Exception:  # one bad round is no reason to stop; the next one comes
            log.exception("sweep.failed")
        await asyncio.sleep(EVERY.total_seconds())


async def _begin_anew(world: World) -> None:
    """Where the memory is empty (a new database, or one that was lost), ask GitHub where we are installed.

    https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
    """
    if await world.store.repositories():
        return
    try:
        pages = await world.github.app().pages("/app/installations", most=MOST_INSTALLATIONS)
    except GitHubError as error:
        log.warning("installations.not_listed", error=str(error))
        return
    for given in pages.items:
        if given.get("suspended_at") is None:
            repository = Repository(InstallationId(int(given["id"])), 0, "")
            await world.queue.enqueue(InstallationTarget(repository), "start")


async def redeliver_for_ever(world: World) -> None:
    """Let GitHub send again what it could not deliver, beginning with the time when we did not run."""
    since = max([known.swept_at for known in await world.store.repositories() if known.swept_at], default=None)
    since = max(since or world.now() - AT_FIRST, world.now() - LONGEST_OUTAGE)
    while True:
        began = world.now()
        try:
            if sent := await redeliver_missed(world.github.app(), since - EVERY):
                log.info("deliveries.asked_for_again", count=sent)
            since = began
        except Exception:  # likewise
            log.exception("deliveries.not_listed")
        await asyncio.sleep(EVERY.total_seconds())
