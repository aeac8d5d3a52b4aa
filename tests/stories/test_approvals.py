"""Reviews: which of them count, and that the verdict follows each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.github.model import Organisation, User
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict


@pytest.fixture
def carol(github: Sandbox, acme: Organisation) -> User:
    carol = github.user("carol")
    acme.members[carol] = "member"
    return carol


@pytest.fixture
def policy() -> str:
    """The options of the rule, unless a test has its own."""
    return "{severity: error}"


@pytest_asyncio.fixture
async def pull(gate: Gate, repo: Repo, acme: Organisation, policy: str, carol: User) -> AsyncIterator[Pull]:
    """Alice's pull request, judged by a policy that asks for approvals."""
    for branch in ("main", "dev"):
        await repo.commit(branch, {".github/headgate.yml": f"rules:\n  missing-approval: {policy}\n"}, "chore: policy")
    await repo.merge_branch("dev", "main")
    await gate.app.install(acme)
    yield await feature(repo)


def has(have: int, wanted: int = 1, rest: str = "") -> tuple[str, str]:
    return "failure", f"The pull request has {have} of {wanted} approvals{rest} (missing-approval)"


async def test_an_approval_comes_and_goes(gate: Gate, pull: Pull, alice: User, bob: User) -> None:
    await gate.settle()
    assert verdict(pull) == has(0)
    assert "gh pr edit 1 --add-reviewer LOGIN" in summary(pull)
    await pull.review(bob, "hm")
    await gate.settle()
    assert verdict(pull) == has(0)
    review = await pull.approve(bob)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")
    await pull.review(bob, "By the way")
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")  # a comment takes nothing back
    await pull.dismiss(review, by=alice)
    await gate.settle()
    assert verdict(pull) == has(0)
    assert len(pull.comments) == 1


async def test_changes_are_requested_after_an_approval(gate: Gate, pull: Pull, bob: User) -> None:
    await pull.approve(bob)
    await gate.settle()
    assert verdict(pull)[0] == "success"
    await pull.request_changes(bob, "I have looked again")
    await gate.settle()
    assert verdict(pull) == has(0)


@pytest.mark.parametrize("policy", ["{severity: error, approvals: 2}"])
async def test_two_people_are_asked_for(gate: Gate, pull: Pull, bob: User, carol: User) -> None:
    await pull.approve(bob)
    await pull.approve(bob)
    await gate.settle()
    assert verdict(pull) == has(1, 2)
    await pull.approve(carol)
    await gate.settle()
    assert verdict(pull)[0] == "success"


@pytest.mark.parametrize("policy", ["{severity: error, for: {feature: 0, release: 2}}"])
async def test_a_release_needs_more_than_a_feature(gate: Gate, repo: Repo, pull: Pull, bob: User) -> None:
    await repo.create_branch("release/1.1.0", at="dev")
    await repo.commit("release/1.1.0", {"VERSION": "1.1.0\n"}, "chore: set the version")
    release = await repo.open_pull_request("release/1.1.0", "main", title="chore: release 1.1.0")
    await release.approve(bob)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")
    assert verdict(release) == has(1, 2)


@pytest.mark.parametrize("policy", ["{severity: error, current_head: true}"])
async def test_an_approval_of_what_was_there_before(gate: Gate, pull: Pull, bob: User) -> None:
    await pull.approve(bob)
    await gate.settle()
    assert verdict(pull)[0] == "success"
    await pull.push({"more.py": "1\n"}, "feat: more")
    await gate.settle()
    assert verdict(pull) == has(0, rest="; 1 more does not count, because the head has moved since")
    await pull.approve(bob)
    await gate.settle()
    assert verdict(pull)[0] == "success"


@pytest.mark.parametrize("policy", ["{severity: error, teams: [ml]}"])
async def test_a_team_is_asked_for(
    gate: Gate, github: Sandbox, acme: Organisation, pull: Pull, bob: User, carol: User
) -> None:
    github.team(acme, "ml", [carol])
    await pull.approve(bob)
    await gate.settle()
    assert verdict(pull) == has(0, rest=" from ml")
    assert "gh pr edit 1 --add-reviewer ORGANISATION/ml" in summary(pull)
    await pull.approve(carol)
    await gate.settle()
    assert verdict(pull)[0] == "success"


@pytest.mark.parametrize(
    "policy", ['{severity: error, approvals: 0, paths: {"zones/**": {approvals: 1, teams: [ml]}}}']
)
async def test_a_path_is_watched_by_a_team(
    gate: Gate, github: Sandbox, acme: Organisation, pull: Pull, bob: User, carol: User
) -> None:
    github.team(acme, "ml", [carol])
    await pull.approve(bob)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")
    await pull.push({"zones/eu.csv": "1\n"}, "feat: a zone")
    await gate.settle()
    assert verdict(pull) == ("failure", "A change to zones/** has 0 of 1 approvals from ml (missing-approval)")
    await pull.approve(carol)
    await gate.settle()
    assert verdict(pull)[0] == "success"


async def test_ones_own_approval_does_not_count(gate: Gate, github: Sandbox, pull: Pull, alice: User) -> None:
    """GitHub refuses it; one that was given before the pull request came into other hands could still be there."""
    review = await pull.review(alice, "I think it is good")
    review.state = "APPROVED"
    await pull.edit_review(review, "It is good")
    await gate.settle()
    assert verdict(pull) == has(0)
