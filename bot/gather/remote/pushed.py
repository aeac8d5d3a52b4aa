"""Facts about a push: which commits are new on the first-parent line of a branch, and who brought them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

from bot.gather.remote.associated import Bringer, bringer
from bot.gather.remote.compare import Comparisons
from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.refused import REFUSALS, is_unknown_commit, unavailable
from bot.gather.remote.together import together
from bot.git import graph
from bot.git.graph import Node
from policies.facts import Absent, MergedPullRequest, Push, PushedCommit, Sha, Unavailable
from policies.gitflow.foreign_commits import MOST_COMMITS
from policies.words import blind

MOST_LOOKED_UP = 100
"""Commits of one push whose pull request is asked for."""

BOOKED = 10.0
"""Seconds after which GitHub knows which pull request brought a commit: it tells of the push first."""


async def read_push(reader: Reader, branch: str, before: Sha | None, after: Sha | None) -> Push | Absent | Unavailable:
    """Return what a push brought, newest first. A branch that was created or deleted by it has nothing to judge.

    After a forced push that is what the branch has now and had not before. Raises Later where GitHub may not know yet
    what it will know in a moment.
    """
    if before is None or after is None:
        return Absent(blind.branch_deleted(branch) if after is None else blind.branch_created(branch))
    try:
        return await _read(reader, branch, before, after)
    except REFUSALS as error:
        if is_unknown_commit(error) and reader.patient:
            raise reader.later("GitHub does not know all commits yet") from error
        return unavailable(error)


async def _read(reader: Reader, branch: str, before: Sha, after: Sha) -> Push | Unavailable:
    comparison = await Comparisons(reader).whole(before, after)
    if comparison.start is None or not comparison.whole:
        return blind.too_many_pushed(branch, comparison.ahead, MOST_COMMITS)
    line = [comparison.nodes[sha] for sha in graph.first_parents(comparison.nodes, after)]
    if len(line) > MOST_LOOKED_UP:
        return blind.too_many_pushed(branch, len(line), MOST_LOOKED_UP)
    bringers = await together(bringer(reader, branch, node.commit) for node in line)
    bringers = await _with_copies(reader, line, bringers)
    if None in bringers and reader.waited < BOOKED:
        raise reader.later("GitHub may not know yet which pull request brought a commit", BOOKED)
    methods = _methods(line, bringers)
    return Push(branch, tuple(_pushed(node, by, methods) for node, by in zip(line, bringers, strict=True)))


async def _with_copies(
    reader: Reader, line: Sequence[Node], bringers: Sequence[Bringer | None]
) -> list[Bringer | None]:
    """Give the commits below the last one of a rebase to its pull request.

    GitHub's documentation promises only the merge commit, and after a rebase that is the last copy.
    """
    found = list(bringers)
    for place, (node, by) in enumerate(zip(line, bringers, strict=True)):
        nobodys = itertools.takewhile(lambda at: bringers[at] is None, range(place + 1, len(line)))
        copies = list(nobodys) if by is not None and _is_copy(node, by) else []
        if by is not None and copies:
            count = await _count_of(reader, by.number)
            for at in copies[: count - 1]:
                found[at] = by
    return found


def _is_copy(node: Node, by: Bringer) -> bool:
    return len(node.parents) == 1 and node.commit.sha == by.made != by.head_sha


async def _count_of(reader: Reader, number: int) -> int:
    """Return how many commits a merged pull request had."""
    path = f"{reader.repository.path}/pulls/{number}"

    async def fetch() -> int:
        given = await reader.api.get(path)
        with documented(path):
            return int(given["commits"])

    return int(await reader.known.once(f"commits-of/{number}", fetch))


def _pushed(node: Node, by: Bringer | None, methods: dict[int, str]) -> PushedCommit:
    merged = MergedPullRequest(by.number, by.head, methods[by.number]) if by else None
    return PushedCommit(node.commit, merged)


def _methods(line: Sequence[Node], bringers: Sequence[Bringer | None]) -> dict[int, str]:
    """Tell by number how each pull request was merged, from the commits it left on the line, newest first."""
    left: dict[int, list[Node]] = defaultdict(list)
    by_number: dict[int, Bringer] = {}
    for node, by in zip(line, bringers, strict=True):
        if by is not None:
            left[by.number].append(node)
            by_number[by.number] = by
    return {number: _method(by_number[number], nodes) for number, nodes in left.items()}


def _method(by: Bringer, nodes: Sequence[Node]) -> str:
    """A rebase leaves copies of all commits, a squash one. The head itself on the line was pushed there, uncopied.

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request says what ``merge_commit_sha`` is in each case.
    """
    newest = nodes[0]
    if len(newest.parents) > 1 or newest.commit.sha == by.head_sha:
        return "merge"
    return "squash" if len(nodes) == 1 and by.made == newest.commit.sha else "rebase"
