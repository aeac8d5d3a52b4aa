"""The branches of a repository and where they stand.

https://docs.github.com/en/rest/branches/branches#list-branches
"""

from __future__ import annotations

from bot.gather.remote.listing import listed
from bot.gather.remote.reader import documented
from bot.github.port import Api
from bot.github.repository import Repository
from policies.facts import Branches, Sha
from policies.words import blind

MOST_BRANCHES = 3_000
"""Thirty requests, which answer "unchanged" while nobody pushes."""


async def branches(api: Api, repository: Repository) -> Branches:
    """Return all branches; ``missing`` says so if there are too many."""
    path = f"{repository.path}/branches"
    pages = await listed(api, path, MOST_BRANCHES)
    with documented(path):
        tips = {str(given["name"]): Sha(given["commit"]["sha"]) for given in pages.items}
    return Branches(tips, None if pages.complete else blind.too_many_branches(MOST_BRANCHES))
