"""Finds the branch that a stack of pull requests ends in."""

from __future__ import annotations

from bot.state.port import Store

MOST_ON_TOP = 50
"""Pull requests on top of one another; a longer stack, or one that goes round in circles, is not followed."""


async def root_of(store: Store, repository_id: int, base: str) -> str | None:
    """Return where ``base`` is to be merged in the end, or None if no open pull request would merge it anywhere.

    A fork's branch of the same name is another branch.
    """
    root = base
    for _ in range(MOST_ON_TOP):
        above = [seen for seen in await store.open(repository_id, head=root) if not seen.fork]
        if not above:
            return root if root != base else None
        root = above[0].base
    return None
