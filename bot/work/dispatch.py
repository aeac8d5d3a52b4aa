"""Hands a job to the one who does it, and says what the queue should do about what GitHub refuses."""

from __future__ import annotations

import structlog

from bot import pipeline
from bot.github.errors import Forbidden, RateLimited
from bot.jobs.port import Job, Later
from bot.jobs.target import (
    HeadTarget,
    InstallationTarget,
    MergeGroupTarget,
    PullRequestTarget,
    PushTarget,
    RepositoryTarget,
    WorkflowTarget,
)
from bot.work import groups, pushes, sweep, training
from bot.work.world import World

log = structlog.get_logger()


class Dispatch:
    """The handler and the mourner that the queue calls: see :mod:`bot.jobs.port`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, job: Job) -> None:
        """Do a job. Whatever is raised makes it come again; a used-up budget makes it wait for GitHub's reset.

        Where we are not installed any more, or suspended, there is nothing to do until GitHub says otherwise.
        """
        try:
            if not isinstance(job.target, InstallationTarget):
                await self._world.store.meet(job.target.repository)
            await self._do(job)
        except RateLimited as limit:
            raise Later(limit.until, "rate limit") from limit
        except Forbidden as refusal:
            if not _sent_away(refusal):
                raise
            log.warning("job.dropped", target=job.target.KIND, said=refusal.said)

    async def _do(self, job: Job) -> None:
        world, target = self._world, job.target
        match target:
            case PullRequestTarget():
                await pipeline.look(world, target, doubt=job.attempt > 1)
            case HeadTarget():
                await sweep.look_at_head(world, target)
            case WorkflowTarget():
                await training.look(world, target)
            case PushTarget():
                await pushes.look(world, target)
            case MergeGroupTarget():
                await groups.look(world, target)
            case RepositoryTarget():
                await sweep.look_at_repository(world, target)
            case InstallationTarget():
                await sweep.look_at_installation(world, target)

    async def mourn(self, job: Job, error: BaseException) -> None:
        """Tell those who wait for a job that has failed for good."""
        log.error("job.mourned", target=job.target.KIND, error=repr(error))
        match job.target:
            case PullRequestTarget() as target:
                await pipeline.give_up(self._world, target, job, error)
            case MergeGroupTarget() as target:
                await groups.give_up(self._world, target, job, error)


def _sent_away(refusal: Forbidden) -> bool:
    """Say whether we may not do anything at all: no token is given to us, or the one that we have is suspended.

    https://docs.github.com/en/apps/maintaining-github-apps/suspending-a-github-app-installation
    """
    return refusal.path.startswith("/app/installations/") or "has been suspended" in refusal.said
