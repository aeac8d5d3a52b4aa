"""Facts about a merge of the past: the repository as it stood the moment before, reconstructed from history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from itertools import islice

from bot.gather import graph, subjects
from bot.gather.git import Git
from bot.gather.history import History, Line
from bot.gather.merges import FoundMerge, Lines
from policies.facts import (
    Absent,
    Arrival,
    Branches,
    Commit,
    Drift,
    Elsewhere,
    PullRequest,
    Release,
    Sha,
    Tag,
)
from policies.gitflow.model import BranchModel
from policies.words import blind

MOST_LACKING = 250
"""Commits of a drift that are listed; a comparison on GitHub lists no more."""


@dataclass(frozen=True, slots=True)
class _OpenRelease:
    """A release branch and the time in which it was open, in seconds since 1970; ``closed`` is None if it still is."""

    line: Line
    opened: int
    closed: float
    cut: int
    """The place on the integration line that it was started from."""
    shipped: int
    """The place on the production line when it was started."""

    @property
    def start(self) -> Sha:
        """The commit that the first commit of the release stands on."""
        return self.line.nodes[self.line.commits[0]].parents[0]


@dataclass(frozen=True, slots=True)
class _DatedTag:
    name: str
    created: int
    sha: Sha


class Past:
    """What a whole replay shares. Merges must be asked about oldest first: the drift is carried along, not recounted."""

    def __init__(self, git: Git, history: History, model: BranchModel, lines: Lines) -> None:
        self.history = history
        self.model = model
        self.lines = lines
        self.tags = _tags(git)
        self.production = lines.long_lived.get(model.production or "")
        self.integration = lines.long_lived.get(model.integration or "")
        started = {name: line for name, line in lines.releases.items() if history.nodes[line.commits[0]].parents}
        self.releases = {name: self._open_release(line) for name, line in started.items()}
        self.drift = _Drift(history, self.production, self.integration)

    def _open_release(self, line: Line) -> _OpenRelease:
        nodes, first, last = self.history.nodes, line.commits[0], line.commits[-1]
        closed = float("inf")
        if self.production and last in self.production.arrival:
            closed = nodes[self.production.commits[self.production.arrival[last]]].commit.when
        parents = nodes[first].parents
        cut = self.integration.arrival.get(parents[0], -1) if self.integration and parents else -1
        opened = nodes[first].commit.when
        shipped = self.production.place_before(first, opened) if self.production else -1
        return _OpenRelease(line, opened, closed, cut, shipped)

    def open_at(self, when: int) -> dict[str, _OpenRelease]:
        """Return the releases that were open at a moment."""
        return {name: release for name, release in self.releases.items() if release.opened <= when < release.closed}

    def places(self, merge: Sha, when: int) -> dict[str, int]:
        """Return where each long-lived branch stood just before a merge; branches that were not there are left out."""
        found = {name: line.place_before(merge, when) for name, line in self.lines.long_lived.items()}
        return {name: place for name, place in found.items() if place >= 0}


class PastFacts:
    """A source of facts about one merge, as they were when it was a pull request."""

    def __init__(self, past: Past, merge: FoundMerge) -> None:
        self.past = past
        node = past.history.nodes[merge.sha]
        self.when = node.commit.when
        self.merge_sha = merge.sha
        self.places = past.places(merge.sha, self.when)
        head = past.history.nodes.get(node.parents[1])
        self.subject = PullRequest(
            head=str(merge.source),
            base=merge.target,
            head_sha=node.parents[1],
            base_sha=node.parents[0],
            number=merge.number,
            title=merge.title,
            author=subjects.login(head.commit.author) if head else None,
            fork=merge.fork,
        )

    @cached_property
    def releases_open(self) -> Mapping[str, _OpenRelease]:
        return self.past.open_at(self.when)

    @cached_property
    def branches(self) -> Branches:
        tips = {name: self.past.lines.long_lived[name].commits[place] for name, place in self.places.items()}
        tips |= {release.branch: release.sha for release in self.releases()}
        return Branches({**tips, self.subject.base: Sha(str(self.subject.base_sha))})

    @cached_property
    def _commits(self) -> tuple[Commit, ...]:
        return self.past.history.between(Sha(str(self.subject.base_sha)), Sha(str(self.subject.head_sha)))

    def commits(self) -> tuple[Commit, ...]:
        return self._commits

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        mine = frozenset(commit.sha for commit in self._commits)
        places = [self._on_line(name, place, mine) for name, place in self.places.items() if name != self.subject.base]
        others = (release for release in self.releases() if release.branch not in (self.subject.base, self.subject.head))
        places += [self._on_release(release, mine) for release in others]
        return tuple(place for place in places if place.shared)

    def _on_line(self, name: str, place: int, mine: frozenset[Sha]) -> Elsewhere:
        line = self.past.lines.long_lived[name]
        nowhere = len(line.commits)
        shared = frozenset(sha for sha in mine if line.arrival.get(sha, nowhere) <= place)
        steps = {sha: line.commits[line.arrival[sha]] for sha in shared}
        arrivals = {sha: graph.arrival(self.past.history.nodes[step].commit) for sha, step in steps.items()}
        if shared:
            arrivals |= dict.fromkeys(self._brought_inside(line, place) & shared, Arrival(self.subject.head))
        holds_head = self.subject.head_sha in shared
        return Elsewhere(name, shared, holds_head=holds_head, held_by_head=line.commits[place] in mine, arrivals=arrivals)

    def _brought_inside(self, line: Line, place: int) -> frozenset[Sha]:
        listed = self.past.history.between(Sha(str(self.subject.base_sha)), line.commits[place])
        nodes = {commit.sha: self.past.history.nodes[commit.sha] for commit in listed}
        releases = self.past.releases.__contains__
        return graph.brought_inside(nodes, line.commits[place], self.subject.head, releases, self._between)

    def _between(self, exclude: Sha, include: Sha) -> frozenset[Sha]:
        return frozenset(commit.sha for commit in self.past.history.between(exclude, include))

    def _on_release(self, release: Release, mine: frozenset[Sha]) -> Elsewhere:
        only_here = self._between(release.sha, Sha(str(self.subject.head_sha)))
        shared = mine - only_here
        return Elsewhere(release.branch, shared, holds_head=self.subject.head_sha in shared, held_by_head=release.sha in mine)

    def releases(self) -> tuple[Release, ...]:
        tips = ((name, self._tip(release)) for name, release in self.releases_open.items())
        return tuple(Release(name, tip) for name, tip in sorted(tips))

    def _tip(self, release: _OpenRelease) -> Sha:
        return release.line.commits[max(release.line.place_before(self.merge_sha, self.when), 0)]

    def drift(self) -> tuple[Drift, ...] | Absent:
        production = self.past.model.production
        if production is None or production not in self.places:
            return Absent(blind.no_production())
        drift = self.past.drift
        drift.advance(self.places[production], self.places.get(str(self.past.model.integration), -1))
        concerned = self._releases_concerned().items()
        owed = {name: drift.release(release, self._tip(release)) for name, release in concerned}
        if self.past.model.integration in self.places:
            owed[str(self.past.model.integration)] = drift.integration
        return tuple(each.drift(production, name) for name, each in owed.items())

    def _releases_concerned(self) -> dict[str, _OpenRelease]:
        concerned = dict(self.releases_open)
        mine = self.past.releases.get(self.subject.head)
        return concerned | {self.subject.head: mine} if mine else concerned

    def tags(self) -> tuple[Tag, ...]:
        known = [tag for tag in self.past.tags if tag.created <= self.when]
        line = self.past.lines.long_lived.get(self.subject.base)
        mine = {commit.sha for commit in self._commits}
        start = self._fork_place(line) if line else -1
        tip = self.places.get(self.subject.base, -1)
        nowhere = len(line.commits) if line else 0
        tags = []
        for tag in known:
            place = line.arrival.get(tag.sha, nowhere) if line else nowhere
            moment = datetime.fromtimestamp(tag.created, timezone.utc)
            tags.append(Tag(tag.name, moment, place <= tip and line is not None, place <= start, tag.sha in mine))
        return tuple(tags)

    def _fork_place(self, line: Line) -> int:
        """Return the place on the base line that the head was started from: the newest it stands on."""
        nodes = self.past.history.nodes
        below = (parent for commit in self._commits for parent in nodes[commit.sha].parents)
        return max((line.arrival.get(parent, -1) for parent in below), default=-1)

    def merge(self) -> Absent:
        return Absent(blind.not_in_history("whether a merge had conflicts"))

    def reviews(self) -> Absent:
        return Absent(blind.not_in_history("reviews"))

    def paths(self) -> Absent:
        return Absent(blind.not_in_history("which paths a pull request was about"))


class _Owed:
    """Commits of production that one branch lacks. Moves forward along the production line and never back."""

    def __init__(self, shipped: int, commits: Iterable[Commit]) -> None:
        self.shipped = shipped
        self.commits = {commit.sha: commit for commit in commits}
        self._listed: tuple[Commit, ...] | None = None

    def come(self, place: int, commits: Iterable[Commit]) -> None:
        """Take in what reached production up to ``place``."""
        self.shipped = place
        for commit in commits:
            self.commits[commit.sha] = commit
            self._listed = None

    def go(self, shas: Iterable[Sha]) -> None:
        """Leave out what the branch has by now."""
        for sha in shas:
            if self.commits.pop(sha, None) is not None:
                self._listed = None

    def drift(self, production: str, branch: str) -> Drift:
        """Return the fact; a long list is cut."""
        if self._listed is None:
            self._listed = tuple(islice(self.commits.values(), MOST_LACKING))
        total = len(self.commits) if len(self.commits) > MOST_LACKING else None
        return Drift(production, branch, self._listed, total)


class _Drift:
    """What the integration branch and the releases owe to production, carried from merge to merge, never recounted."""

    def __init__(self, history: History, production: Line | None, integration: Line | None) -> None:
        self._history = history
        self._arrival = integration.arrival if integration else {}
        self._come: dict[int, list[Commit]] = defaultdict(list)
        self._go: dict[int, list[Sha]] = defaultdict(list)
        self._integrated = -1
        self._ever: list[Commit] = []
        self._releases: dict[str, tuple[Sha, frozenset[Sha], _Owed]] = {}
        self.integration = _Owed(-1, ())
        for sha, place in production.arrival.items() if production else ():
            commit = history.nodes[sha].commit
            if commit.parents < 2:
                self._come[place].append(commit)
                self._go[self._arrival.get(sha, -2)].append(sha)

    def advance(self, production: int, integration: int) -> None:
        """Move on to where both lines stood; standing still or going back changes nothing."""
        for place in range(self.integration.shipped + 1, production + 1):
            fresh = [c for c in self._come[place] if self._arrival.get(c.sha, integration + 1) > integration]
            self.integration.come(place, fresh)
            self._ever += fresh
        for place in range(self._integrated + 1, integration + 1):
            self.integration.go(self._go[place])
        self._integrated = max(self._integrated, integration)

    def release(self, release: _OpenRelease, tip: Sha) -> _Owed:
        """Return what a release lacks: what came to production since it was cut, or was owed to integration then."""
        name, production = release.line.branch, self.integration.shipped
        known = self._releases.get(name)
        if known is None or known[0] != tip:
            held = frozenset(commit.sha for commit in self._history.between(release.start, tip))
            owed = known[2] if known else _Owed(release.shipped, self._late(release, held, self._ever))
            owed.go(held)
            known = self._releases[name] = (tip, held, owed)
        _, held, owed = known
        for place in range(owed.shipped + 1, production + 1):
            owed.come(place, self._late(release, held, self._come[place]))
        return owed

    def _late(self, release: _OpenRelease, held: frozenset[Sha], commits: Iterable[Commit]) -> list[Commit]:
        """Leave out what the release has: from where it was cut, or carried over since."""
        return [c for c in commits if c.sha not in held and self._arrival.get(c.sha, release.cut + 1) > release.cut]


def _tags(git: Git) -> list[_DatedTag]:
    """Read the tags that point to commits, annotated or not."""
    form = "--format=%(creatordate:unix) %(objectname) %(*objectname) %(refname:strip=2)"
    rows = (row.split(" ", 3) for row in git.lines("for-each-ref", form, "refs/tags"))
    return [_DatedTag(name, int(when or 0), Sha(peeled or sha)) for when, sha, peeled, name in rows]
