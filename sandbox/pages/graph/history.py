"""Which commits are drawn, and to which branch each one belongs: Git does not say, but first parents do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sandbox.github.git.bare import Bare
from sandbox.github.git.objects import Commit

MOST = 90
"""Commits that are drawn: the newest ones."""

_ORDER = (
    ("main", "master", "production"),
    ("dev", "develop", "development", "staging"),
    ("support/*",),
    ("release/*", "release-*"),
    ("hotfix/*", "hotfix-*"),
)
"""Branches that live long are drawn first, and own what they share with others."""

_MERGED = re.compile(r"Merge (?:pull request #\d+ from [^/\s]+/(?P<pull>\S+)|branch '(?P<branch>[^']+)')")


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch that is drawn, with the page that it leads to and how it stands there."""

    name: str
    sha: str
    href: str
    tone: str = ""


@dataclass(slots=True)
class Lane:
    """A line of commits, oldest first. ``ref`` is None where the branch has been deleted."""

    name: str
    ref: Ref | None
    shas: list[str]
    root: str | None
    """The commit that it was started from."""


@dataclass(frozen=True, slots=True)
class History:
    """The commits of a picture in the order of time, and the lanes they are in."""

    commits: Mapping[str, Commit]
    """Oldest first."""
    lanes: tuple[Lane, ...]
    cut: bool
    """There are older ones."""
    tags: Mapping[str, str]
    """Commit → tag."""


def read_history(bare: Bare, refs: Iterable[Ref], most: int = MOST) -> History:
    """Read the newest commits of some branches and sort them into lanes."""
    refs = sorted(refs, key=lambda ref: (_rank(ref.name), bare.objects.commit(ref.sha).committer.when, ref.name))
    tips = sorted({ref.sha for ref in refs})
    if not tips:
        return History({}, (), cut=False, tags={})
    listed = bare.git.run("rev-list", "--date-order", f"--max-count={most + 1}", *tips).split()
    commits = {sha: bare.objects.commit(sha) for sha in reversed(listed[:most])}
    tags = {bare.objects.commit(sha).sha: name for name, sha in bare.under("refs/tags/").items()}
    lanes = tuple(lane for lane in _lanes(commits, refs) if lane.shas or lane.root)  # others are too old
    return History(commits, lanes, cut=len(listed) > most, tags=tags)


def _rank(name: str) -> int:
    ranks = (rank for rank, names in enumerate(_ORDER) if any(fnmatchcase(name, pattern) for pattern in names))
    return next(ranks, len(_ORDER))


def _lanes(commits: dict[str, Commit], refs: Iterable[Ref]) -> Iterator[Lane]:
    taken: set[str] = set()
    for ref in refs:
        yield _lane(commits, taken, ref.sha, ref.name, ref)
    for merge in reversed(list(commits.values())):
        for parent in merge.parents[1:]:
            if parent in commits and parent not in taken:
                said = _MERGED.match(merge.message)
                name = (said["pull"] or said["branch"]) if said else ""
                yield _lane(commits, taken, parent, name, None)


def _lane(commits: Mapping[str, Commit], taken: set[str], tip: str, name: str, ref: Ref | None) -> Lane:
    """Take the commits from a tip back along first parents that no other lane has taken."""
    shas: list[str] = []
    at: str | None = tip
    while at is not None and at in commits and at not in taken:
        shas.append(at)
        parents = commits[at].parents
        at = parents[0] if parents else None
    taken.update(shas)
    return Lane(name, ref, shas[::-1], at if at in commits else None)
