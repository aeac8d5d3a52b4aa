"""Stacks of pull requests: a feature that goes into another feature is judged by the branch that all end in."""

from __future__ import annotations

from bot.gather.pull import Pull
from bot.state.port import Store
from policies.config import Config
from policies.facts import Branches, PullRequest
from policies.gitflow.model import BranchModel, bind

MOST_ON_TOP = 50
"""Pull requests on top of one another; a longer stack, or one that goes round in circles, is not followed."""


async def placed(store: Store, pull: Pull, branches: Branches, config: Config) -> PullRequest:
    """Return a pull request with its base as it is now, and where it ends if it is stacked on others."""
    base = pull.subject.base
    model = bind(config.branches, branches, [base])
    return pull.placed(branches, await root_of(store, pull.repository.id, base, model))


async def root_of(store: Store, repository_id: int, base: str, model: BranchModel) -> str | None:
    """Return where ``base`` is to be merged in the end, or None if that is not a stack.

    Only branches of a type that stacks are followed: what goes into a release ends there, although the release itself
    goes on. A fork's branch of the same name is another branch.
    """
    root = base
    for _ in range(MOST_ON_TOP):
        kind = model.classify(root)
        stacks = kind is not None and kind.stack
        below = [seen for seen in await store.open(repository_id, head=root) if not seen.fork] if stacks else []
        if not below:
            return root if root != base else None
        root = below[0].base
    return None


async def on_top_of(store: Store, repository_id: int, branch: str) -> list[int]:
    """Return the open pull requests into a branch, into the branches that those come from, and so on."""
    found: dict[int, None] = {}
    waiting = [branch]
    while waiting:
        for seen in await store.open(repository_id, base=waiting.pop()):
            if seen.number not in found:
                found[seen.number] = None
                waiting += [] if seen.fork else [seen.head]
    return list(found)
