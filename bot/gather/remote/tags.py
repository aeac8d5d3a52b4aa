"""The tags of a repository, and which of them the base and the start of a branch contain.

``/tags`` tells name and commit but no date (https://docs.github.com/en/rest/repos/repos#list-repository-tags), and
whether a branch contains a tag is a question of its own. So only as many are asked as a rule can need: from the highest
version down to the first that is contained. Lower ones are left as *not contained*; they decide nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from semver import Version

from bot.gather.remote.compare import Comparisons
from bot.gather.remote.compared import Compared
from bot.gather.remote.listing import listed
from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.together import together
from policies.facts import Sha, Tag, Unavailable
from policies.gitflow.versions import Reader as VersionReader
from policies.words import blind

MOST_TAGS = 3_000

MOST_VERSIONS = 300
"""Versions that a branch is asked for: an old support line lies below all that came later."""


@dataclass(frozen=True, slots=True)
class NamedCommit:
    """A tag and the commit it stands on, or stands for; ``version`` is None for a tag that names none."""

    name: str
    sha: Sha
    version: Version | None


async def named_commits(reader: Reader, versions: VersionReader) -> list[NamedCommit] | Unavailable:
    """Return all tags, the highest version first."""
    path = f"{reader.repository.path}/tags"
    pages = await listed(reader.api, path, MOST_TAGS)
    if not pages.complete:
        return blind.too_many_tags(MOST_TAGS)
    with documented(path):
        found = [(str(given["name"]), Sha(given["commit"]["sha"])) for given in pages.items]
    tags = [NamedCommit(name, sha, _version(name, versions)) for name, sha in sorted(found)]
    numbered = sorted((tag for tag in tags if tag.version is not None), key=_order, reverse=True)
    return [*numbered, *(tag for tag in tags if tag.version is None)]


def _version(name: str, versions: VersionReader) -> Version | None:
    return next(iter(versions.versions([Tag(name)])), None)


def _order(tag: NamedCommit) -> Version:
    return tag.version or Version(0)


@dataclass(frozen=True, slots=True)
class Walk:
    """Looks for versions that a commit contains, from the highest down; ``tags`` are in that order."""

    comparisons: Comparisons
    tags: Sequence[NamedCommit]

    async def contained(self, holder: Sha, branch: str, *, final: bool = False) -> frozenset[str] | Unavailable:
        """Return the highest tags that ``holder`` contains; with ``final`` down to the first that is no pre-release.

        ``branch`` is what to call the holder where nothing is found in time.
        """
        found: set[str] = set()
        numbered = [tag for tag in self.tags if tag.version is not None]
        asked = numbered[:MOST_VERSIONS]
        place, count = 0, 1
        while place < len(asked):
            hits = await self.held(holder, asked[place : place + count])
            found.update(tag.name for tag in hits)
            if any(not (final and _order(tag).prerelease) for tag in hits):
                return frozenset(found)
            place, count = place + count, min(2 * count, 32)
        return frozenset(found) if asked == numbered else blind.too_many_versions(branch, MOST_VERSIONS)

    async def held(self, holder: Sha, tags: Sequence[NamedCommit]) -> list[NamedCommit]:
        """Return those of ``tags`` that ``holder`` contains."""
        holds = await together(self.comparisons.contains(holder, tag.sha) for tag in tags)
        return [tag for tag, held in zip(tags, holds, strict=True) if held]


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags around one pull request, as ``bad-version`` with these options reads them."""

    reader: Reader
    comparisons: Comparisons
    compared: Compared
    versions: VersionReader

    async def read(self, *, at_start: bool) -> tuple[Tag, ...] | Unavailable:
        """Return all tags; only with ``at_start`` those that were there when the head branched off are marked."""
        tags = await named_commits(self.reader, self.versions)
        if isinstance(tags, Unavailable):
            return tags
        subject = self.compared.subject
        walk = Walk(self.comparisons, [tag for tag in tags if tag.sha not in self.compared.nodes])
        on_base = await walk.contained(self.compared.base, subject.base)
        if isinstance(on_base, Unavailable):
            return on_base
        started = await walk.contained(self.compared.start, subject.head, final=True) if at_start else frozenset[str]()
        if isinstance(started, Unavailable):
            return started
        early = await self._early(tags, on_base)
        return tuple(Tag(tag.name, None, tag.name in on_base, tag.name in started, tag.name in early) for tag in tags)

    async def _early(self, tags: Sequence[NamedCommit], on_base: frozenset[str]) -> frozenset[str]:
        """Return the tags on commits that only the head has; of a very long pull request those above the base's."""
        found = [tag for tag in tags if tag.sha in self.compared.nodes]
        if not self.compared.mine.whole:
            above = itertools.takewhile(lambda tag: tag.name not in on_base and tag.version is not None, tags)
            walk = Walk(self.comparisons, tags)
            found += await walk.held(self.compared.head, list(above)[:MOST_VERSIONS])
        return frozenset(tag.name for tag in found)
