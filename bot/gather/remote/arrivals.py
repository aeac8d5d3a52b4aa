"""By which merge commits came to a long-lived branch: an early back-merge of this very branch is legal, others are not.

The subject of the merge says it, mostly. Where it does not (somebody edited it, or there was no merge commit) GitHub is
asked which pull request it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.gather.remote.associated import bringer
from bot.gather.remote.reader import Reader
from bot.gather.remote.together import together
from bot.git import graph
from bot.git.graph import Node, Nodes
from policies.facts import Arrival, PullRequest, Sha, Unavailable
from policies.gitflow.model import INTEGRATION, BranchModel
from policies.words import blind

MOST_LOOKED_UP = 20
"""Commits without a name whose pull request is asked for, newest first: those of the branch itself are the newest."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One branch with the commits that the base lacks; ``nodes`` is empty where they could not be listed."""

    reader: Reader
    subject: PullRequest
    model: BranchModel
    branch: str
    tip: Sha
    nodes: Nodes

    async def of(self, shared: Nodes) -> dict[Sha, Arrival] | Unavailable:
        """Return how each of ``shared`` came to the branch, as far as that is known."""
        found = graph.arrivals(self.nodes, self.tip, shared)
        inside = graph.brought_inside(self.nodes, self.tip, self.subject.head, self._is_release, self._between)
        found |= {sha: Arrival(self.subject.head) for sha in inside.intersection(shared)}
        if not self._decides:
            return found
        return await self._named(shared, found)

    @property
    def _decides(self) -> bool:
        """True where a rule asks which branch brought a commit: what is on a long-lived branch may be foreign."""
        source, base = self.model.classify(self.branch), self.model.base(self.subject)
        if source is None or not source.is_role or base is None:
            return False
        return base.name != INTEGRATION and not base.stack

    async def _named(self, shared: Nodes, found: dict[Sha, Arrival]) -> dict[Sha, Arrival] | Unavailable:
        came_with = graph.entries(self.nodes, self.tip)
        steps = {sha: self.nodes[came_with[sha]] if sha in came_with else node for sha, node in shared.items()}
        nameless = {step.commit.sha: step.commit for sha, step in steps.items() if _is_nameless(step, found.get(sha))}
        newest = sorted(nameless.values(), key=lambda commit: (-commit.when, commit.sha))[:MOST_LOOKED_UP]
        bringers = await together(bringer(self.reader, self.branch, commit) for commit in newest)
        told = {commit.sha: by for commit, by in zip(newest, bringers, strict=True) if by is not None}
        if len(nameless) > len(newest) and all(by is not None and by.head == self.subject.head for by in bringers):
            return blind.arrival_not_known(self.branch, len(nameless), MOST_LOOKED_UP)
        named = {sha: told[step.commit.sha] for sha, step in steps.items() if step.commit.sha in told}
        return found | {sha: Arrival(by.head, by.number) for sha, by in named.items()}

    def _is_release(self, branch: str) -> bool:
        kind = self.model.classify(branch)
        return kind is not None and kind.name == "release"

    def _between(self, exclude: Sha, include: Sha) -> frozenset[Sha]:
        """List what one of our commits contains and another does not; what the base has is in neither."""
        return frozenset(reached(self.nodes, include)).difference(reached(self.nodes, exclude))


def _is_nameless(step: Node, arrival: Arrival | None) -> bool:
    """A number without a branch is enough on a squashed commit: that is a new one, so it cannot be our own."""
    if arrival is None:
        return True
    return arrival.branch is None and (arrival.number is None or len(step.parents) > 1)


def reached(nodes: Nodes, tip: Sha) -> dict[Sha, Node]:
    """Return those of ``nodes`` that ``tip`` contains."""
    found: dict[Sha, Node] = {}
    waiting = [tip]
    while waiting:
        sha = waiting.pop()
        if sha in nodes and sha not in found:
            found[sha] = nodes[sha]
            waiting.extend(nodes[sha].parents)
    return found
