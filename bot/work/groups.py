"""The merge queue: judges each pull request of a group, and says the worst on the commit that would be merged.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from bot import pipeline
from bot.gather.pull import read_pull
from bot.gather.remote.compare import Comparisons
from bot.git import graph, subjects
from bot.git.graph import Node
from bot.jobs.port import Job, Later
from bot.jobs.target import MergeGroupTarget
from bot.report import undecided
from bot.report.check import check_run
from bot.report.opinion import Opinion
from bot.work.world import World
from policies.facts import Merge, Mergeability, PullRequest, Sha
from policies.words import blind

QUEUED = re.compile(r"gh-readonly-queue/.+/pr-(?P<number>\d+)-[0-9a-f]{40,64}")
"""The branch that GitHub makes for an entry of the queue."""

MERGED = {"merge": Merge(Mergeability.CLEAN)}
"""The group is the merge: GitHub has made it already."""


async def look(world: World, target: MergeGroupTarget) -> None:
    """Judge a merge group; what cannot be told apart into pull requests is undecided, never a success."""
    sha = Sha(target.head_sha)
    numbers = await _numbers(world, target)
    if numbers is None:
        subject = PullRequest(target.head_ref, target.base_ref, sha)
        await _post(world, target, [undecided.undecided(subject, blind.unknown_group())])
        return
    opinions: list[Opinion] = []
    waiting: Later | None = None
    for number in numbers:
        opinion, later = await _opinion(world, target, number)
        opinions.append(opinion)
        waiting = waiting or later
    await _post(world, target, opinions)
    if waiting is not None:
        raise waiting


async def _post(world: World, target: MergeGroupTarget, opinions: Sequence[Opinion]) -> None:
    await world.writer(target.repository).post(check_run(Sha(target.head_sha), opinions, group=True))


async def _opinion(world: World, target: MergeGroupTarget, number: int) -> tuple[Opinion, Later | None]:
    pull = await read_pull(world.api(target.repository), target.repository, number)
    if pull is None:
        subject = PullRequest(target.head_ref, target.base_ref, number=number)
        return undecided.undecided(subject, blind.unknown_group()), None
    return await pipeline.judge(world, pull, MERGED)


async def _numbers(world: World, target: MergeGroupTarget) -> list[int] | None:
    """Return the pull requests of a group, or None where that cannot be told.

    Merging and squashing name the pull request in the subject. Rebased commits do not; GitHub names the last pull
    request in the branch, and the newest commits may be copies of that one's.
    """
    queued = QUEUED.fullmatch(target.head_ref)
    line = await _line(world, target)
    if queued is None or line is None:
        return None
    last = int(queued["number"])
    named = list(itertools.dropwhile(lambda node: _number(node) is None, reversed(line)))[::-1]
    numbers = [_number(node) for node in named]
    unnamed = line[len(named) :]
    if None in numbers or (len(line) > 1 and not await _are_copies(world, target, last, unnamed)):
        return None
    return list(dict.fromkeys(number for number in (*numbers, last) if number is not None))


async def _line(world: World, target: MergeGroupTarget) -> list[Node] | None:
    """Return the commits that would be new on the base's first-parent line, oldest first; None if too many."""
    comparison = await _comparisons(world, target).whole(Sha(target.base_sha), Sha(target.head_sha))
    if not comparison.whole:
        return None
    line = graph.first_parents(comparison.nodes, Sha(target.head_sha))
    return [comparison.nodes[sha] for sha in reversed(line)]


async def _are_copies(world: World, target: MergeGroupTarget, number: int, nodes: Sequence[Node]) -> bool:
    """Say whether commits can be copies of a pull request's: a rebase keeps subject, author and order."""
    if not nodes:
        return True
    pull = await read_pull(world.api(target.repository), target.repository, number)
    if pull is None:
        return False
    theirs = await _comparisons(world, target).whole(Sha(target.base_sha), pull.head_sha)
    left = iter([_shown(node) for node in theirs.nodes.values()])  # merges among them are not copied
    return theirs.whole and all(_shown(node) in left for node in nodes)


def _shown(node: Node) -> tuple[str, str]:
    return node.commit.subject, node.commit.author


def _comparisons(world: World, target: MergeGroupTarget) -> Comparisons:
    return Comparisons(world.reader(target.repository, f"group {target.head_ref}", target.head_sha))


def _number(node: Node) -> int | None:
    if len(node.parents) > 1:
        return subjects.read(node.commit.subject).number
    return subjects.number_of(node.commit.subject)


async def give_up(world: World, target: MergeGroupTarget, job: Job, error: BaseException) -> None:
    """Say that a group could not be evaluated."""
    subject = PullRequest(target.head_ref, target.base_ref, Sha(target.head_sha))
    said = undecided.failed(subject, delivery=job.delivery, attempts=job.attempt, error=type(error).__name__)
    await _post(world, target, [said])
