"""Which pull request brought a commit to a branch, by GitHub's own books rather than by the subject of the merge.

https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from bot.gather.remote.reader import Reader, documented
from policies.facts import Commit, Sha

SETTLED = timedelta(hours=1)
"""A commit this old that no pull request brought stays one: GitHub closes the pull request within seconds."""

MOST = 100
"""Pull requests of one commit that are looked at."""


@dataclass(frozen=True, slots=True)
class Bringer:
    """A merged pull request. ``made`` is the commit that merging it made (the last one, where it was rebased)."""

    number: int
    head: str
    head_sha: Sha
    made: Sha | None


async def bringer(reader: Reader, branch: str, commit: Commit) -> Bringer | None:
    """Return the pull request that brought ``commit`` to ``branch``, or None: nobody's, or not known yet."""
    key = f"brought/{commit.sha}/{branch}"
    found = await reader.known.found([key])
    if key not in found:
        brought = await _asked(reader, branch, commit.sha)
        found = {key: asdict(brought) if brought else None}
        if brought is not None or reader.now.timestamp() - commit.when > SETTLED.total_seconds():
            await reader.known.keep(found)
    return Bringer(**found[key]) if found[key] else None


async def _asked(reader: Reader, branch: str, sha: Sha) -> Bringer | None:
    path = f"{reader.repository.path}/commits/{sha}/pulls"
    pages = await reader.api.pages(path, most=MOST)
    with documented(path):
        return chosen(pages.items, reader.repository.id, branch, sha)


def chosen(listed: Iterable[Mapping[str, Any]], repository: int, branch: str, sha: Sha) -> Bringer | None:
    """Return the one that was merged into ``branch``; of several the one whose merging made the commit."""
    merged = [_read(given) for given in listed if _went_into(given, repository, branch)]
    return next((each for each in merged if each.made == sha), merged[0] if merged else None)


def _went_into(given: Mapping[str, Any], repository: int, branch: str) -> bool:
    """Forks have pull requests of their own with the same commits."""
    base = given["base"]
    return bool(given.get("merged_at")) and base["ref"] == branch and base["repo"]["id"] == repository


def _read(given: Mapping[str, Any]) -> Bringer:
    head = given["head"]
    made = given.get("merge_commit_sha")
    return Bringer(int(given["number"]), str(head["ref"]), Sha(head["sha"]), Sha(made) if made else None)
