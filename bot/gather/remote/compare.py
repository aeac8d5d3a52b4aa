"""What one commit contains and another does not. It never changes, so each pair of commits is compared once.

https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.together import together
from bot.git.graph import Node, Nodes
from bot.github.errors import NotFound
from policies.facts import Commit, Sha
from policies.gitflow.foreign_commits import MOST_COMMITS

PAGE = 100

MOST_FILES = 300
"""Files that GitHub lists with a comparison, all of them on its first page."""

LONGEST_SUBJECT = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two commits stand to each other: ``ahead`` commits are only in the second.

    ``start`` is where they part; None if they have no commit in common, and then nothing else is known.
    ``nodes`` are the commits that are only in the second, oldest first; the first hundred at least.
    ``paths`` are the files that differ between ``start`` and the second, None if there are too many to list.
    """

    ahead: int
    start: Sha | None
    nodes: Nodes
    paths: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        """True if ``nodes`` are all there are."""
        return self.start is not None and len(self.nodes) >= self.ahead


class Comparisons:
    """Compares commits of one repository, those of its forks included: GitHub keeps all in one place.

    https://docs.github.com/en/pull-requests/committing-changes-to-your-project/viewing-and-comparing-commits/comparing-commits
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def pair(self, one: Sha, other: Sha) -> Comparison:
        """Compare, with the first hundred commits."""
        if one == other:
            return Comparison(0, one, {}, frozenset())
        return _comparison(await self._reader.known.once(f"pair/{one}/{other}", lambda: self._first_page(one, other)))

    async def whole(self, one: Sha, other: Sha) -> Comparison:
        """Compare, with all commits unless there are more than a thousand."""
        first = await self.pair(one, other)
        if first.whole or first.ahead > MOST_COMMITS:
            return first
        more = await self._reader.known.once(f"more/{one}/{other}", lambda: self._next_pages(one, other, first.ahead))
        return replace(first, nodes={**first.nodes, **_nodes(more)})

    async def contains(self, holder: Sha, sha: Sha) -> bool:
        """Say whether ``holder`` is ``sha`` or has it among its ancestors."""
        if holder == sha:
            return True
        return bool(await self._reader.known.once(f"within/{sha}/{holder}", lambda: self._is_behind(holder, sha)))

    async def _first_page(self, one: Sha, other: Sha) -> dict[str, Any]:
        path = self._path(one, other)
        try:
            given = await self._reader.api.get(path, per_page=PAGE)
        except NotFound as error:
            if _is_unrelated(error):
                return {"unrelated": True}
            raise
        with documented(path):
            ahead, commits = int(given["total_commits"]), [_kept(commit) for commit in given["commits"]]
            _complete(len(commits), min(ahead, PAGE))
            return {
                "ahead": ahead,
                "start": str(given["merge_base_commit"]["sha"]),
                "commits": commits,
                "paths": _paths(given.get("files") or []),
            }

    async def _next_pages(self, one: Sha, other: Sha, count: int) -> list[Any]:
        path = self._path(one, other)
        numbers = range(2, math.ceil(count / PAGE) + 1)
        pages = await together(self._reader.api.get(path, per_page=PAGE, page=number) for number in numbers)
        with documented(path):
            commits = [_kept(commit) for page in pages for commit in page["commits"]]
            _complete(len(commits), count - PAGE)
            return commits

    async def _is_behind(self, holder: Sha, sha: Sha) -> bool:
        """Ask for the second page of one commit a page: GitHub leaves out the files there, which are most of it."""
        path = self._path(sha, holder)
        try:
            given = await self._reader.api.get(path, per_page=1, page=2)
        except NotFound as error:
            if _is_unrelated(error):
                return False
            raise
        with documented(path):
            return int(given["behind_by"]) == 0

    def _path(self, one: Sha, other: Sha) -> str:
        return f"{self._reader.repository.path}/compare/{one}...{other}"


def _complete(count: int, expected: int) -> None:
    if count < expected:
        raise ValueError(f"{expected} commits were announced and {count} came")


def _is_unrelated(error: NotFound) -> bool:
    """Tell "No common ancestor between …" from a commit that GitHub does not know: both are 404."""
    return "no common ancestor" in error.said.lower()


def _comparison(kept: Mapping[str, Any]) -> Comparison:
    if "unrelated" in kept:
        return Comparison(0, None, {})
    paths = kept["paths"]
    return Comparison(
        kept["ahead"],
        Sha(kept["start"]),
        _nodes(kept["commits"]),
        None if paths is None else frozenset(paths),
    )


def _nodes(kept: list[Any]) -> dict[Sha, Node]:
    return {
        Sha(sha): Node(Commit(Sha(sha), subject, author, len(parents), when), tuple(map(Sha, parents)))
        for sha, parents, when, author, subject in kept
    }


def _kept(given: Mapping[str, Any]) -> list[Any]:
    """Keep of a commit what the rules look at. The author is the one that Git knows, as in a clone."""
    said = given["commit"]
    author = (said.get("author") or {}).get("email") or ""
    when = (said.get("committer") or {}).get("date")
    parents = [str(parent["sha"]) for parent in given["parents"]]
    return [str(given["sha"]), parents, seconds(when), str(author).lower(), subject_of(str(said["message"]))]


def seconds(when: str | None) -> int:
    """Return a moment as GitHub writes it in seconds since 1970; 0 for none."""
    return int(datetime.fromisoformat(when).timestamp()) if when else 0


def subject_of(message: str) -> str:
    """Return the subject of a commit as Git shows it (``%s``): the first paragraph on one line.

    https://git-scm.com/docs/git-log#Documentation/git-log.txt-s
    """
    lines = (line.rstrip() for line in message.lstrip().split("\n"))
    subject = " ".join(itertools.takewhile(bool, lines))
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    return f"{subject[: LONGEST_SUBJECT - 100]}…{subject[-99:]}"  # the end may name the pull request


def _paths(files: list[Any]) -> list[str] | None:
    return None if len(files) >= MOST_FILES else sorted(paths_of(files))


def paths_of(files: list[Any]) -> set[str]:
    """Return the paths that are touched; of a renamed file both, as ``git diff --no-renames`` has them."""
    before = (file["previous_filename"] for file in files if file["status"] == "renamed")
    return {str(path) for path in (*(file["filename"] for file in files), *before)}
