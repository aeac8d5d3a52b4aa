"""Headgate comes to a repository where work goes on already, and is told by GitHub less than everything."""

from __future__ import annotations

from sandbox.github.model import Organisation
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, verdict


async def test_12_pull_requests_that_are_open_already_are_judged(gate: Gate, repo: Repo, acme: Organisation) -> None:
    good, bad = await feature(repo), await feature(repo, "feature/hasty", "main")
    assert good.checks() == {}
    await gate.app.install(acme)
    await gate.settle()
    assert verdict(good)[0] == "success"
    assert verdict(bad)[0] == "failure"


async def test_a_repository_that_is_added_later(gate: Gate, github: Sandbox, repo: Repo, acme: Organisation) -> None:
    other = await github.create_repository(acme, "other", {"README.md": "x\n"})
    installation = await gate.app.install(acme, [other])
    await gate.settle()
    pull = await feature(repo)
    await gate.settle()
    assert pull.checks() == {}
    await installation.add(repo)
    await gate.settle()
    assert verdict(pull)[0] == "success"
