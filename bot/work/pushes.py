"""After a push: judges what reached a long-lived branch, and looks again at the pull requests that depend on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.gather.policy import Policy, PolicyProblem
from bot.gather.remote.branches import branches as list_branches
from bot.gather.remote.pushed import read_push
from bot.jobs.target import PullRequestTarget, PushTarget, RepositoryTarget
from bot.judged import Judged
from bot.report import render
from bot.report.check import check_run
from bot.state.port import Seen
from bot.work.world import World
from policies.evaluate import evaluate
from policies.facts import Branches, Facts, Sha
from policies.gitflow.model import PRODUCTION, BranchModel, bind
from policies.words.seen import trace

NAME = "headgate push"
"""A check of its own: the commit may be the head of a pull request as well, whose check is ``headgate``."""

MOST_AT_ONCE = 30
"""Pull requests into a branch that are looked at as soon as it moves. Where there are more, the sweep comes to them:
each costs part of GitHub's hourly budget, and of a new conflict GitHub itself keeps watch."""

BRANCH, TAG = "refs/heads/", "refs/tags/"


async def look(world: World, target: PushTarget) -> None:
    """Judge a push, and ask for a look at the pull requests whose verdict may have changed."""
    repository = target.repository
    default_branch = str((await world.api(repository).get(repository.path))["default_branch"])
    branches = await list_branches(world.api(repository), repository)
    if target.ref == BRANCH + default_branch and await _changes_policy(world, target):
        await world.queue.enqueue(RepositoryTarget(repository), "policy")
    try:
        policy = await world.policies(repository).at(branches.tips[default_branch], default_branch)
    except (PolicyProblem, KeyError):
        return  # an empty repository, or a policy that cannot be used, which every open pull request says
    model = bind(policy.config.branches, branches)
    for seen in concerned(target.ref, model, await world.store.open(repository.id)):
        await world.queue.enqueue(PullRequestTarget(repository, seen.number), "push")
    kind = model.classify(target.ref.removeprefix(BRANCH))
    if target.ref.startswith(BRANCH) and kind is not None and kind.is_role:
        await judge(world, target, branches, policy)


async def judge(world: World, target: PushTarget, branches: Branches, policy: Policy) -> None:
    """Say on the newest commit what is wrong with a push; nothing if all is well, unless somebody asks again."""
    branch, after = target.ref.removeprefix(BRANCH), target.after
    reader = world.reader(target.repository, f"push {target.ref}", str(after))
    push = await read_push(reader, branch, _sha(target.before), _sha(after))
    facts = Facts(as_of=reader.now, push=push, branches=branches)
    judged = Judged(facts, evaluate(facts, policy.config), policy)
    if target.again and after is not None:
        await world.store.unsay(target.repository.id, Sha(after))
    if after is not None and (target.again or judged.report.blocking or judged.report.warnings):
        opinion = render.opinion(judged, seen=trace(facts))
        await world.writer(target.repository).post(check_run(Sha(after), [opinion], NAME))


def concerned(ref: str, model: BranchModel, open_ones: Sequence[Seen]) -> Iterator[Seen]:
    """Yield the pull requests whose verdict a push may change.

    A tag decides which version comes next. A long-lived branch or a release decides what is owed to whom, which may
    stop what goes to production; and it decides for the pull requests into it what they carry along.
    """
    moved = None if ref.startswith(TAG) else model.classify(ref.removeprefix(BRANCH))
    if moved is not None and not moved.is_role and moved.name != "release":
        return
    if moved is None and not ref.startswith(TAG):
        return
    into_it = [seen for seen in open_ones if seen.base == ref.removeprefix(BRANCH)]
    for seen in open_ones:
        kind, base = model.classify(seen.head), model.classify(seen.base)
        names_version = kind is not None and kind.name in ("release", "hotfix")
        to_production = base is not None and base.name == PRODUCTION
        if names_version or to_production or (seen in into_it and len(into_it) <= MOST_AT_ONCE):
            yield seen


async def _changes_policy(world: World, target: PushTarget) -> bool:
    """A file at a commit is asked for once, so this costs one read."""
    before, after = (_sha(sha) for sha in (target.before, target.after))
    if before is None or after is None:
        return True
    return await world.policies(target.repository).differ(before, after)


def _sha(sha: str | None) -> Sha | None:
    return Sha(sha) if sha else None
