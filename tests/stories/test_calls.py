"""What an event costs: GitHub's budget of requests an hour is the scarce thing."""

from __future__ import annotations

from sandbox.github.model import User
from sandbox.github.people.app import Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, verdict


async def test_an_event_that_changes_nothing_is_two_free_reads_and_no_write(
    gate: Gate, github: Sandbox, installed: Install, repo: Repo
) -> None:
    """GitHub sends one when a title is edited; both reads answer 304, or the pull request has really changed."""
    pull = await feature(repo)
    await gate.settle()
    await pull.edit(title="feat: know the days")
    await gate.settle()
    github.calls.clear()
    await gate.redeliver_last("pull_request")
    await gate.settle()
    assert gate.writes() == []
    assert [path for path, costs in gate.reads() if costs] == []
    # Reviews are asked for as well while the last change is seconds old: the next may carry the same time.
    asked = [path.removeprefix("/repos/acme/forecast") for path, _ in gate.reads()]
    assert asked in (["/pulls/1", "/branches"], ["/pulls/1", "/branches", "/pulls/1/reviews"])


async def test_a_retitled_pull_request_costs_one_read(
    gate: Gate, github: Sandbox, installed: Install, repo: Repo
) -> None:
    pull = await feature(repo)
    await gate.settle()
    github.calls.clear()
    await pull.edit(title="feat: know the days")
    await gate.settle()
    assert gate.writes() == []
    assert [path for path, costs in gate.reads() if costs] == ["/repos/acme/forecast/pulls/1"]


async def test_a_new_feature(gate: Gate, github: Sandbox, installed: Install, repo: Repo) -> None:
    await feature(repo, "feature/first")
    await gate.settle()
    await repo.create_branch("feature/second", at="dev")
    await repo.commit("feature/second", {"second.py": "2\n"}, "feat: second")
    await gate.settle()
    github.calls.clear()
    pull = await repo.open_pull_request("feature/second", "dev", title="feat: second")
    await gate.settle()
    assert verdict(pull)[0] == "success"
    assert gate.writes() == [("POST", "/repos/acme/forecast/check-runs")]
    costly = [path.removeprefix("/repos/acme/forecast") for path, costs in gate.reads() if costs]
    assert {"/pulls/2", "/pulls/2/reviews"} < set(costly)
    assert len(costly) <= 4


async def test_a_hotfix_with_its_ancestry(
    gate: Gate, github: Sandbox, installed: Install, repo: Repo, alice: User
) -> None:
    await feature(repo, "feature/first")
    await gate.settle()
    await repo.create_branch("hotfix/1.0.1", at="main")
    await repo.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round", by=alice)
    await gate.settle()
    github.calls.clear()
    pull = await repo.open_pull_request("hotfix/1.0.1", "main", title="fix: round", by=alice)
    await gate.settle()
    assert verdict(pull)[0] == "success"
    costly = [path.removeprefix("/repos/acme/forecast") for path, costs in gate.reads() if costs]
    assert len(costly) <= 8
