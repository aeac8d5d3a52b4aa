"""Facts about a merge of the past: the repository as it stood the moment before, reconstructed from history."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.gather.drift import MOST_LACKING, RunningDrift
from bot.git import graph, subjects
from bot.git.command import Git, moment
from bot.git.history import History, Line
from bot.git.merges import FoundMerge, Lines
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

MOST_TAGS = 30
"""Tags that are looked at for one merge; the highest version is among the newest."""


@dataclass(frozen=True, slots=True)
class _OpenRelease:
    """A release branch and the time in which it was open, in seconds since 1970; ``closed`` is None if it still is."""

    line: Line
    opened: int
    closed: float


@dataclass(frozen=True, slots=True)
class _DatedTag:
    name: str
    created: int
    sha: Sha


class Past:
    """What a whole replay shares. Merges must be asked about oldest first: the drift is carried along."""

    def __init__(self, git: Git, history: History, model: BranchModel, lines: Lines) -> None:
        self.history = history
        self.model = model
        self.lines = lines
        self.tags = sorted(_tags(git), key=lambda tag: tag.created)
        self._tag_times = [tag.created for tag in self.tags]
        self._tag_named = {tag.name: tag for tag in self.tags}
        self.production = lines.long_lived.get(model.production or "")
        self.integration = lines.long_lived.get(model.integration or "")
        self._open: list[_OpenRelease] = []
        releases = (self._open_release(line) for line in lines.releases)
        self._to_open = sorted(releases, key=lambda release: release.opened, reverse=True)
        self.release_names = frozenset(line.branch for line in lines.releases)
        self.drift = RunningDrift(history, self.production, self.integration)

    def _open_release(self, line: Line) -> _OpenRelease:
        nodes, first, last = self.history.nodes, line.commits[0], line.commits[-1]
        closed = float("inf")
        if self.production and last in self.production.arrival:
            closed = nodes[self.production.commits[self.production.arrival[last]]].commit.when
        return _OpenRelease(line, nodes[first].commit.when, closed)

    def open_at(self, when: int) -> dict[str, _OpenRelease]:
        """Return the releases that were open at a moment; moments must not fall."""
        while self._to_open and self._to_open[-1].opened <= when:
            self._open.append(self._to_open.pop())
        self._open = [release for release in self._open if when < release.closed]
        return {release.line.branch: release for release in self._open}

    def tags_at(self, when: int, head: str) -> list[_DatedTag]:
        """Return the newest tags of a moment, and older ones that the branch name ends with; others decide nothing."""
        end = bisect_right(self._tag_times, when)
        newest = self.tags[max(end - MOST_TAGS, 0) : end]
        words = re.split(r"[/-]", head)
        same = {f"{prefix}{word.removeprefix('v')}" for word in words for prefix in ("", "v")}
        older = (self._tag_named.get(name) for name in same)
        return [*newest, *(tag for tag in older if tag and tag.created <= when and tag not in newest)]

    def places(self, merge: Sha, when: int) -> dict[str, int]:
        """Return where each long-lived branch stood just before a merge; branches that were not there are left out."""
        found = {name: self._place(line, merge, when) for name, line in self.lines.long_lived.items()}
        return {name: place for name, place in found.items() if place >= 0}

    @staticmethod
    def _place(line: Line, merge: Sha, when: int) -> int:
        """On the merge's own line that is known exactly; on the others the clock decides."""
        own = line.index.get(merge)
        return line.place_before(merge, when) if own is None else own - 1


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
        others = (
            release for release in self.releases() if release.branch not in (self.subject.base, self.subject.head)
        )
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
        return Elsewhere(
            name, shared, holds_head=holds_head, held_by_head=line.commits[place] in mine, arrivals=arrivals
        )

    def _brought_inside(self, line: Line, place: int) -> frozenset[Sha]:
        listed = self.past.history.between(Sha(str(self.subject.base_sha)), line.commits[place])
        nodes = {commit.sha: self.past.history.nodes[commit.sha] for commit in listed}
        releases = self.past.release_names.__contains__
        return graph.brought_inside(nodes, line.commits[place], self.subject.head, releases, self._between)

    def _between(self, exclude: Sha, include: Sha) -> frozenset[Sha]:
        return frozenset(commit.sha for commit in self.past.history.between(exclude, include))

    def _on_release(self, release: Release, mine: frozenset[Sha]) -> Elsewhere:
        only_here = self._between(release.sha, Sha(str(self.subject.head_sha)))
        shared = mine - only_here
        return Elsewhere(
            release.branch, shared, holds_head=self.subject.head_sha in shared, held_by_head=release.sha in mine
        )

    def releases(self) -> tuple[Release, ...]:
        tips = ((name, self._tip(release)) for name, release in self.releases_open.items())
        return tuple(Release(name, tip) for name, tip in sorted(tips))

    def _tip(self, release: _OpenRelease) -> Sha:
        return release.line.commits[max(release.line.place_before(self.merge_sha, self.when), 0)]

    def drift(self) -> tuple[Drift, ...] | Absent:
        production = self.past.model.production
        if production is None or production not in self.places:
            return Absent(blind.no_production())
        if self.subject.base == production:
            return self._drift_of_base(production)
        drift = self.past.drift
        drift.advance(self.places[production], self.places.get(str(self.past.model.integration), -1))
        owed = {name: drift.release(name, self._tip(release), release.closed) for name, release in self._others()}
        if self.past.model.integration in self.places:
            owed[str(self.past.model.integration)] = drift.integration
        return tuple(each.drift(production, name) for name, each in owed.items())

    def _drift_of_base(self, production: str) -> tuple[Drift, ...]:
        """Compare with the very base that was merged into; it need not lie on the line of today's production branch."""
        places = {name: self._tip(release) for name, release in self._others()}
        kind = self.past.model.head(self.subject)
        if kind is not None and kind.name == "release":
            places[self.subject.head] = Sha(str(self.subject.head_sha))
        integration = self.past.integration
        if integration is not None and integration.branch in self.places:
            places[integration.branch] = integration.commits[self.places[integration.branch]]
        return tuple(self._compared(production, name, tip) for name, tip in places.items())

    def _compared(self, production: str, name: str, tip: Sha) -> Drift:
        listed = self.past.history.between(tip, Sha(str(self.subject.base_sha)))
        lacking = tuple(commit for commit in listed if commit.parents < 2)
        total = len(lacking) if len(lacking) > MOST_LACKING else None
        return Drift(production, name, lacking[:MOST_LACKING], total)

    def _others(self) -> Iterator[tuple[str, _OpenRelease]]:
        return ((name, release) for name, release in self.releases_open.items() if name != self.subject.head)

    def tags(self) -> tuple[Tag, ...]:
        line = self.past.lines.long_lived.get(self.subject.base)
        if line is None:
            return ()
        mine = {commit.sha for commit in self._commits}
        merged = line.arrival.get(self.merge_sha, len(line.commits))
        start, nowhere = self._fork_place(line), -1
        tags = []
        for tag in self.past.tags_at(self.when, self.subject.head):
            place = line.arrival.get(tag.sha, nowhere)
            if place >= merged and tag.sha not in mine:
                continue  # it was set on this merge, or later
            known = nowhere < place < merged
            tags.append(Tag(tag.name, moment(tag.created), known, known and place <= start, tag.sha in mine))
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

    def metrics(self) -> Absent:
        return Absent(blind.not_in_history("what was measured"))


def _tags(git: Git) -> list[_DatedTag]:
    """Read the tags that point to commits, annotated or not."""
    form = "--format=%(creatordate:unix) %(objectname) %(*objectname) %(refname:strip=2)"
    rows = (row.split(" ", 3) for row in git.lines("for-each-ref", form, "refs/tags"))
    return [_DatedTag(name, int(when or 0), Sha(peeled or sha)) for when, sha, peeled, name in rows]
