"""One bare repository: its refs, its graph, its changes; what GitHub itself asks Git for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from sandbox.desk import GitFailed
from sandbox.github.git.changes import Change, read_changes, read_patches, read_touched
from sandbox.github.git.command import Command
from sandbox.github.git.objects import Objects

_SHA = re.compile(r"[0-9a-f]{40}")
ZERO = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""Git knows this one without being told."""


class Bare:
    """A bare repository. Answers about commits never change, so they are kept; refs are read from Git once.

    Who changes refs from outside (``git push`` to the path) calls :meth:`reread` afterwards.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git = Command(path)
        self.objects = Objects(path)
        self.refs: dict[str, str] = {}
        """Full ref name → SHA; an annotated tag's is that of the tag object, as in Git."""
        self.count = lru_cache(maxsize=10_000)(self._count)
        self.between = lru_cache(maxsize=2_000)(self._between)
        self.merge_base = lru_cache(maxsize=10_000)(self._merge_base)
        self.is_ancestor = lru_cache(maxsize=10_000)(self._is_ancestor)
        self.changes = lru_cache(maxsize=1_000)(self._changes)
        self.patches = lru_cache(maxsize=200)(self._patches)
        self.reread()

    @classmethod
    def create(cls, path: Path) -> Bare:
        """Make an empty one; its HEAD is ``main``."""
        path.mkdir(parents=True)
        Command(path).run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", ".")
        return cls(path)

    def close(self) -> None:
        self.objects.close()

    # --- refs ---

    def reread(self) -> dict[str, str]:
        """Read the refs from Git again and return them as they were before."""
        before = self.refs
        rows = self.git.run("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        self.refs = {ref: sha for sha, _, ref in (row.partition(" ") for row in rows)}
        return before

    def update(self, refs: Mapping[str, str | None]) -> None:
        """Move refs, delete those that are None; all or none. Raises GitFailed for names that Git does not take."""
        lines = [f"delete {ref}\0\0" if sha is None else f"update {ref}\0{sha}\0\0" for ref, sha in refs.items()]
        self.git.run("update-ref", "--stdin", "-z", stdin="".join(lines).encode("utf-8", "surrogateescape"))
        for ref, sha in refs.items():
            if sha is None:
                self.refs.pop(ref, None)
            else:
                self.refs[ref] = sha

    def branch(self, name: str) -> str | None:
        """Return the tip of a branch."""
        return self.refs.get(f"refs/heads/{name}")

    def under(self, prefix: str) -> dict[str, str]:
        """Return the refs that start with ``prefix``, which is cut off, in Git's order."""
        return {ref.removeprefix(prefix): sha for ref, sha in sorted(self.refs.items()) if ref.startswith(prefix)}

    def resolve(self, name: str) -> str | None:
        """Return the commit that a branch, a tag, a full ref or a SHA (also a short one) names, as GitHub reads it."""
        for ref in (f"refs/heads/{name}", f"refs/tags/{name}", name, f"refs/{name}"):
            if ref in self.refs:
                return self.objects.commit(self.refs[ref]).sha
        if not re.fullmatch(r"[0-9a-fA-F]{4,40}", name):
            return None
        try:
            full = name if _SHA.fullmatch(name) else self.git.run("rev-parse", "--verify", "--quiet", name).strip()
            return self.objects.commit(full).sha
        except (GitFailed, KeyError):
            return None

    # --- the graph ---

    def _count(self, exclude: str, include: str) -> tuple[int, int]:
        """Return how many commits only ``exclude`` has and how many only ``include`` has."""
        left, right = self.git.run("rev-list", "--left-right", "--count", f"{exclude}...{include}").split()
        return int(left), int(right)

    def _between(self, exclude: str | None, include: str) -> tuple[str, ...]:
        """Return the commits of ``include`` that ``exclude`` lacks, oldest first."""
        without = [f"^{exclude}"] if exclude else []
        return tuple(self.git.run("rev-list", "--topo-order", "--reverse", include, *without).split())

    def lacking(self, tip: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the commits of ``tip`` that none of the known ones has, oldest first."""
        wanted = [tip, *(f"^{sha}" for sha in known)]
        out = self.git.run("rev-list", "--topo-order", "--reverse", "--stdin", stdin="\n".join(wanted).encode())
        return tuple(out.split())

    def _merge_base(self, one: str, other: str) -> str | None:
        _, out = self.git.answer("merge-base", one, other)
        return out.decode("ascii").strip() or None

    def _is_ancestor(self, one: str, other: str) -> bool:
        return self.git.answer("merge-base", "--is-ancestor", one, other)[0] == 0

    def log(self, start: str, path: str = "", *options: str, skip: int = 0, most: int = 100) -> list[str]:
        """Return commits from ``start`` back, newest first; only those that changed ``path`` where it is given."""
        only = ["--", f":(literal){path}"] if path else ["--"]
        return self.git.run("rev-list", f"--skip={skip}", f"--max-count={most}", *options, start, *only).split()

    # --- changes ---

    def _changes(self, old: str, new: str) -> tuple[Change, ...]:
        """Return the files that differ between two commits (or trees), renames found as Git finds them."""
        _, out = self.git.answer("diff-tree", "-r", "-M", "--raw", "--numstat", "-z", "--full-index", old, new)
        return read_changes(out.decode("utf-8", "surrogateescape"))

    def _patches(self, old: str, new: str) -> dict[str, str]:
        """Return the hunks of each changed text file, by its new path."""
        _, out = self.git.answer("diff-tree", "-r", "-M", "-p", "--full-index", old, new)
        return read_patches(out.decode("utf-8", "replace"), self.changes(old, new))

    def touched(self, shas: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """Return which paths each commit adds, removes and modifies, held against its first parent."""
        if not shas:
            return {}
        options = ("--no-walk=unsorted", "--first-parent", "-m", "--root", "--name-status", "--no-renames", "-z")
        out = self.git.run("log", *options, "--format=%x01%H", "--stdin", stdin="\n".join(shas).encode())
        return read_touched(out)

    def parent_tree(self, sha: str) -> str:
        """Return what a commit's changes are held against: its first parent, or the empty tree."""
        parents = self.objects.commit(sha).parents
        return parents[0] if parents else EMPTY_TREE
