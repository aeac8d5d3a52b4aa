"""The whole history of a clone in memory, read once, so that thousands of merges can be replayed without Git."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from bot.git.command import Git
from bot.git.graph import Node
from policies.facts import Commit, Sha


@dataclass(frozen=True)
class Line:
    """The first-parent line of a branch, oldest commit first."""

    branch: str
    commits: tuple[Sha, ...]
    nodes: Mapping[Sha, Node]

    @cached_property
    def index(self) -> dict[Sha, int]:
        """Where on the line a commit stands."""
        return {sha: place for place, sha in enumerate(self.commits)}

    @cached_property
    def arrival(self) -> dict[Sha, int]:
        """For every commit that the branch contains, the place on the line with which it came. One walk over all."""
        came: dict[Sha, int] = {}
        for place, step in enumerate(self.commits):
            waiting = [step]
            while waiting:
                sha = waiting.pop()
                if sha in self.nodes and sha not in came:
                    came[sha] = place
                    waiting.extend(self.nodes[sha].parents)
        return came

    @cached_property
    def _moments(self) -> list[int]:
        """Commit dates along the line; never falling, although clocks of committers differ."""
        return list(accumulate((self.nodes[sha].commit.when for sha in self.commits), max))

    def place_at(self, when: float) -> int:
        """Return the place of the branch's tip at a moment, in seconds since 1970; -1 before its first commit."""
        return bisect_right(self._moments, when) - 1

    def place_before(self, merge: Sha, when: int) -> int:
        """Return the place of the branch's tip just before ``merge`` was made; -1 if the branch was not there yet."""
        return min(self.place_at(when), self.arrival.get(merge, len(self.commits)) - 1)


class History:
    """All commits below the branches of a clone, and walks whose cost is the distance walked, not the history."""

    def __init__(self, git: Git, tips: Iterable[Sha]) -> None:
        self.nodes: dict[Sha, Node] = {}
        wanted = sorted(set(tips))
        for start in range(0, len(wanted), 500):  # a command line has a longest length
            for commit, parents in git.commits(
                "--topo-order", *wanted[start : start + 500], *self._excluded(wanted[:start])
            ):
                self.nodes.setdefault(commit.sha, Node(commit, parents))

    @staticmethod
    def _excluded(known: list[Sha]) -> list[str]:
        return ["--not", *known[-200:]] if known else []

    @cached_property
    def _height(self) -> dict[Sha, int]:
        """Longest way down from each commit; a commit stands higher than all it contains."""
        height: dict[Sha, int] = {}
        for start in self.nodes:
            waiting = [start]
            while waiting:
                sha = waiting[-1]
                below = [parent for parent in self.nodes[sha].parents if parent in self.nodes]
                unknown = [parent for parent in below if parent not in height]
                if unknown:
                    waiting.extend(unknown)
                    continue
                height[sha] = 1 + max((height[parent] for parent in below), default=0)
                waiting.pop()
        return height

    def between(self, exclude: Sha, include: Sha) -> tuple[Commit, ...]:
        """Return the commits that ``include`` contains and ``exclude`` does not: ``git rev-list exclude..include``."""
        height = self._height
        excluded: dict[Sha, bool] = {}
        waiting: list[tuple[int, Sha]] = []
        open_ends = 0

        def reach(sha: Sha, *, out: bool) -> int:
            """Mark a commit; return by how much the number of commits that may still be listed changes."""
            if sha not in excluded:
                excluded[sha] = out
                heapq.heappush(waiting, (-height[sha], sha))
                return 0 if out else 1
            if out and not excluded[sha]:
                excluded[sha] = True
                return -1
            return 0

        for tip, out in ((include, False), (exclude, True)):
            if tip in height:
                open_ends += reach(tip, out=out)
        found: list[Commit] = []
        while waiting and open_ends:
            _, sha = heapq.heappop(waiting)
            node, out = self.nodes[sha], excluded[sha]
            if not out:
                open_ends -= 1
                found.append(node.commit)
            for parent in node.parents:
                if parent in height:
                    open_ends += reach(parent, out=out)
        return tuple(found)

    def line(self, branch: str, tip: Sha, stop: Mapping[Sha, str] | None = None) -> Line:
        """Return the first-parent line down from ``tip``, up to a commit that is in ``stop``."""
        commits: list[Sha] = []
        here: Sha | None = tip
        while here is not None and here in self.nodes and (stop is None or here not in stop):
            commits.append(here)
            parents = self.nodes[here].parents
            here = parents[0] if parents else None
        return Line(branch, tuple(reversed(commits)), self.nodes)
