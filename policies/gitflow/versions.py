"""Versions in branch names and tags, as Semantic Versioning 2.0.0 has them: https://semver.org/spec/v2.0.0.html"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from semver import Version

from policies.facts import Tag

_NUMBERS = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")
FIRST = "0.1.0"


@dataclass(frozen=True, slots=True)
class Reader:
    """How a team writes versions: what stands before them, and whether `1.2` is `1.2.0`."""

    prefix: str | None = None
    partial: bool = False

    def version(self, text: str) -> Version | None:
        """Read a version, or None. Build metadata is dropped: it does not tell versions apart (SemVer 10)."""
        bare = text.removeprefix(self.prefix) if self.prefix else text
        try:
            version = Version.parse(bare.removeprefix("v"), optional_minor_and_patch=self.partial)
        except ValueError:
            return None
        return version.replace(build=None)

    def versions(self, tags: Iterable[Tag]) -> dict[Version, str]:
        """Return the tags that name a version, by version."""
        wanted = (tag.name for tag in tags if not self.prefix or tag.name.startswith(self.prefix))
        parsed = ((self.version(name), name) for name in sorted(wanted))
        return {version: name for version, name in parsed if version is not None}


@dataclass(frozen=True, slots=True)
class Tagged:
    """Tags by version: all that are not the branch's own, those in the base, those where the branch started."""

    existing: dict[Version, str]
    reachable: dict[Version, str]
    start: dict[Version, str]

    @classmethod
    def read(cls, tags: tuple[Tag, ...], reader: Reader) -> Tagged:
        return cls(
            reader.versions(tag for tag in tags if not tag.on_head),
            reader.versions(tag for tag in tags if tag.on_base),
            reader.versions(tag for tag in tags if tag.at_start),
        )

    @property
    def has_moved_on(self) -> bool:
        """True if the base has been released since the branch was started."""
        return bool(self.start and self.reachable) and max(self.start) < max(self.reachable)


def nearest(written: str) -> str | None:
    """Return a valid spelling of something like ``2.1`` or ``v2.01.3``, or None."""
    numbers = _NUMBERS.fullmatch(written)
    return ".".join(str(int(number or 0)) for number in numbers.groups()) if numbers else None


def next_minor(known: Iterable[Version]) -> str:
    newest = max(known, default=None)
    return str(newest.bump_minor()) if newest else FIRST


def next_patch(known: Iterable[Version]) -> str:
    newest = max(known, default=None)
    return str(newest.bump_patch()) if newest else FIRST
