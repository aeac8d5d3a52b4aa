"""Pure walks over a piece of history that was read before: who brought which commit to a branch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.git import subjects
from policies.facts import Arrival, Commit, Sha


@dataclass(frozen=True, slots=True)
class Node:
    """A commit and what it stands on, first parent first."""

    commit: Commit
    parents: tuple[Sha, ...]


Nodes = Mapping[Sha, Node]


def roots(nodes: Nodes) -> list[Sha]:
    """Return the commits whose parents all lie outside: whoever contains one of ``nodes`` contains one of these."""
    return [sha for sha, node in nodes.items() if not any(parent in nodes for parent in node.parents)]


def first_parents(nodes: Nodes, tip: Sha) -> list[Sha]:
    """Return the first-parent line from ``tip`` down, as far as it lies within ``nodes``."""
    line: list[Sha] = []
    here: Sha | None = tip
    while here is not None and here in nodes:
        line.append(here)
        here = nodes[here].parents[0] if nodes[here].parents else None
    return line


def entries(nodes: Nodes, tip: Sha) -> dict[Sha, Sha]:
    """Return for every commit below ``tip`` the commit of the first-parent line with which it came to the branch."""
    came_with: dict[Sha, Sha] = {}
    for step in reversed(first_parents(nodes, tip)):
        waiting = [step]
        while waiting:
            sha = waiting.pop()
            if sha in nodes and sha not in came_with:
                came_with[sha] = step
                waiting.extend(nodes[sha].parents)
    return came_with


def arrivals(nodes: Nodes, tip: Sha, wanted: Iterable[Sha]) -> dict[Sha, Arrival]:
    """Return by which merge each wanted commit came to the branch, as far as the merge's subject says it."""
    came_with = entries(nodes, tip)
    return {sha: arrival(nodes[came_with[sha]].commit) for sha in wanted if sha in came_with}


def arrival(commit: Commit) -> Arrival:
    """Read the pull request and the branch from the subject of a merge, or the number of a squashed one."""
    if commit.parents < 2:
        return Arrival(None, subjects.number_of(commit.subject))
    said = subjects.read(commit.subject)
    return Arrival(said.source, said.number)


def brought_inside(
    nodes: Nodes, tip: Sha, head: str, through: Callable[[str], bool], between: Callable[[Sha, Sha], frozenset[Sha]]
) -> frozenset[Sha]:
    """Return commits that came to the branch inside another one, by an earlier merge of ``head`` into that one.

    A hotfix is merged into the open release, and the release into the integration branch. ``through`` says whether a
    branch name may carry another branch along; ``between(exclude, include)`` lists commits.
    """
    came_with = entries(nodes, tip)
    found: set[Sha] = set()
    for sha, node in nodes.items():
        if len(node.parents) < 2 or sha not in came_with or subjects.read(node.commit.subject).source != head:
            continue
        outer = nodes[came_with[sha]]
        carrier = subjects.read(outer.commit.subject).source if len(outer.parents) > 1 else None
        if came_with[sha] != sha and carrier is not None and through(carrier):
            brought = between(node.parents[0], node.parents[1])
            found |= {c for c in brought if came_with.get(c) == came_with[sha]}
    return frozenset(found)
