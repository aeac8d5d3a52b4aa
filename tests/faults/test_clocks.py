"""Two clocks that do not agree, ours and GitHub's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest
from tests.faults.places import WRONG_TARGET
from tests.stories.gate import Gate
from tests.stories.people import feature, verdict


@pytest.mark.parametrize("seconds", [-55, 7 * 60], ids=["ours is fast", "ours is slow"])
async def test_a_clock_may_be_a_little_wrong(gate: Gate, github: Sandbox, repo: Repo, seconds: int) -> None:
    github.advance(timedelta(seconds=seconds))
    await gate.app.install(repo.model.owner)
    pull = await feature(repo, base="main")
    await at_rest(github, gate.queue)
    assert verdict(pull) == ("failure", WRONG_TARGET)
    assert [call for call in github.calls if call.status == 401] == []


async def test_a_clock_that_is_very_wrong_is_set_right_in_the_end(gate: Gate, github: Sandbox, repo: Repo) -> None:
    github.advance(timedelta(hours=1))
    await gate.app.install(repo.model.owner)
    pull = await feature(repo, base="main")
    await gate.settle()
    assert [call.status for call in github.calls if "access_tokens" in call.path][-1] == 401
    github.advance(-timedelta(hours=1))
    await at_rest(github, gate.queue)
    assert verdict(pull) == ("failure", WRONG_TARGET)


async def test_a_token_that_has_expired_is_replaced(gate: Gate, github: Sandbox, repo: Repo) -> None:
    await gate.app.install(repo.model.owner)
    await at_rest(github, gate.queue)
    for token in github.world.tokens.values():
        token.expires_at = github.clock.now()
    github.calls.clear()
    pull = await feature(repo, base="main")
    await at_rest(github, gate.queue)
    assert verdict(pull) == ("failure", WRONG_TARGET)
    assert 401 in [call.status for call in github.calls]
    assert len([call for call in github.calls if "access_tokens" in call.path]) == 1
