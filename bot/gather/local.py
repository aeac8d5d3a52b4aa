"""Facts about a branch of a local clone, from Git alone: what a pull request from it would look like right now."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from bot.gather.drift import MOST_LACKING
from bot.git import graph
from bot.git.clone import Clone
from bot.git.command import Git, moment
from policies.facts import (
    Absent,
    Arrival,
    Branches,
    Commit,
    Drift,
    Elsewhere,
    Merge,
    Mergeability,
    PullRequest,
    Release,
    Sha,
    Tag,
    Unavailable,
)
from policies.gitflow.foreign_commits import MOST_COMMITS
from policies.gitflow.model import BranchModel
from policies.phrase import command
from policies.words import blind, skips

MOST_ROOTS = 100
"""First commits of a branch that other branches are searched for; a usual branch has one."""


class LocalFacts:
    """One method a fact. A method is called only when a rule needs its fact; each reads Git once."""

    def __init__(self, clone: Clone, pull_request: PullRequest, model: BranchModel, *, opened: bool) -> None:
        self.clone = clone
        self.git: Git = clone.git
        self.subject = pull_request
        self.model = model
        self.opened = opened

    @property
    def branches(self) -> Branches:
        return self.clone.branches

    @cached_property
    def _blind(self) -> Unavailable | None:
        """Why the commits of this pull request cannot be listed, or None."""
        if self.subject.head_sha is None:
            return self.clone.not_here(self.subject.head)
        if self.subject.base_sha is None:
            return self.clone.not_here(self.subject.base)
        return blind.shallow(self.clone.unshallow) if self.clone.is_shallow else None

    @cached_property
    def _nodes(self) -> dict[Sha, graph.Node]:
        """The commits of the pull request: in the head, not in the base."""
        return self._between(self.subject.base_sha, self.subject.head_sha, f"--max-count={MOST_COMMITS + 1}")

    def _between(self, exclude: Sha | None, include: Sha | None, *options: str) -> dict[Sha, graph.Node]:
        listed = self.git.commits(*options, str(include), "--not", str(exclude))
        return {commit.sha: graph.Node(commit, parents) for commit, parents in listed}

    def commits(self) -> tuple[Commit, ...] | Unavailable:
        return self._blind or tuple(node.commit for node in self._nodes.values())

    def paths(self) -> frozenset[str] | Unavailable:
        if self._blind:
            return self._blind
        changed = self.git.run(
            "diff", "--name-only", "-z", "--no-renames", f"{self.subject.base_sha}...{self.subject.head_sha}"
        )
        return frozenset(changed.split("\0")) - {""}

    def elsewhere(self) -> tuple[Elsewhere, ...] | Unavailable:
        if self._blind:
            return self._blind
        if self.model.missing and None in self.model.roles.values():
            return self.model.missing
        others = self._holders()
        return tuple(self._elsewhere(name, tip) for name, tip in sorted(others.items()))

    def _holders(self) -> dict[str, Sha]:
        """Return the other branches that contain some commit of this pull request."""
        roots = graph.roots(self._nodes)[:MOST_ROOTS]
        if not roots:
            return {}
        containing = [f"--contains={root}" for root in roots]
        places = ["refs/heads"] + ([f"refs/remotes/{self.clone.remote}"] if self.clone.remote else [])
        holding = set(self.git.lines("for-each-ref", "--format=%(objectname)", *containing, *places))
        ours = {self.subject.base} if self.subject.fork else {self.subject.base, self.subject.head}
        tips = self.branches.tips
        return {name: tip for name, tip in tips.items() if tip in holding and name not in ours}

    def _elsewhere(self, branch: str, tip: Sha) -> Elsewhere:
        head, base = str(self.subject.head_sha), str(self.subject.base_sha)
        only_here = self.git.shas(head, "--not", base, tip)
        shared = frozenset(self._nodes) - only_here
        kind = self.model.classify(branch)
        long_lived = kind is not None and (kind.is_role or kind.name == "release")
        own = self.git.shas("--first-parent", tip, "--not", base) & shared
        authors = () if long_lived else (commit.author for commit, _ in self.git.commits(tip, "--not", head, base))
        return Elsewhere(
            branch=branch,
            shared=shared,
            own=own,
            holds_head=self.subject.head_sha in shared,
            held_by_head=tip in self._nodes,
            authors=frozenset(authors),
            arrivals=self._arrivals(tip, shared) if long_lived else {},
        )

    def _arrivals(self, tip: Sha, shared: frozenset[Sha]) -> dict[Sha, Arrival]:
        nodes = self._between(self.subject.base_sha, tip)
        found = graph.arrivals(nodes, tip, shared)
        inside = graph.brought_inside(nodes, tip, self.subject.head, self._is_release, self._listed)
        return found | {sha: Arrival(self.subject.head) for sha in inside & shared}

    def _is_release(self, branch: str) -> bool:
        kind = self.model.classify(branch)
        return kind is not None and kind.name == "release"

    def _listed(self, exclude: Sha, include: Sha) -> frozenset[Sha]:
        return self.git.shas(include, "--not", exclude)

    @cached_property
    def _production(self) -> Sha | None:
        return self.clone.base_tip(self.model.production) if self.model.production else None

    def releases(self) -> tuple[Release, ...] | Unavailable:
        if self.clone.is_shallow:
            return blind.shallow(self.clone.unshallow)
        if self.model.missing is not None:
            return self.model.missing
        named = {name: tip for name, tip in self.branches.tips.items() if self._is_release(name)}
        return tuple(Release(name, tip) for name, tip in sorted(named.items()) if not self._shipped(tip))

    def _shipped(self, tip: Sha) -> bool:
        return self._production is not None and self.git.is_ancestor(tip, self._production)

    def drift(self) -> tuple[Drift, ...] | Absent | Unavailable:
        open_releases = self.releases()
        if isinstance(open_releases, Unavailable):
            return open_releases
        if self.model.production is None or self._production is None:
            return Absent(blind.no_production())
        places = {release.branch: release.sha for release in open_releases}
        if self._is_release(self.subject.head) and self.subject.head_sha:
            places[self.subject.head] = self.subject.head_sha
        integration = self.clone.base_tip(self.model.integration) if self.model.integration else None
        if self.model.integration and integration:
            places[self.model.integration] = integration
        return tuple(self._drift(self._production, branch, tip) for branch, tip in sorted(places.items()))

    def _drift(self, production: Sha, branch: str, tip: Sha) -> Drift:
        limit = f"--max-count={MOST_LACKING}"
        lacking = tuple(c for c, _ in self.git.commits("--no-merges", limit, production, "--not", tip))
        total = None
        if len(lacking) == MOST_LACKING:
            total = int(self.git.run("rev-list", "--count", "--no-merges", production, "--not", tip))
        tag = self._last_tag if lacking else None
        tagged = self.git.shas("--no-merges", f"refs/tags/{tag}", "--not", tip) if tag else frozenset()
        return Drift(str(self.model.production), branch, lacking, total, tag, tagged)

    @cached_property
    def _last_tag(self) -> str | None:
        form, order = "--format=%(refname:strip=2)", "--sort=-creatordate"
        named = self.git.lines("for-each-ref", form, order, f"--merged={self._production}", "refs/tags")
        return next((name for name in named if any(character.isdigit() for character in name)), None)

    def tags(self) -> tuple[Tag, ...] | Unavailable:
        if self._blind:
            return self._blind
        rows = self.git.lines("for-each-ref", "--format=%(creatordate:unix) %(refname:strip=2)", "refs/tags")
        if not rows and "--no-tags" in self.git.config(f"remote.{self.clone.remote}.tagOpt"):
            return blind.no_tags(command("git", "fetch", "--tags", str(self.clone.remote)))
        on_base = self._tags_in(self.subject.base_sha)
        fork_point = self.git.merge_base(Sha(str(self.subject.base_sha)), Sha(str(self.subject.head_sha)))
        at_start = self._tags_in(fork_point)
        on_head = self._tags_in(self.subject.head_sha) - on_base - at_start
        dated = (row.split(" ", 1) for row in rows)
        return tuple(
            Tag(name, _moment(when), name in on_base, name in at_start, name in on_head) for when, name in dated
        )

    def _tags_in(self, tip: Sha | None) -> frozenset[str]:
        if tip is None:
            return frozenset()
        return frozenset(self.git.lines("for-each-ref", "--format=%(refname:strip=2)", f"--merged={tip}", "refs/tags"))

    def merge(self) -> Merge | Unavailable:
        """Try the merge in the object database: https://git-scm.com/docs/git-merge-tree"""
        if self._blind:
            return self._blind
        base, head = Sha(str(self.subject.base_sha)), Sha(str(self.subject.head_sha))
        if self.git.merge_base(base, head) is None:
            return blind.unrelated(self.subject.head, self.subject.base)
        arguments = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", base, head)
        code, out = self.git.answer(*arguments, codes=(0, 1, 129))
        if code == 129:
            return blind.old_git()
        if code == 0:
            return Merge(Mergeability.CLEAN)
        return Merge(Mergeability.DIRTY, tuple(path for path in out.split("\0")[1:] if path))

    def reviews(self) -> Absent | Unavailable:
        return blind.reviews_are_on_github() if self.opened else Absent(blind.no_reviews_yet())

    def metrics(self) -> Absent:
        return Absent(skips.metrics_are_compared_elsewhere())


def _moment(unix: str) -> datetime:
    return moment(int(unix or 0))
