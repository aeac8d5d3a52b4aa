"""A pull request with what its head has and its base lacks: what most other facts start from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.gather.remote.compare import Comparison
from bot.git.graph import Nodes
from policies.facts import PullRequest, Sha


@dataclass(frozen=True, slots=True)
class Compared:
    """``start`` is where the head branched off from the base, ``mine`` how the two compare."""

    subject: PullRequest
    base: Sha
    head: Sha
    start: Sha
    mine: Comparison

    @property
    def nodes(self) -> Nodes:
        """The commits of the pull request; not all, if there are more than a thousand."""
        return self.mine.nodes
