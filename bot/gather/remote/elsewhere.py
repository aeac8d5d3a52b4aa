"""Where else the commits of a pull request are: on long-lived branches, on open releases, on other work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.gather.remote.arrivals import Arrivals, reached
from bot.gather.remote.compare import Comparisons
from bot.gather.remote.compared import Compared
from bot.gather.remote.others import MOST_ROOTS, Others
from bot.gather.remote.reader import Reader
from bot.gather.remote.together import together
from bot.git import graph
from bot.git.graph import Nodes
from policies.facts import Branches, Elsewhere, PullRequest, Sha, Unavailable
from policies.gitflow.foreign_commits import MOST_COMMITS
from policies.gitflow.model import BranchModel
from policies.words import blind

QUEUE = "gh-readonly-queue/"
"""Branches that the merge queue makes of pull requests: nobody works there.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One pull request, all of whose commits are known, among the other branches."""

    reader: Reader
    comparisons: Comparisons
    compared: Compared
    branches: Branches
    model: BranchModel

    @property
    def subject(self) -> PullRequest:
        return self.compared.subject

    @property
    def mine(self) -> Nodes:
        return self.compared.nodes

    async def elsewhere(self) -> tuple[Elsewhere, ...] | Unavailable:
        """Look at the long-lived branches first: what they hold explains why others hold it too."""
        ours = {self.subject.base} if self.subject.fork else {self.subject.base, self.subject.head}
        known = self.branches.tips.items()
        tips = {name: tip for name, tip in known if name not in ours and not name.startswith(QUEUE)}
        roles = {name: tip for name, tip in tips.items() if name in self.model.roles.values()}
        places = await self._places(await self._sharing(roles))
        if isinstance(places, Unavailable):
            return places
        settled = frozenset[Sha]().union(*(place.shared for place in places))
        unsettled = {sha: node for sha, node in self.mine.items() if sha not in settled}
        others = await self._others(unsettled, {name: tip for name, tip in tips.items() if name not in roles})
        if isinstance(others, Unavailable):
            return others
        return tuple(sorted((*places, *others), key=lambda place: place.branch))

    async def _sharing(self, tips: Mapping[str, Sha]) -> dict[str, Sha]:
        """Leave out branches that share nothing, where one small answer tells instead of pages of a comparison."""
        nothing = await together(self._shares_nothing(tip) for tip in tips.values())
        return {name: tip for (name, tip), none in zip(tips.items(), nothing, strict=True) if not none}

    async def _shares_nothing(self, tip: Sha) -> bool:
        """Whoever shares something with us has one of our first commits."""
        roots = graph.roots(self.mine)
        if tip in self.mine or len(roots) > MOST_ROOTS or (await self.comparisons.pair(self.compared.base, tip)).whole:
            return False
        return not any(await together(self.comparisons.contains(tip, root) for root in roots))

    async def _others(self, unsettled: Nodes, tips: Mapping[str, Sha]) -> list[Elsewhere] | Unavailable:
        held = {name: tip for name, tip in tips.items() if tip in self.mine}
        roots = {sha: unsettled[sha] for sha in graph.roots(unsettled)}
        others = Others(self.reader, self.comparisons, self._trunk)
        if self._trunk == self.compared.base:
            await others.remember(self.compared.head, self.mine)
        if roots:
            holders = await others.holding(roots, {name: tip for name, tip in tips.items() if name not in held})
            held |= {name: tips[name] for name in holders}
        return await self._places(held)

    @property
    def _trunk(self) -> Sha:
        """The branch that most others start from; its tip as it is now, or as it is judged here."""
        for name in filter(None, (self.model.integration, self.model.production)):
            if name == self.subject.base:
                return self.compared.base
            if name in self.branches.tips and (name != self.subject.head or self.subject.fork):
                return self.branches.tips[name]
        return self.compared.base

    async def _places(self, tips: Mapping[str, Sha]) -> list[Elsewhere] | Unavailable:
        found = await together(self._place(name, tip) for name, tip in sorted(tips.items()))
        blind = next((place for place in found if isinstance(place, Unavailable)), None)
        return blind or [place for place in found if isinstance(place, Elsewhere)]

    async def _place(self, branch: str, tip: Sha) -> Elsewhere | Unavailable | None:
        """Return what a branch shares with us, None if it shares nothing."""
        if tip in self.mine:  # it is a part of us, and all that it has is known
            return await self._described(branch, tip, reached(self.mine, tip), frozenset(reached(self.mine, tip)))
        theirs = await self.comparisons.whole(self.compared.base, tip)
        if theirs.whole:
            shared = frozenset(self.mine).intersection(theirs.nodes)
            return await self._described(branch, tip, theirs.nodes, shared) if shared else None
        return await self._beside(branch, tip, theirs.ahead)

    async def _beside(self, branch: str, tip: Sha, count: int) -> Elsewhere | Unavailable | None:
        """Find what is shared with a branch that is too far from the base to be listed."""
        alone = await self.comparisons.whole(tip, self.compared.head)
        if alone.start is None:
            return None
        if not alone.whole:
            return blind.too_far_apart(self.subject.head, branch, alone.ahead, MOST_COMMITS)
        shared = frozenset(self.mine).difference(alone.nodes)
        if not shared:
            return None
        if not self._is_long_lived(branch):
            return blind.too_far_apart(branch, self.subject.base, count, MOST_COMMITS)
        return await self._described(branch, tip, {}, shared)

    async def _described(self, branch: str, tip: Sha, nodes: Nodes, shared: frozenset[Sha]) -> Elsewhere | Unavailable:
        """Return the fact. ``nodes`` are the commits of the branch that the base lacks, where they could be listed."""
        long_lived = self._is_long_lived(branch)
        arrivals = Arrivals(self.reader, self.subject, self.model, branch, tip, nodes)
        came = await arrivals.of({sha: self.mine[sha] for sha in shared}) if long_lived else {}
        if isinstance(came, Unavailable):
            return came
        authors = () if long_lived else (node.commit.author for sha, node in nodes.items() if sha not in self.mine)
        return Elsewhere(
            branch=branch,
            shared=shared,
            own=shared.intersection(graph.first_parents(nodes, tip)),
            holds_head=self.compared.head in shared,
            held_by_head=tip in self.mine,
            authors=frozenset(authors),
            arrivals=came,
        )

    def _is_long_lived(self, branch: str) -> bool:
        kind = self.model.classify(branch)
        return kind is not None and (kind.is_role or kind.name == "release")
