"""What reaches a long-lived branch past the gate: no check can stop a push, so the finding stands on the commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from sandbox.github.acts import checks
from sandbox.github.model import User
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.clock import in_the_time_of
from tests.stories.gate import Gate, running
from tests.stories.people import check_on, feature, said

pytestmark = pytest.mark.usefixtures("installed")

PUSH = "headgate push"


@pytest_asyncio.fixture
async def gate(github: Sandbox, app: Developer, database: str) -> AsyncIterator[Gate]:
    async with running(github, app, database, in_the_time_of(github)) as one:
        yield one


async def wait(gate: Gate) -> None:
    """Let the seconds pass after which GitHub surely knows which pull request brought a commit."""
    gate.github.advance(timedelta(seconds=11))
    await gate.redeliver_last("push")
    await gate.settle()


async def release(repo: Repo, version: str, *subjects: str) -> str:
    """Start a release from dev, with a commit for each subject."""
    branch = f"release/{version}"
    await repo.create_branch(branch, at="dev")
    await repo.commits(branch, [(subject, {f"{version}-{number}": "x\n"}) for number, subject in enumerate(subjects)])
    return branch


async def test_a_push_past_the_pull_request(gate: Gate, repo: Repo, bob: User) -> None:
    """GitHub tells of a push before it knows which pull request it came from, so nothing is said too soon."""
    sha = await repo.commit("dev", {"quick.py": "1\n"}, "feat: quickly", by=bob)
    await gate.settle()
    assert check_on(repo, sha, PUSH) is None
    await wait(gate)
    run = check_on(repo, sha, PUSH)
    assert run is not None
    assert (run.conclusion, run.output.title) == (
        "failure",
        "1 commit reached dev without a pull request (direct-push)",
    )
    text = run.output.summary or ""
    assert text.startswith(
        "**A push to `dev` is at odds with `direct-push`. It has happened already; this says how to mend it.**"
    )
    assert f"- `{sha[:10]}` `feat: quickly`" in text
    assert "**How to fix it:** Revert them on a branch, open a pull request into `dev`" in text
    assert "git switch --no-track --create feature/revert-direct-push origin/dev" in text
    assert check_on(repo, sha) is None


async def test_a_clean_merge_needs_no_words(gate: Gate, github: Sandbox, repo: Repo) -> None:
    pull = await feature(repo)
    await gate.settle()
    github.calls.clear()
    await pull.merge()
    await gate.settle()
    await wait(gate)
    assert gate.writes() == []
    assert (await gate.queue.counts())["later"] == 0


@pytest.mark.parametrize("base", ["main", "dev"])
async def test_a_release_is_squashed(gate: Gate, repo: Repo, base: str) -> None:
    branch = await release(repo, "1.1.0", "chore: set the version", "docs: changes")
    pull = await repo.open_pull_request(branch, base, title="chore: release 1.1.0")
    await gate.settle()
    sha = await pull.merge("squash")
    await gate.settle()
    assert check_on(repo, pull.head_sha, PUSH) is None
    run = check_on(repo, sha, PUSH)
    assert run is not None
    assert run.output.title == (
        f"release/1.1.0 was squashed into {base} by #1 instead of being merged (squashed-release)"
    )
    text = run.output.summary or ""
    assert f"**How to fix it:** Merge `release/1.1.0` into `{base}` once more, with a merge commit." in text
    assert "git merge --no-ff origin/release/1.1.0" in text


async def test_a_release_is_rebased(gate: Gate, repo: Repo) -> None:
    branch = await release(repo, "1.1.0", "chore: set the version", "docs: changes")
    pull = await repo.open_pull_request(branch, "main", title="chore: release 1.1.0")
    await gate.settle()
    sha = await pull.merge("rebase")
    await gate.settle()
    await wait(gate)
    run = check_on(repo, sha, PUSH)
    assert run is not None
    assert run.output.title == ("release/1.1.0 was rebased into main by #1 instead of being merged (squashed-release)")


async def test_a_squashed_feature_is_fine(gate: Gate, github: Sandbox, repo: Repo) -> None:
    pull = await feature(repo)
    await gate.settle()
    sha = await pull.merge("squash")
    await gate.settle()
    await wait(gate)
    assert check_on(repo, sha, PUSH) is None


async def test_the_finding_is_looked_at_again_when_somebody_asks(gate: Gate, repo: Repo, bob: User) -> None:
    sha = await repo.commit("dev", {"quick.py": "1\n"}, "feat: quickly", by=bob)
    await gate.settle()
    await wait(gate)
    first = check_on(repo, sha, PUSH)
    assert first is not None
    checks.rerequest(gate.github.world, first, bob)
    await gate.settle()
    second = check_on(repo, sha, PUSH)
    assert second is not None
    assert second.id != first.id
    assert said(second) == said(first)


async def test_a_finding_that_the_team_does_not_mind_any_more(gate: Gate, repo: Repo, bob: User) -> None:
    """It stays until somebody asks: a push is not judged again by itself."""
    sha = await repo.commit("dev", {"quick.py": "1\n"}, "feat: quickly", by=bob)
    await gate.settle()
    await wait(gate)
    run = check_on(repo, sha, PUSH)
    assert run is not None
    await repo.commit("main", {".github/headgate.yml": "rules: {direct-push: off}\n"}, "chore: allow it")
    await gate.settle()
    assert check_on(repo, sha, PUSH) is run
    checks.rerequest_suite(gate.github.world, run.suite, bob)
    await gate.settle()
    again = check_on(repo, sha, PUSH)
    assert again is not None
    assert said(again) == ("success", "Nothing is wrong with this push")
    assert check_on(repo, sha) is None
