"""GitHub needs a moment: what is known already is said at once, and nothing is said too soon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.clock import in_the_time_of
from tests.stories.gate import Gate, running
from tests.stories.people import feature, summary, verdict

pytestmark = pytest.mark.usefixtures("installed")


@pytest_asyncio.fixture
async def gate(github: Sandbox, app: Developer, database: str) -> AsyncIterator[Gate]:
    async with running(github, app, database, in_the_time_of(github)) as one:
        yield one


def written(github: Sandbox) -> list[dict[str, Any]]:
    """Return what was said in check runs since the calls were cleared."""
    return [call.request for call in github.calls if "/check-runs" in call.path and call.method != "GET"]


async def again(gate: Gate) -> None:
    """Look again, as the waiting job would in a second; a webhook may come as well."""
    await gate.redeliver_last("pull_request")
    await gate.settle()


async def test_it_is_not_known_yet_whether_it_can_be_merged(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """`mergeable` is null at first: https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request."""
    github.world.looks_before_mergeable = 1
    pull = await feature(repo)
    await gate.settle()
    check = pull.checks()["headgate"]
    assert (check.status, check.output.title) == (
        "in_progress",
        "Waiting for GitHub to work out whether head and base can be merged",
    )
    assert summary(pull).startswith("**Headgate is looking whether `feature/weekly` may be merged into `dev`.**")
    assert summary(pull).endswith("The verdict follows by itself; there is nothing to do.")
    assert (await gate.queue.counts())["later"] == 1
    await again(gate)
    assert pull.checks()["headgate"].id == check.id
    assert verdict(pull) == ("success", "May be merged, 1 warning")
    assert (await gate.queue.counts())["later"] == 0


async def test_a_check_is_dated_by_the_clock_that_its_facts_are_dated_by(
    gate: Gate, github: Sandbox, repo: Repo
) -> None:
    github.advance(timedelta(minutes=5))
    before = github.clock.now()
    await feature(repo)
    await gate.settle()
    assert before <= datetime.fromisoformat(written(github)[-1]["completed_at"]) <= github.clock.exact()


async def test_what_is_wrong_already_is_said_at_once(gate: Gate, github: Sandbox, repo: Repo) -> None:
    github.world.looks_before_mergeable = 1
    await repo.commit("dev", {"model.py": "rmse = 3\n"}, "feat: three")
    await repo.create_branch("topic", at="main")
    await repo.commit("topic", {"model.py": "rmse = 2\n"}, "feat: two")
    await gate.settle()
    pull = await repo.open_pull_request("topic", "dev", title="feat: two")
    await gate.settle()
    said = "The name topic matches no branch type (unknown-branch-type)"
    assert verdict(pull) == ("failure", said)
    assert len(pull.comments) == 1
    assert "| merge-conflict | GitHub has not worked it out yet; it is looked at again in a moment |" in summary(
        pull
    ).replace("\N{NO-BREAK SPACE}", " ")
    await again(gate)
    assert verdict(pull) == ("failure", f"{said} and 1 more")
    assert "`topic` and `dev` have changed the same lines." in summary(pull)
    assert "`topic` and `dev` have changed the same lines." in pull.comments[0].body
    assert len(pull.comments) == 1


async def test_github_never_says_whether_it_can_be_merged(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """Undecided is not green, and not in progress for ever."""
    github.world.looks_before_mergeable = 1_000
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull)[0] is None
    github.advance(timedelta(seconds=59))
    await again(gate)
    assert verdict(pull)[0] is None
    github.advance(timedelta(seconds=2))
    await again(gate)
    assert verdict(pull) == (
        "failure",
        "Could not decide: GitHub has not computed yet whether head and base merge without conflicts (merge-conflict)",
    )
    assert "**What helps:** Run the check again in some minutes." in summary(pull)


async def test_3_it_is_retargeted_during_the_evaluation(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """The verdict on the old base comes too late, and is not said."""
    held = github.faults.hold("GET", r".*/reviews")
    pull = await feature(repo)
    await held.reached.wait()
    await pull.retarget("main")
    github.advance(timedelta(seconds=1))
    held.released.set()
    await gate.settle()
    assert verdict(pull) == (
        "failure",
        "feature/weekly is of type feature: it merges into dev, not into main (wrong-merge-target)",
    )
    assert [each.get("conclusion") for each in written(github) if each.get("conclusion") == "success"] == []


async def test_3_it_is_closed_during_the_evaluation(gate: Gate, github: Sandbox, repo: Repo) -> None:
    held = github.faults.hold("GET", r".*/reviews")
    pull = await feature(repo)
    await held.reached.wait()
    await pull.close()
    github.advance(timedelta(seconds=1))
    held.released.set()
    await gate.settle()
    assert written(github) == []
    assert pull.comments == []
