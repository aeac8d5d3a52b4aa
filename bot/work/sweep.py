"""Finds pull requests to look at without being told: after an installation, and for webhooks that never came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.github.errors import Forbidden, GitHubError, NotFound
from bot.github.repository import Repository
from bot.jobs.target import HeadTarget, InstallationTarget, PullRequestTarget, PushTarget, RepositoryTarget
from bot.state.port import Seen
from bot.work import pushes
from bot.work.world import World
from policies.facts import Sha

MOST_PULL_REQUESTS = 3_000
"""Open pull requests of one repository that are looked through."""

MOST_REPOSITORIES = 10_000

OLD = timedelta(hours=24)
"""An opinion that is older is formed again; it may rest on something that no webhook tells."""

log = structlog.get_logger()


async def look_at_installation(world: World, target: InstallationTarget) -> None:
    """Ask for a look at each repository of an installation.

    https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
    """
    installation = target.repository.installation
    api = world.github.installation(installation)
    pages = await api.pages("/installation/repositories", most=MOST_REPOSITORIES, key="repositories")
    for given in pages.items:
        repository = Repository(installation, int(given["id"]), str(given["full_name"]))
        await world.queue.enqueue(RepositoryTarget(repository), "installation")


async def look_at_repository(world: World, target: RepositoryTarget) -> None:
    """Ask for a look at every open pull request."""
    repository = target.repository
    listed = await _open(world, repository)
    for number in listed:
        await world.queue.enqueue(PullRequestTarget(repository, number), "repository")
    await _close_others(world, repository, listed)


async def look_at_head(world: World, target: HeadTarget) -> None:
    """Somebody wants a check to run again: forget what stands on the commit and say it anew.

    GitHub does not say which pull requests a commit of a fork belongs to, so we ask our memory, then the list.
    https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
    """
    repository, sha = target.repository, Sha(target.sha)
    pushed, _ = await world.store.standing(repository.id, sha, pushes.NAME)
    if pushed is not None and target.branch is not None:
        ref = pushes.BRANCH + target.branch
        await world.queue.enqueue(PushTarget(repository, ref, target.before, sha, again=True), "rerequested")
    await world.store.unsay(repository.id, sha)
    numbers = [seen.number for seen in await world.store.open_at(repository.id, sha)]
    if not numbers:
        numbers = [n for n, given in (await _open(world, repository)).items() if given["head"]["sha"] == sha]
    for number in numbers:
        await world.queue.enqueue(PullRequestTarget(repository, number), "rerequested")


async def sweep(world: World, now: datetime) -> int:
    """Look through all repositories for pull requests whose check is missing or old; return how many there were.

    The list of open pull requests answers 304 where nothing has happened, which costs nothing.
    """
    found = 0
    for known in await world.store.repositories():
        try:
            found += await _sweep(world, known.repository, now)
        except (NotFound, Forbidden):  # uninstalled, suspended or deleted meanwhile
            await world.store.forget(known.repository.id)
        except GitHubError as error:
            log.warning("sweep.put_off", repository=known.repository.full_name, error=str(error))
    return found


async def _sweep(world: World, repository: Repository, now: datetime) -> int:
    listed = await _open(world, repository)
    seen = {each.number: each for each in await world.store.open(repository.id)}
    stale = [number for number, given in listed.items() if _is_stale(seen.get(number), given, now)]
    for number in stale:
        await world.queue.enqueue(PullRequestTarget(repository, number), "sweep")
    await _close_others(world, repository, listed)
    await world.store.swept(repository.id)
    return len(stale)


def _is_stale(seen: Seen | None, given: Mapping[str, Any], now: datetime) -> bool:
    if seen is None or seen.judged_at is None or now - seen.judged_at > OLD:
        return True
    return (seen.head_sha, seen.base) != (given["head"]["sha"], given["base"]["ref"])


async def _open(world: World, repository: Repository) -> dict[int, Mapping[str, Any]]:
    """List the open pull requests: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests."""
    api = world.github.installation(repository.installation)
    pages = await api.pages(f"{repository.path}/pulls", most=MOST_PULL_REQUESTS, state="open")
    return {int(given["number"]): given for given in pages.items}


async def _close_others(world: World, repository: Repository, listed: Mapping[int, Any]) -> None:
    """A pull request that we think open and GitHub does not list is looked at once more; that job finds it closed."""
    if len(listed) < MOST_PULL_REQUESTS:
        for seen in await world.store.open(repository.id):
            if seen.number not in listed:
                await world.queue.enqueue(PullRequestTarget(repository, seen.number), "sweep")
