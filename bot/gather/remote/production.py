"""What has not come together with production: releases that are open, and commits that others owe to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.gather.drift import MOST_LACKING
from bot.gather.remote.arrivals import reached
from bot.gather.remote.compare import Comparison, Comparisons
from bot.gather.remote.reader import Reader
from bot.gather.remote.tags import NamedCommit, Walk, named_commits
from bot.gather.remote.together import together
from bot.git.graph import Node
from policies.facts import Drift, Release, Sha, Unavailable
from policies.gitflow.foreign_commits import MOST_COMMITS
from policies.gitflow.versions import Reader as VersionReader
from policies.words import blind


@dataclass(frozen=True, slots=True)
class Production:
    """The production branch: its name and its tip."""

    reader: Reader
    comparisons: Comparisons
    branch: str
    tip: Sha

    async def releases(self, tips: Mapping[str, Sha]) -> tuple[Release, ...]:
        """Return which of the release branches are open. One that was shipped stays shipped, and is not asked again."""
        keys = {tip: f"shipped/{tip}" for tip in tips.values()}
        shipped = await self.reader.known.found(keys.values())
        unknown = [tip for tip, key in keys.items() if key not in shipped]
        contained = await together(self.comparisons.contains(self.tip, tip) for tip in unknown)
        fresh = {keys[tip]: True for tip, is_in in zip(unknown, contained, strict=True) if is_in}
        await self.reader.known.keep(fresh)
        shipped |= fresh
        return tuple(Release(name, tip) for name, tip in sorted(tips.items()) if keys[tip] not in shipped)

    async def drift(self, places: Mapping[str, Sha], *, last_tag: bool) -> tuple[Drift, ...] | Unavailable:
        """Compare each place with production; ``last_tag`` says whether somebody asks for the newest version tag."""
        compared = await together(self.comparisons.whole(tip, self.tip) for tip in places.values())
        owed = dict(zip(places, compared, strict=True))
        for branch, comparison in sorted(owed.items()):
            if comparison.start is None:
                return blind.unrelated(branch, self.branch)
            if not comparison.whole:
                return blind.owes_too_much(self.branch, branch, comparison.ahead, MOST_COMMITS)
        lacking = any(_lacking(comparison) for comparison in owed.values())
        tags = await named_commits(self.reader, VersionReader()) if last_tag and lacking else []
        if isinstance(tags, Unavailable):
            return tags
        drifts = await together(self._drift(branch, comparison, tags) for branch, comparison in sorted(owed.items()))
        return next((drift for drift in drifts if isinstance(drift, Unavailable)), None) or tuple(
            drift for drift in drifts if isinstance(drift, Drift)
        )

    async def _drift(self, branch: str, owed: Comparison, tags: Sequence[NamedCommit]) -> Drift | Unavailable:
        lacking = _lacking(owed)
        total = len(lacking) if len(lacking) >= MOST_LACKING else None
        shown = tuple(node.commit for node in lacking[:MOST_LACKING])
        tag = await self._last_tag(owed, tags) if lacking and tags else None
        if isinstance(tag, Unavailable):
            return tag
        tagged = reached(owed.nodes, tag.sha) if tag else {}
        merges_left_out = frozenset(sha for sha, node in tagged.items() if len(node.parents) < 2)
        return Drift(self.branch, branch, shown, total, tag.name if tag else None, merges_left_out)

    async def _last_tag(self, owed: Comparison, tags: Sequence[NamedCommit]) -> NamedCommit | Unavailable | None:
        """Return the newest version tag of production: one that stands on what is owed, if there is one."""
        among = [tag for tag in tags if tag.sha in owed.nodes and any(character.isdigit() for character in tag.name)]
        if among:
            return max(among, key=lambda tag: (owed.nodes[tag.sha].commit.when, tag.name))
        names = await Walk(self.comparisons, tags).contained(self.tip, self.branch)
        if isinstance(names, Unavailable):
            return names
        return next((tag for tag in tags if tag.name in names), None)


def _lacking(owed: Comparison) -> list[Node]:
    """Return the commits that are owed, newest first, merges left out (docs/decisions/0004)."""
    return [node for node in reversed(list(owed.nodes.values())) if len(node.parents) < 2]
