"""Which other branches contain commits of a pull request, without comparing every pull request with every branch.

For each branch we keep which commits it had that the trunk (the integration branch) lacked when we first saw this tip.
A commit that the trunk lacks today is on that branch if and only if it is in that list, as long as the trunk of then is
contained in the trunk of now. So a branch is read once for each of its tips, whatever number of pull requests ask, and
most often its own pull request has read it already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.gather.remote.compare import Comparisons
from bot.gather.remote.reader import Reader
from bot.gather.remote.together import together
from bot.git.graph import Nodes
from policies.facts import Sha

MOST_BRANCHES = 500
"""In a repository with more branches only those with an open pull request are looked at: each of the others costs a
request, and most of them are forgotten."""

MOST_ROOTS = 5
"""First commits of a pull request that a branch too long to list is asked for one by one."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The commits of a branch that ``since``, a tip of the trunk, lacks; None if they cannot be listed.

    ``apart``: the branch has no commit in common with the trunk (``gh-pages`` often has none).
    """

    since: Sha
    shas: frozenset[str] | None
    apart: bool = False


class Others:
    """The branches of a repository besides those of the pull request; ``trunk`` is the tip to compare with."""

    def __init__(self, reader: Reader, comparisons: Comparisons, trunk: Sha) -> None:
        self._reader, self._comparisons, self._trunk = reader, comparisons, trunk

    async def holding(self, roots: Nodes, tips: Mapping[str, Sha]) -> set[str]:
        """Return the branches that contain one of ``roots``, commits that the trunk lacks."""
        if len(tips) > MOST_BRANCHES:
            wanted = await self._reader.known.open_heads()
            tips = {name: tip for name, tip in tips.items() if tip in wanted}
        made = await self._made(set(tips.values()))
        found = await together(self._holds(tip, made[tip], roots) for tip in made)
        holders = {tip for tip, holds in zip(made, found, strict=True) if holds}
        return {name for name, tip in tips.items() if tip in holders}

    async def remember(self, tip: Sha, commits: Nodes) -> None:
        """Keep what the trunk lacks of a branch that was compared with it anyway, for those that ask later."""
        if not await self._reader.known.found([f"made/{tip}"]):
            await self._reader.known.keep({f"made/{tip}": _kept(_Made(self._trunk, frozenset(commits)))})

    async def _holds(self, tip: Sha, made: _Made, roots: Nodes) -> bool:
        """Say whether a branch has one of ``roots``, at the latest when it is looked at closely."""
        if made.shas is not None:
            return not made.shas.isdisjoint(roots)
        possible = [sha for sha, node in roots.items() if not made.apart or not node.parents]
        if len(possible) > MOST_ROOTS:
            return True
        return any(await together(self._comparisons.contains(tip, sha) for sha in possible))

    async def _made(self, tips: Collection[Sha]) -> dict[Sha, _Made]:
        kept = await self._reader.known.found(f"made/{tip}" for tip in tips)
        made = {Sha(key.removeprefix("made/")): _read(value) for key, value in kept.items()}
        valid = await self._contained({each.since for each in made.values()})
        made = {tip: each for tip, each in made.items() if each.since in valid}
        missing = [tip for tip in tips if tip not in made]
        fresh = dict(zip(missing, await together(self._asked(tip) for tip in missing), strict=True))
        await self._reader.known.keep({f"made/{tip}": _kept(each) for tip, each in fresh.items()})
        return made | fresh

    async def _asked(self, tip: Sha) -> _Made:
        comparison = await self._comparisons.whole(self._trunk, tip)
        shas = frozenset(comparison.nodes) if comparison.whole else None
        return _Made(self._trunk, shas, apart=comparison.start is None)

    async def _contained(self, former: set[Sha]) -> set[Sha]:
        """Return which former tips of the trunk it contains now: all of them, unless somebody rewrote it.

        What was found for a former tip holds for those above it, so a trunk that moves on costs one request.
        """
        lines = await self._reader.known.found(f"line/{sha}" for sha in {self._trunk, *former})
        below = {sha: frozenset(map(Sha, lines.get(f"line/{sha}", ()))) for sha in {self._trunk, *former}}
        found = {self._trunk, *below[self._trunk]}
        for sha in sorted(former - found, key=lambda sha: (-len(below[sha]), sha)):
            if sha not in found and await self._comparisons.contains(self._trunk, sha):
                found |= {sha, *below[sha]}
        if found & former - {self._trunk, *below[self._trunk]}:
            await self._reader.known.keep({f"line/{self._trunk}": sorted(found & former)})
        return found


def _read(kept: Mapping[str, Any]) -> _Made:
    return _Made(Sha(kept["since"]), None if kept["shas"] is None else frozenset(kept["shas"]), kept["apart"])


def _kept(made: _Made) -> dict[str, Any]:
    return {"since": made.since, "shas": None if made.shas is None else sorted(made.shas), "apart": made.apart}
