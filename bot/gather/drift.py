"""What other branches owe to production, carried forward from merge to merge while a history is replayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from bot.git.history import History, Line
from policies.facts import Commit, Drift, Sha

MOST_LACKING = 250
"""Commits of a drift that are listed; a comparison on GitHub lists no more."""


class Owed:
    """Commits of production that one branch lacks, as production moves forward."""

    def __init__(self, tip: Sha | None = None, to_come: Iterable[tuple[int, Commit]] = ()) -> None:
        self.tip = tip
        self._to_come = sorted(to_come, key=lambda pair: pair[0], reverse=True)
        self._commits: dict[Sha, Commit] = {}
        self._listed: tuple[Commit, ...] | None = None

    def advance(self, place: int) -> None:
        """Take in what reached production up to ``place``."""
        while self._to_come and self._to_come[-1][0] <= place:
            self.come([self._to_come.pop()[1]])

    def come(self, commits: Iterable[Commit]) -> None:
        self._commits.update((commit.sha, commit) for commit in commits)
        self._listed = None

    def go(self, shas: Iterable[Sha]) -> None:
        """Leave out what the branch has by now."""
        for sha in shas:
            if self._commits.pop(sha, None) is not None:
                self._listed = None

    def drift(self, production: str, branch: str) -> Drift:
        """Return the fact; a long list is cut."""
        if self._listed is None:
            self._listed = tuple(islice(self._commits.values(), MOST_LACKING))
        total = len(self._commits) if len(self._commits) > MOST_LACKING else None
        return Drift(production, branch, self._listed, total)


class RunningDrift:
    """What the integration branch and the releases owe to production, carried from merge to merge, never recounted."""

    def __init__(self, history: History, production: Line | None, integration: Line | None) -> None:
        self._history = history
        self._production = production
        self._arrival = integration.arrival if integration else {}
        self._come: dict[int, list[Commit]] = defaultdict(list)
        self._go: dict[int, list[Sha]] = defaultdict(list)
        self._shipped = self._integrated = -1
        self._releases: dict[str, Owed] = {}
        self.integration = Owed()
        for sha, place in production.arrival.items() if production else ():
            commit = history.nodes[sha].commit
            if commit.parents < 2:
                self._come[place].append(commit)
                self._go[self._arrival.get(sha, -2)].append(sha)

    def advance(self, production: int, integration: int) -> None:
        """Move on to where both lines stood; standing still or going back changes nothing."""
        for place in range(self._shipped + 1, production + 1):
            self.integration.come(
                c for c in self._come[place] if self._arrival.get(c.sha, integration + 1) > integration
            )
        for place in range(self._integrated + 1, integration + 1):
            self.integration.go(self._go[place])
        self._shipped, self._integrated = max(self._shipped, production), max(self._integrated, integration)

    def release(self, name: str, tip: Sha, closed: float) -> Owed:
        """Return what a release lacks with its present tip; compared with production up to where it was closed."""
        owed = self._releases.get(name)
        if owed is None or owed.tip != tip:
            owed = self._releases[name] = Owed(tip, self._to_come(tip, closed))
        owed.advance(self._shipped)
        return owed

    def _to_come(self, tip: Sha, closed: float) -> list[tuple[int, Commit]]:
        if self._production is None:
            return []
        end = max(self._production.place_at(closed), self._shipped)
        lacking = self._history.between(tip, self._production.commits[end])
        return [(self._production.arrival[commit.sha], commit) for commit in lacking if commit.parents < 2]
