"""One pull request judged: gather, decide, report. Start reading here.

A job says "look at pull request n of repository r again". Everything is read anew (most of it is unchanged, or known
for ever), so a job that runs twice, late or out of order does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.gather.policy import PolicyProblem
from bot.gather.pull import Pull, read_pull
from bot.gather.remote.branches import branches as list_branches
from bot.gather.remote.gather import Incomplete, gather
from bot.gather.stack import on_top_of, placed
from bot.jobs.port import Job, Later
from bot.jobs.target import PullRequestTarget
from bot.judged import decide
from bot.report import render, undecided
from bot.report.opinion import Opinion
from bot.work import training
from bot.work.proposal import policy_for, read_change
from bot.work.world import World
from policies.facts import PullRequest
from policies.verdict import Outcome
from policies.words import check as words
from policies.words.seen import trace

JUST_READ = timedelta(seconds=0.5)
"""What was read so lately need not be read once more before it is posted: that would take as long."""


async def look(world: World, target: PullRequestTarget, *, doubt: bool = False) -> None:
    """Judge a pull request, and say so where that changes anything.

    ``doubt``: this was tried before, and may have been broken off while it wrote.
    """
    pull = await read_pull(world.api(target.repository), target.repository, target.number)
    if pull is None:
        world.reader(target.repository, f"pull request {target.number}", "unknown").wait_for("the pull request")
    if pull is None or not pull.open:
        await leave(world, target)
        return
    speaker, began = world.speaker(pull.repository, doubt=doubt), world.now()
    seen, is_new = await speaker.notice(pull, render.looking(pull.subject))
    if is_new:
        await look_above(world, target, pull.subject.head)
    async with speaker.patience(seen):
        opinion, later = await judge(world, pull)
    if await moved(world, pull, began):
        await world.queue.enqueue(target, "moved")
        return
    await speaker.say(seen, opinion, world.now())
    if later is not None:
        raise later


async def judge(world: World, pull: Pull, given: Mapping[str, Any] | None = None) -> tuple[Opinion, Later | None]:
    """Return the opinion, and when to look again where GitHub does not know everything yet.

    ``given`` are facts that are known beforehand.
    """
    reader = world.reader(pull.repository, f"pull request {pull.number}", f"{pull.head_sha} {pull.subject.base}")
    branches = await list_branches(reader.api, pull.repository)
    try:
        policy = await policy_for(world, reader, pull, branches)
    except PolicyProblem as problem:
        return undecided.broken_policy(pull.subject, problem.label, problem.errors, ours=problem.ours), None
    subject = await placed(world.store, pull, branches, policy.config)
    later: Later | None = None
    try:
        facts = await gather(reader, subject, pull.payload, branches, policy.config, given)
    except Incomplete as incomplete:
        facts, later = incomplete.facts, incomplete
    judged = await decide(facts, policy)
    if later is not None and judged.report.outcome is not Outcome.FAIL:  # what is wrong already is said at once
        return render.looking(subject, words.for_github()), later
    later = later or training.look_again(reader, facts, judged.report)
    waits_for = training.waits_for(facts, judged.report)
    if later is not None and waits_for is not None:
        return render.looking(subject, waits_for), later
    change = await read_change(world, reader, pull, branches, policy)
    return render.opinion(judged, seen=trace(facts), change=change), later


async def moved(world: World, pull: Pull, began: datetime) -> bool:
    """Say whether the pull request is another by now; a verdict on what it was would be posted too late."""
    if world.now() - began < JUST_READ:
        return False
    now = await read_pull(world.api(pull.repository), pull.repository, pull.number)
    before = (pull.head_sha, pull.subject.base, True)
    return now is None or (now.head_sha, now.subject.base, now.open) != before


async def leave(world: World, target: PullRequestTarget) -> None:
    """Let go of a pull request that is not open any more."""
    seen = await world.speaker(target.repository).leave(target.number)
    if seen is not None:
        await look_above(world, target, seen.head)


async def look_above(world: World, target: PullRequestTarget, head: str) -> None:
    """Ask for a look at pull requests on top of a branch: where they end has changed."""
    for number in await on_top_of(world.store, target.repository.id, head):
        if number != target.number:
            await world.queue.enqueue(PullRequestTarget(target.repository, number), "stack")


async def give_up(world: World, target: PullRequestTarget, job: Job, error: BaseException) -> None:
    """Say that a pull request could not be evaluated: never silent, never green."""
    seen = await world.store.seen(target.repository.id, target.number)
    if seen is None:
        return
    subject = PullRequest(seen.head, seen.base, seen.head_sha, number=seen.number)
    said = undecided.failed(subject, delivery=job.delivery, attempts=job.attempt, error=type(error).__name__)
    await world.speaker(target.repository).say(seen, said, world.now())
