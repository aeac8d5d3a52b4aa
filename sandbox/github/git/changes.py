"""Reads the output of ``git diff-tree`` into the list of files that GitHub shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True, slots=True)
class Change:
    """One file that differs. ``sha`` is that of the blob (of the old one where the file is gone)."""

    path: str
    status: str
    sha: str
    additions: int
    deletions: int
    previous: str | None
    """The path before a rename."""


def read_changes(out: str) -> tuple[Change, ...]:
    """Read ``--raw --numstat -z``: first every file with its blobs, then every file with its lines."""
    words = iter(out.split("\0"))
    raw: list[tuple[str, str, str, str | None]] = []
    counts: list[tuple[int, int]] = []
    for word in words:
        if word.startswith(":"):
            raw.append(_raw(word, words))
        elif word:
            counts.append(_count(word, words))
    return tuple(
        Change(path, status, sha, added, deleted, previous)
        for (path, status, sha, previous), (added, deleted) in zip(raw, counts, strict=True)
    )


def _raw(word: str, words: Iterator[str]) -> tuple[str, str, str, str | None]:
    _, _, old, new, letter = word[1:].split(" ")
    path, previous = next(words), None
    if letter[0] in "RC":
        previous, path = path, next(words)
    return path, _STATUS[letter[0]], old if letter == "D" else new, previous


def _count(word: str, words: Iterator[str]) -> tuple[int, int]:
    added, deleted, path = word.split("\t", 2)
    if not path:  # a rename: both paths follow
        next(words)
        next(words)
    return (0, 0) if added == "-" else (int(added), int(deleted))


def read_patches(out: str, changes: tuple[Change, ...]) -> dict[str, str]:
    """Read ``-p``: one section a file, in the order of the list. A section without hunks (binary) has no patch."""
    lines = out.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("diff --git ")]
    patches = {}
    for change, (start, end) in zip(changes, pairwise([*starts, len(lines)]), strict=False):
        hunks = next((n for n in range(start, end) if lines[n].startswith("@@")), None)
        if hunks is not None:
            patches[change.path] = "".join(lines[hunks:end]).rstrip("\n")
    return patches


def read_touched(out: str) -> dict[str, dict[str, list[str]]]:
    """Read ``--name-status -z``, where each commit's SHA follows a byte 1."""
    found: dict[str, dict[str, list[str]]] = {}
    words = iter(out.split("\0"))
    kinds: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("\x01"):
            kinds = found[word[1:]] = {"added": [], "removed": [], "modified": []}
        elif word:
            kind = {"A": "added", "D": "removed"}.get(word.lstrip("\n"), "modified")
            kinds[kind].append(next(words))
    return found
