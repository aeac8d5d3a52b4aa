"""Reads commits, trees and blobs through one long-lived ``git cat-file``, so that reading costs no process."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO

from sandbox.github.git.command import clean

_SHA = re.compile(r"[0-9a-f]{40}")
_SIGNATURE = re.compile(rb"(.*?) ?<(.*?)> (\d+) ([+-]\d{4})")


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or committed, and when."""

    name: str
    email: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as Git has it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a tree; ``kind`` is ``blob``, ``tree`` or ``commit`` (a submodule)."""

    mode: str
    kind: str
    sha: str
    name: str


class Objects:
    """The objects of one repository, by full SHA. They never change, so parsed ones are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None
        self.commit = lru_cache(maxsize=20_000)(self._commit)
        self.tree = lru_cache(maxsize=5_000)(self._tree)

    def get(self, sha: str) -> tuple[str, bytes] | None:
        """Return kind and contents, or None where there is no such object."""
        if not _SHA.fullmatch(sha):
            return None
        writer, reader = self._pipes()
        writer.write(f"{sha}\n".encode("ascii"))
        writer.flush()
        _, kind, *size = reader.readline().split()
        if not size:
            return None
        data = reader.read(int(size[0]))
        reader.read(1)
        return kind.decode("ascii"), data

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self._path,
                env=clean(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("the pipes were asked for")
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        """End the process; another read would start it again."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _commit(self, sha: str) -> Commit:
        """Return a commit (an annotated tag stands for its commit); raises KeyError where there is none."""
        found = self.get(sha)
        if found is None or found[0] not in ("commit", "tag"):
            raise KeyError(sha)
        kind, data = found
        if kind == "tag":
            return self._commit(data.split(b"\n", 1)[0].removeprefix(b"object ").decode("ascii"))
        return _parse_commit(sha, data)

    def _tree(self, sha: str) -> tuple[Entry, ...]:
        """Return what a tree holds, in Git's order; raises KeyError where there is none."""
        found = self.get(sha)
        if found is None or found[0] != "tree":
            raise KeyError(sha)
        entries, data = [], found[1]
        while data:
            head, _, rest = data.partition(b"\0")
            mode, _, name = head.decode("utf-8", "surrogateescape").partition(" ")
            kind = {"40000": "tree", "160000": "commit"}.get(mode, "blob")
            entries.append(Entry(mode.zfill(6), kind, rest[:20].hex(), name))
            data = rest[20:]
        return tuple(entries)

    def find(self, commit: str, path: str) -> Entry | None:
        """Return what stands at a path (the empty path is the root), or None."""
        entry = Entry("040000", "tree", self.commit(commit).tree, "")
        for part in [part for part in path.split("/") if part]:
            inside = self.tree(entry.sha) if entry.kind == "tree" else ()
            found = next((one for one in inside if one.name == part), None)
            if found is None:
                return None
            entry = found
        return entry


def _parse_commit(sha: str, data: bytes) -> Commit:
    head, _, message = data.partition(b"\n\n")
    lines = [line.partition(b" ") for line in head.split(b"\n")]
    first = {key: value for key, _, value in reversed(lines)}
    return Commit(
        sha=sha,
        tree=first[b"tree"].decode("ascii"),
        parents=tuple(value.decode("ascii") for key, _, value in lines if key == b"parent"),
        author=_parse_person(first[b"author"]),
        committer=_parse_person(first[b"committer"]),
        message=message.decode("utf-8", "replace").rstrip("\n"),
    )


def _parse_person(line: bytes) -> Person:
    found = _SIGNATURE.match(line)
    if found is None:
        return Person(line.decode("utf-8", "replace"), "", datetime.fromtimestamp(0, UTC))
    name, email, unix, _ = found.groups()
    return Person(name.decode("utf-8", "replace"), email.decode("utf-8", "replace"), _moment(int(unix)))


def _moment(unix: int) -> datetime:
    return datetime.fromtimestamp(min(unix, 253_402_300_799), UTC)
