"""Asks GitHub for the facts that the rules want, all at the same time, and for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.gather.remote.asked import asked
from bot.gather.remote.facts import GitHubFacts
from bot.gather.remote.reader import Reader
from bot.gather.remote.refused import REFUSALS, is_unknown_commit, unavailable
from bot.gather.remote.together import together
from bot.jobs.port import Later
from policies.config import Config
from policies.config.mlflow import MlflowSection
from policies.evaluate import model_of, needed
from policies.facts import Absent, Branches, Facts, PullRequest
from policies.words import skips


class Incomplete(Later):
    """GitHub does not know everything yet. What is not known is absent from ``facts``, which can only show offences."""

    def __init__(self, later: Later, facts: Facts) -> None:
        super().__init__(later.at, later.why)
        self.facts = facts


async def gather(  # noqa: PLR0913  # what there is to know about a pull request, and how to ask for more
    reader: Reader,
    pull_request: PullRequest,
    payload: Mapping[str, Any],
    branches: Branches,
    config: Config,
    given: Mapping[str, Any] | None = None,
) -> Facts:
    """Return the facts about a pull request. ``given`` are facts that are known beforehand.

    Raises Incomplete while GitHub does not know all of them yet.
    """
    first = Facts(as_of=reader.now, pull_request=pull_request, branches=branches, **(given or {}))
    model, runs = model_of(first, config), config.mlflow or MlflowSection()
    source = GitHubFacts(reader, pull_request, payload, branches, model, asked(config), runs)
    names = sorted(needed(first, config) - set(given or {}))
    found = await together(_looked_up(source, name) for name in names)
    seen = (Absent(skips.not_yet_known()) if isinstance(fact, Later) else fact for fact in found)
    known: dict[str, Any] = dict(zip(names, seen, strict=True))
    facts = replace(first, **known)
    waiting = [fact for fact in found if isinstance(fact, Later)]
    if waiting:
        raise Incomplete(min(waiting, key=lambda later: later.at), facts)
    return facts


async def _looked_up(source: GitHubFacts, name: str) -> Any:
    try:
        return await getattr(source, name)()
    except Later as later:
        return later
    except REFUSALS as error:
        if is_unknown_commit(error) and source.reader.patient:
            return source.reader.later("GitHub does not know all commits yet")
        return unavailable(error)
