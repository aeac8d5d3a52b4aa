"""How a job is written down, the same in both databases: as text that no database refuses, whatever a webhook held."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.jobs.target import Target, from_json, to_json

LONGEST = 200
"""Characters of a key or a delivery id that are stored as they are; PostgreSQL does not index more than 2,700 bytes."""


class Unreadable(Exception):
    """A stored target that this version does not know, written by an older or a newer one."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A target on its way into a database. Jobs of one ``key`` fold; repositories take turns."""

    key: str
    repository: int
    target: str


@dataclass(frozen=True, slots=True)
class Held:
    """A job on its way out of a database. ``attempts`` counts the failures so far."""

    id: str
    key: str
    target: str
    delivery: str
    attempts: int


def hint(target: Target) -> Hint:
    return Hint(storable(target.key), target.repository.id, json.dumps(to_json(target)))


def hints(targets: Sequence[Target]) -> tuple[Hint, ...]:
    """Return one hint a key, the last one of each, in the order of their keys: all writers lock in the same order."""
    by_key = {each.key: each for each in map(hint, targets)}
    return tuple(by_key[key] for key in sorted(by_key))


def read(stored: str) -> Target:
    """Return the target that :func:`hint` wrote; raises Unreadable."""
    try:
        return from_json(json.loads(stored))
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise Unreadable(f"This version cannot read the stored target {stored}") from problem


def known(stored: str) -> Target | None:
    """Return the target, or None if it cannot be read: a dead job is listed all the same."""
    try:
        return read(stored)
    except Unreadable:
        return None


def storable(text: str) -> str:
    r"""Return short printable ASCII. Headers and refs may hold anything, half a character included.

    >>> storable("refs/heads/caf\xe9\0\udc80") == r"refs/heads/caf\xe9\x00\udc80"
    True
    """
    plain = text.encode("unicode_escape").decode("ascii")
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[: LONGEST // 2]}...{hashlib.sha256(plain.encode()).hexdigest()}"
