"""What to look at again when a tracking server says that its registry changed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.jobs.target import RepositoryTarget
from bot.state.port import Store
from bot.tracking.server import Servers


async def repositories_of(server: str, servers: Servers, store: Store) -> Sequence[RepositoryTarget]:
    """Return the repositories that may use a server and have open pull requests: any of these may look at its registry.

    An alias that moves is another baseline for all of them, and the policy that says so is on GitHub.
    """
    found = [
        known.repository
        for known in await store.repositories()
        if servers.for_repository(server, known.repository.full_name) is not None
    ]
    return [RepositoryTarget(each) for each in found if await store.open(each.id)]
