"""Repositories, each with an owner of its own, so that many faults can be borne at the same time and apart."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import checks, unfinished

WRONG_TARGET = "feature/weekly is of type feature: it merges into dev, not into main (wrong-merge-target)"


async def forecast(github: Sandbox, owner: str) -> Repo:
    """Return ``owner/forecast``: ``main`` and ``dev`` at the same commit."""
    organisation = github.organisation(owner, github.user("alice"))
    repo = await github.create_repository(organisation, "forecast", {"model.py": "rmse = 1\n"})
    await repo.create_branch("dev", at="main")
    return repo


def amiss(pulls: Mapping[str, Pull]) -> dict[str, object]:
    """Return what there is on those wrong pull requests that have not one check, completed and right, and one comment.

    Nor may anything else be in progress in their repository.
    """
    right: object = ([("failure", WRONG_TARGET)], 1, [])
    there = {name: (said(pull), len(pull.comments), unfinished(pull)) for name, pull in pulls.items()}
    return {name: found for name, found in there.items() if found != right}


def said(pull: Pull) -> list[tuple[str | None, str | None]]:
    return [(run.conclusion, run.output.title) for run in checks(pull)]
