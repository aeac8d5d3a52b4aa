"""Requirements as the lines of a file, by the name of the package: those of a model and those of a repository."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A package that the model was logged with in another version than the repository allows."""

    package: str
    logged: str
    wanted: str
    path: str


def pins(lines: Iterable[str]) -> Mapping[str, str]:
    """Return the version specifiers by the normalised name; empty for a package in any version.

    Options (``-r other.txt``), hashes, addresses and lines that are no requirement are left out.
    """
    return {name: str(specifier) for name, specifier in _read(lines)}


def mismatches(logged: Iterable[str], files: Mapping[str, Iterable[str]]) -> tuple[Mismatch, ...]:
    """Return where the exact versions of a model lie outside what the files of its repository ask for.

    A file may ask for a package several times, each for other machines (``; python_version < "3.12"``). Nobody knows
    which machine trained, so one of them is enough.
    """
    versions = {name: version for name, specifier in _read(logged) if (version := _exact(specifier)) is not None}
    return tuple(
        Mismatch(name, str(versions[name]), " or ".join(map(str, wanted)), path)
        for path, lines in sorted(files.items())
        for name, wanted in _by_name(lines)
        if name in versions and not any(each.contains(versions[name], prereleases=True) for each in wanted)
    )


def _by_name(lines: Iterable[str]) -> Iterator[tuple[str, list[SpecifierSet]]]:
    for name, each in itertools.groupby(_read(lines), key=lambda read: read[0]):
        yield name, [specifier for _, specifier in each]


def _read(lines: Iterable[str]) -> Iterator[tuple[str, SpecifierSet]]:
    requirements = filter(None, map(_requirement, lines))
    yield from sorted(
        ((canonicalize_name(each.name), each.specifier) for each in requirements), key=lambda r: (r[0], str(r[1]))
    )


@functools.lru_cache(maxsize=1024)
def _requirement(line: str) -> Requirement | None:
    """Read a line; pip's options after the requirement (``--hash``) and comments are no part of it."""
    text = line.partition(" #")[0].partition(" --")[0].rstrip("\\ \t")
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _exact(specifier: SpecifierSet) -> Version | None:
    """Return the version that a pin names; a model is logged with ``==`` for what was installed."""
    for each in specifier:
        if each.operator == "==" and not each.version.endswith(".*"):
            try:
                return Version(each.version)
            except InvalidVersion:
                return None
    return None
