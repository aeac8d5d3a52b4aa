"""Webhooks that come again, out of order, at the wrong moment, or not at all."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from bot.demo.stage import NOWHERE
from sandbox.github.model import Delivery
from sandbox.github.people.app import Developer
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest, checks, reached, unfinished, until
from tests.stories.gate import Gate, running
from tests.stories.people import feature, verdict


async def test_the_same_delivery_comes_again(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    await any_gate.app.install(repo.model.owner)
    await feature(repo, base="main")
    await at_rest(github, any_gate.queue)
    github.calls.clear()
    sent = [one for one in github.deliveries if one.status_code == 202]
    again = [github.post.again(one) for one in sent if '"accepted"' in one.response_body]
    await at_rest(github, any_gate.queue)
    assert len(again) > 3
    assert {one.response_body for one in again} == {'{"result": "seen"}'}
    assert github.calls == []


async def a_busy_day(repo: Repo) -> tuple[Pull, Pull, Pull]:
    """Return three pull requests that end otherwise than they began."""
    good, bad = await feature(repo, "feature/a", "main"), await feature(repo, "feature/b", "dev")
    gone = await feature(repo, "feature/c", "main")
    await good.convert_to_draft()
    await good.push({"a2.py": "1\n"}, "feat: more")
    await good.retarget("dev")
    await good.mark_ready()
    await bad.retarget("main")
    await bad.close()
    await bad.push({"b2.py": "1\n"}, "feat: more")
    await bad.reopen()
    await gone.close()
    return good, bad, gone


def assert_the_end_of_the_day(repo: Repo, pulls: Sequence[Pull]) -> None:
    good, bad, gone = pulls
    assert verdict(good)[0] == "success"
    assert verdict(bad)[0] == "failure"
    assert "(wrong-merge-target)" in verdict(bad)[1]
    assert gone.comments == []
    assert [len(pull.comments) for pull in pulls] == [0, 1, 0]
    assert unfinished(repo) == []


async def unheard(gate: Gate, github: Sandbox, repo: Repo) -> tuple[Sequence[Pull], list[Delivery]]:
    """Return the pull requests of a busy day, and the deliveries that told of it to nobody."""
    await gate.app.install(repo.model.owner)
    await at_rest(github, gate.queue)
    url, gate.app.app.webhook_url = gate.app.app.webhook_url, NOWHERE
    pulls = await a_busy_day(repo)
    await github.delivered()
    gate.app.app.webhook_url = url
    return pulls, [one for one in github.deliveries if one.url == NOWHERE]


async def test_deliveries_come_backwards_and_twice(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    pulls, deliveries = await unheard(any_gate, github, repo)
    for one in reversed(deliveries):
        github.post.again(one)
        github.post.again(one)
        await github.delivered()
    await at_rest(github, any_gate.queue)
    assert_the_end_of_the_day(repo, pulls)


async def test_deliveries_come_all_at_once_in_any_order(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    pulls, deliveries = await unheard(any_gate, github, repo)
    for one in random.Random(4).sample(deliveries * 2, k=2 * len(deliveries)):
        github.post.again(one)
    await at_rest(github, any_gate.queue)
    assert_the_end_of_the_day(repo, pulls)


async def test_the_head_moves_during_the_evaluation(any_gate: Gate, github: Sandbox, repo: Repo) -> None:
    """People were told already that we are looking at the first one."""
    await any_gate.app.install(repo.model.owner)
    await at_rest(github, any_gate.queue)
    comparing = github.faults.hold("GET", "/repos/acme/forecast/compare/.*")
    pull = await feature(repo, base="main")
    await reached(comparing)
    await until(github, lambda: len(checks(pull)) == 1)
    await pull.push({"more.py": "1\n"}, "feat: more")
    await github.delivered()
    comparing.released.set()
    await at_rest(github, any_gate.queue)
    assert verdict(pull)[0] == "failure"
    assert len(checks(pull)) == 1
    assert len(pull.comments) == 1
    assert unfinished(repo) == []


@pytest.mark.parametrize("how", ["uninstalled", "suspended"])
async def test_we_are_sent_away_during_the_evaluation(any_gate: Gate, github: Sandbox, repo: Repo, how: str) -> None:
    """Nothing can be done any more, so nothing is left to do, and nobody is told of a failure."""
    installation = await any_gate.app.install(repo.model.owner)
    await at_rest(github, any_gate.queue)
    comparing = github.faults.hold("GET", "/repos/acme/forecast/compare/.*")
    pull = await feature(repo, base="main")
    await reached(comparing)
    await (installation.uninstall() if how == "uninstalled" else installation.suspend())
    comparing.released.set()
    await at_rest(github, any_gate.queue)
    assert (await any_gate.queue.counts())["dead"] == 0
    if how == "suspended":
        await installation.unsuspend()
        await at_rest(github, any_gate.queue)
        assert verdict(pull)[0] == "failure"


async def test_what_was_missed_is_asked_for_again(github: Sandbox, app: Developer, repo: Repo, embedded: str) -> None:
    """Nobody knew of the repository: only GitHub's list of deliveries tells."""
    await app.install(repo.model.owner)
    pulls = await a_busy_day(repo)
    await github.delivered()
    async with running(github, app, embedded) as gate:
        await until(github, lambda: all(checks(pull) for pull in pulls[:2]))
        await at_rest(github, gate.queue)
        assert_the_end_of_the_day(repo, pulls)
        assert any(one.redelivery for one in github.deliveries)


async def test_what_github_does_not_send_again_is_swept_up(
    github: Sandbox, app: Developer, repo: Repo, embedded: str
) -> None:
    async with running(github, app, embedded) as gate:
        await app.install(repo.model.owner)
        pushed, retargeted, closed = [await feature(repo, f"feature/{n}") for n in range(3)]
        await at_rest(github, gate.queue)
    await pushed.push({"x.py": "1\n"}, "feat: x")
    await retargeted.retarget("main")
    await closed.close()
    opened = await feature(repo, "feature/new")
    await github.delivered()
    github.deliveries.clear()
    async with running(github, app, embedded) as gate:
        await until(github, lambda: bool(checks(pushed) and checks(opened) and len(checks(retargeted)) > 1))
        await at_rest(github, gate.queue)
        assert [verdict(pull)[0] for pull in (pushed, opened, retargeted)] == ["success", "success", "failure"]
        assert unfinished(repo) == []
        assert not any(one.redelivery for one in github.deliveries)
