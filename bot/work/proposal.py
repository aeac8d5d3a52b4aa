"""What a pull request does to the policy: it is judged by the present one, and shows what its own would mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.gather.policy import MISSPELT, PATH, Policy, PolicyProblem
from bot.gather.pull import Pull, read_pull
from bot.gather.remote.compare import Comparisons
from bot.gather.remote.gather import gather
from bot.gather.remote.reader import Reader, documented
from bot.gather.remote.refused import REFUSALS
from bot.gather.remote.together import together
from bot.gather.stack import placed
from bot.jobs.port import Later
from bot.report.change import Effect, PolicyChange
from bot.work.world import World
from policies.catalogue import CATALOGUE
from policies.config import default
from policies.evaluate import evaluate
from policies.facts import Absent, Branches, Sha
from policies.verdict import Report
from policies.words import policy as policy_words

MOST_EFFECTS = 20
"""Other open pull requests that are judged by a proposed policy, the newest ones: each costs a read or two."""


async def policy_for(world: World, reader: Reader, pull: Pull, branches: Branches) -> Policy:
    """Return the policy of the default branch; raises PolicyProblem where it cannot be used.

    The pull request that mends a broken policy must be mergeable, and may not choose what it is judged by: it gets the
    preset that a repository without a policy has.
    """
    policies = world.policies(pull.repository)
    tip = await _tip(reader, branches, pull.default_branch)
    if tip is None:
        return Policy(default(), "preset gitflow")
    try:
        return await policies.at(tip, pull.default_branch)
    except PolicyProblem as problem:
        if not await _touches_policy(reader, pull, tip):
            raise
        try:
            await policies.at(pull.head_sha, pull.subject.head)
        except PolicyProblem:
            raise problem from None
        return Policy(default(), f"preset gitflow, because {PATH} on {pull.default_branch} cannot be used")


async def read_change(
    world: World, reader: Reader, pull: Pull, branches: Branches, policy: Policy
) -> PolicyChange | None:
    """Return what the pull request does to the policy, or None if it leaves the file alone."""
    base = branches.tips.get(pull.subject.base)
    if base is None or not await _touches_policy(reader, pull, base):
        return None
    policies = world.policies(pull.repository)
    if not await policies.differ(base, pull.head_sha):
        return None
    try:
        proposed = await policies.at(pull.head_sha, pull.subject.head)
    except PolicyProblem as problem:
        return PolicyChange(errors=problem.errors)
    if pull.subject.base != pull.default_branch:
        return PolicyChange(elsewhere=pull.default_branch)
    others = [seen.number for seen in await world.store.open(pull.repository.id) if seen.number != pull.number]
    newest = sorted(others, reverse=True)[:MOST_EFFECTS]
    effects = await together(_effect(world, reader, number, branches, policy, proposed) for number in newest)
    return PolicyChange(effects=tuple(effect for effect in effects if effect is not None))


async def _tip(reader: Reader, branches: Branches, name: str) -> Sha | None:
    """Return where a branch stands; one that is missing from a list that was cut is asked for by name."""
    if name in branches.tips or branches.missing is None:
        return branches.tips.get(name)
    path = f"{reader.repository.path}/branches/{quote(name, safe='')}"
    given = await reader.api.get(path)
    with documented(path):
        return Sha(given["commit"]["sha"])


async def _touches_policy(reader: Reader, pull: Pull, base: Sha) -> bool:
    """Say whether the file may be another; where GitHub does not list the paths, it is looked at."""
    try:
        paths = (await Comparisons(reader).pair(base, pull.head_sha)).paths
    except REFUSALS:
        return True
    return paths is None or any(path in (PATH, MISSPELT) or path.startswith(f"{PATH}/") for path in paths)


async def _effect(  # noqa: PLR0913  # two policies over one world
    world: World, reader: Reader, number: int, branches: Branches, present: Policy, proposed: Policy
) -> Effect | None:
    """Judge another pull request by both policies; None if GitHub does not know enough of it yet."""
    other = await read_pull(reader.api, reader.repository, number)
    if other is None or not other.open:
        return None
    given = None if _judges_runs_otherwise(present, proposed) else {"metrics": Absent(policy_words.judges_runs_alike())}
    try:
        now, then = [await _report(world, reader, other, branches, each, given) for each in (present, proposed)]
    except Later:
        return None
    return Effect(number, other.subject.head, other.subject.base, now, then)


def _judges_runs_otherwise(present: Policy, proposed: Policy) -> bool:
    """Say whether runs have to be looked at again: that would be a dozen questions to MLflow for each pull request."""
    one, other = present.config, proposed.config
    rules = [rule.name for rule in CATALOGUE if "metrics" in rule.needs]
    settings = [(replace(one.rules[name], line=None), replace(other.rules[name], line=None)) for name in rules]
    return one.mlflow != other.mlflow or any(before != after for before, after in settings)


async def _report(  # noqa: PLR0913  # who, by what, and what is known beforehand
    world: World,
    reader: Reader,
    pull: Pull,
    branches: Branches,
    policy: Policy,
    given: Mapping[str, Any] | None,
) -> Report:
    subject = await placed(world.store, pull, branches, policy.config)
    facts = await gather(reader, subject, pull.payload, branches, policy.config, given)
    return evaluate(facts, policy.config)
