"""Finds the merges of a history that were pull requests, whatever tool made them: which branch went into which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.git import subjects
from bot.git.command import Git
from bot.git.graph import Node
from bot.git.history import History, Line
from policies.facts import Sha
from policies.gitflow.model import BranchModel


class Kind(Enum):
    """What a merge was for."""

    PULL_REQUEST = "pull request"
    SYNC = "sync"
    """A branch merged with its own copy, which ``git pull`` does, or brought up to date; no pull request."""
    NAMELESS = "nameless"
    """Nothing says which branch was merged."""


@dataclass(frozen=True, slots=True)
class FoundMerge:
    """A merge on the line of a long-lived or release branch. ``source`` is None where nothing names it."""

    sha: Sha
    kind: Kind
    target: str
    source: str | None
    number: int | None
    title: str | None
    fork: bool


@dataclass
class Lines:
    """Which branch each commit was made on, as far as first-parent lines and merge subjects tell."""

    long_lived: dict[str, Line] = field(default_factory=dict)
    releases: list[Line] = field(default_factory=list)
    """One line for each time that a release branch was there; a name can come back."""
    owner: dict[Sha, str] = field(default_factory=dict)
    passing: dict[Sha, str] = field(default_factory=dict)
    """Commits of short-lived branches that still exist."""


def remembered(model: BranchModel, history: History) -> BranchModel:
    """Bind roles whose branch is gone by now to the name that most merges give them."""
    unbound = [kind for kind in model.types if kind.is_role and model.roles[kind.name] is None]
    if not unbound:
        return model
    named: Counter[str] = Counter()
    for node in history.nodes.values():
        if len(node.parents) > 1:
            said = subjects.read(node.commit.subject)
            named.update(name for name in (said.source, said.target) if name)
    roles = dict(model.roles)
    for kind in unbound:
        seen = [name for name, _ in named.most_common() if kind.pattern_of(name) and name not in roles.values()]
        roles[kind.name] = seen[0] if seen else None
    return replace(model, roles=roles, _known={})


def read_lines(history: History, model: BranchModel, tips: Mapping[str, Sha]) -> Lines:
    """Lay out the lines: long-lived branches, releases that exist or were merged, then what else exists.

    Where two lines share their beginning, it belongs to the integration branch: nobody can know any more.
    """
    lines = Lines()
    for name in _long_lived(model, tips):
        tip = tips.get(name) or _last_merged(history, lines, name)
        if tip is not None:
            lines.long_lived[name] = history.line(name, tip)
            lines.owner.update((sha, name) for sha in lines.long_lived[name].commits if sha not in lines.owner)
    found = _own(history, model, lines, [(name, line.commits) for name, line in lines.long_lived.items()])
    releases = [(name, tip) for name, tip in sorted(tips.items()) if _is_release(model, name)]
    while releases or found:
        fresh = _release_lines(history, lines, [*releases, *found])
        releases, found = [], _own(history, model, lines, fresh)
    for name, tip in sorted(tips.items()):
        for sha in history.line(name, tip, lines.owner).commits:
            lines.passing.setdefault(sha, name)
    return lines


def _long_lived(model: BranchModel, tips: Mapping[str, Sha]) -> list[str]:
    roles = [name for name in (model.integration, model.production, *model.roles.values()) if name]
    supports = [name for name in sorted(tips) if (kind := model.classify(name)) and kind.name == "support"]
    existing = [name for name in dict.fromkeys((*roles, *supports)) if name in tips]
    return [*existing, *(name for name in dict.fromkeys(roles) if name not in tips)]


def _last_merged(history: History, lines: Lines, name: str) -> Sha | None:
    """Return the last commit of a branch that is gone, from the newest merge of it."""
    for line in lines.long_lived.values():
        for sha in reversed(line.commits):
            node = history.nodes[sha]
            if len(node.parents) > 1 and subjects.read(node.commit.subject).source == name:
                return node.parents[1]
    return None


Stretch = tuple[str, tuple[Sha, ...]]
"""A branch and commits of its first-parent line."""


def _own(history: History, model: BranchModel, lines: Lines, stretches: list[Stretch]) -> list[tuple[str, Sha]]:
    """Follow the merges on some lines: own what they say was long-lived, and return the releases they name.

    A long-lived branch is not always on its own first-parent line: ``git pull`` makes it the second parent.
    """
    releases, waiting = [], list(stretches)
    while waiting:
        _, commits = waiting.pop()
        for sha in reversed(commits):  # newest first: the newest merge of a branch has its longest line
            node = history.nodes[sha]
            source = subjects.read(node.commit.subject).source if len(node.parents) > 1 else None
            kind = model.classify(source) if source else None
            if source is None or kind is None or node.parents[1] in lines.owner:
                continue
            if kind.name == "release":
                releases.append((source, node.parents[1]))
            elif kind.is_role or kind.name == "support":
                more = history.line(source, node.parents[1], lines.owner).commits
                lines.owner.update(dict.fromkeys(more, source))
                waiting.append((source, more))
    return releases


def _release_lines(history: History, lines: Lines, tips: Iterable[tuple[str, Sha]]) -> list[Stretch]:
    fresh = []
    for name, tip in tips:
        line = history.line(name, tip, lines.owner)
        if line.commits:
            lines.releases.append(_continued(history, lines, line))
            lines.owner.update(dict.fromkeys(line.commits, name))
            fresh.append((name, line.commits))
    return fresh


def _continued(history: History, lines: Lines, line: Line) -> Line:
    """Join a stretch to the one that it goes on from: a release is merged, goes on, and is merged again."""
    below = history.nodes[line.commits[0]].parents
    for earlier in lines.releases:
        if earlier.branch == line.branch and below and earlier.commits[-1] == below[0]:
            lines.releases.remove(earlier)
            return replace(line, commits=earlier.commits + line.commits)
    return line


def _is_release(model: BranchModel, name: str) -> bool:
    kind = model.classify(name)
    return kind is not None and kind.name == "release"


def find_merges(git: Git, history: History, model: BranchModel, lines: Lines, since: Sha | None) -> list[FoundMerge]:
    """Return the merges on long-lived and release lines, oldest first; ``since`` leaves out what it contains."""
    messages = _messages(git, [*(line.commits[-1] for line in _all(lines) if line.commits)], since)
    owned = {sha: said for sha, said in messages.items() if sha in lines.owner and sha in history.nodes}
    upstream = _upstream(git, (subjects.read(*said).owner for said in owned.values()))
    reader = _Reader(model, lines, upstream)
    merges = [reader.merge(history.nodes[sha], subject, body) for sha, (subject, body) in owned.items()]
    return sorted(merges, key=lambda merge: (history.nodes[merge.sha].commit.when, merge.sha))


def _all(lines: Lines) -> Iterable[Line]:
    return (*lines.long_lived.values(), *lines.releases)


def _messages(git: Git, tips: list[Sha], since: Sha | None) -> dict[Sha, tuple[str, str]]:
    if not tips:
        return {}
    excluded = ["--not", since] if since else []
    form = "--format=%H%x00%s%x00%b%x00"  # no commit message has a NUL, everything else may stand in one
    text = git.run(
        "rev-list", "--merges", "--no-commit-header", "--encoding=UTF-8", form, *sorted(set(tips)), *excluded
    )
    words = text.split("\0")[:-1]
    records = zip(words[::3], words[1::3], words[2::3], strict=True)
    return {Sha(sha.strip()): (subject, body) for sha, subject, body in records}


def _upstream(git: Git, owners: Iterable[str | None]) -> str | None:
    """Return the account that the repository belongs to: by the remote's URL, else the one that most merges name."""
    for url in git.config("remote.origin.url"):
        if match := re.search(r"[:/]([\w.-]+)/[\w.-]+?(?:\.git)?/?$", url) if "://" in url or "@" in url else None:
            return match[1].lower()
    counted = Counter(owner.lower() for owner in owners if owner)
    return counted.most_common(1)[0][0] if counted else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes out what each merge was. ``upstream`` is the account that the repository belongs to, where it is known."""

    model: BranchModel
    lines: Lines
    upstream: str | None

    def merge(self, node: Node, subject: str, body: str) -> FoundMerge:
        said = subjects.read(subject, body)
        line = self.lines.owner[node.commit.sha]
        target = said.target if said.target and self._holds_merges(said.target) else line
        source = said.source or self._source(node, said)
        fork = said.owner is not None and self.upstream is not None and said.owner.lower() != self.upstream
        title = body.strip().split("\n")[0].strip() if said.number and body.strip() else None
        kind = self._kind(source, target, said, fork=fork)
        return FoundMerge(node.commit.sha, kind, target, source, said.number, title, fork)

    def _holds_merges(self, name: str) -> bool:
        kind = self.model.classify(name)
        return kind is not None and (kind.is_role or kind.name in ("release", "support"))

    def _source(self, node: Node, said: subjects.MergeSubject) -> str | None:
        """Name the second parent: a tag stands for production, anything else for the branch whose line it is on."""
        if said.tag:
            return self.model.production
        second = node.parents[1]
        return self.lines.owner.get(second) or self.lines.passing.get(second)

    def _kind(self, source: str | None, target: str, said: subjects.MergeSubject, *, fork: bool) -> Kind:
        if source is None:
            return Kind.NAMELESS
        if source == target and not (fork and said.number):
            return Kind.SYNC
        into, of = self.model.classify(target), self.model.classify(source)
        updates = into is not None and of is not None and into.name == "release" and of.is_role
        return Kind.SYNC if updates and said.number is None else Kind.PULL_REQUEST
