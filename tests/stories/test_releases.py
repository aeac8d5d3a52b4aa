"""A release on its way: what is owed to it, which version it may have, and which others are open."""

from __future__ import annotations

import pytest

from sandbox.github.people.repo import Repo
from tests.stories.gate import Gate
from tests.stories.people import check_on, feature, summary, verdict

pytestmark = pytest.mark.usefixtures("installed")


async def release(repo: Repo, version: str, at: str = "dev") -> str:
    """Start a release, with the commit that sets its version."""
    branch = f"release/{version}"
    await repo.create_branch(branch, at=at)
    await repo.commit(branch, {f"versions/{version}": "x\n"}, f"chore: set the version to {version}")
    return branch


async def test_the_next_release_waits_for_the_back_merge(gate: Gate, repo: Repo) -> None:
    """Release into main, forgotten on dev; the next one is stopped until both have it back."""
    await release(repo, "1.1.0")
    shipped = await repo.open_pull_request("release/1.1.0", "main", title="chore: release 1.1.0")
    await gate.settle()
    tip = await shipped.merge()
    await repo.tag("v1.1.0", "main")
    await release(repo, "1.2.0")
    following = await repo.open_pull_request("release/1.2.0", "main", title="chore: release 1.2.0")
    await gate.settle()
    assert verdict(following) == ("failure", "main holds 1 commit that dev lacks (missing-back-merge)")
    owed = repo.sha("release/1.1.0")[:10]
    assert f"- `{owed}` `chore: set the version to 1.1.0`" in summary(following)
    assert "**How to fix it:** Merge `main` back into `dev`, with a merge commit." in summary(following)
    assert "gh pr create --head main --base dev --fill" in summary(following)

    back = await repo.open_pull_request("release/1.1.0", "dev", title="chore: merge 1.1.0 back")
    await gate.settle()
    await back.merge()
    await gate.settle()
    assert verdict(following) == ("failure", "main holds 1 commit that release/1.2.0 lacks (missing-back-merge)")
    await repo.merge_branch("release/1.2.0", "main")
    await gate.settle()
    assert verdict(following) == ("success", "May be merged, 1 warning")
    assert check_on(repo, tip, "headgate push") is None
    assert [comment.body.splitlines()[0] for comment in following.comments] == [
        "✓ Nothing blocks any more: `release/1.2.0` may be merged into `main`."
    ]


async def test_a_hotfix_that_is_forgotten_on_dev_is_told_to_others_as_a_warning(gate: Gate, repo: Repo) -> None:
    await repo.create_branch("hotfix/1.0.1", at="main")
    await repo.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round")
    hotfix = await repo.open_pull_request("hotfix/1.0.1", "main", title="fix: round")
    await gate.settle()
    await hotfix.merge()
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged, 2 warnings")
    assert "#### ! missing-back-merge\n\n`main` holds 1 commit that `dev` lacks." in summary(pull)
    assert pull.comments == []


@pytest.mark.parametrize(
    ("branch", "at", "base", "following"),
    [("release/1.1.0", "dev", "main", "release/1.2.0"), ("hotfix/1.0.1", "main", "support/1.x", "hotfix/1.0.2")],
)
async def test_somebody_sets_the_tag_that_an_open_one_wants(
    gate: Gate, repo: Repo, branch: str, at: str, base: str, following: str
) -> None:
    version = branch.partition("/")[2]
    await repo.create_branch("support/1.x", at="main")
    await repo.create_branch(branch, at=at)
    await repo.commit(branch, {"VERSION": f"{version}\n"}, "chore: set the version")
    pull = await repo.open_pull_request(branch, base, title=f"chore: {version}")
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged, 1 warning")
    await repo.tag(f"v{version}", base)
    await gate.settle()
    assert verdict(pull) == ("failure", f"The version of {branch} is tagged already, as v{version} (bad-version)")
    assert f"git branch -m {branch} {following}" in summary(pull)


@pytest.mark.parametrize(
    ("branch", "title"),
    [
        ("release/0.9.0", "release/0.9.0 goes backwards: 0.9.0 is not greater than v1.0.0 (bad-version)"),
        ("release/1.1", "The name release/1.1 has no valid version: 1.1 is not MAJOR.MINOR.PATCH (bad-version)"),
        ("hotfix/1.0.2", "hotfix/1.0.2 was started from v1.0.0, so its version must be 1.0.1 (bad-version)"),
    ],
)
async def test_a_version_that_is_not_the_next_one(gate: Gate, repo: Repo, branch: str, title: str) -> None:
    await repo.create_branch(branch, at="dev" if branch.startswith("release") else "main")
    await repo.commit(branch, {"VERSION": "x\n"}, "chore: set the version")
    pull = await repo.open_pull_request(branch, "main", title="chore: out")
    await gate.settle()
    assert verdict(pull) == ("failure", title)


async def test_two_releases_at_a_time(gate: Gate, repo: Repo) -> None:
    await release(repo, "1.1.0")
    pull = await repo.open_pull_request("release/1.1.0", "main", title="chore: release 1.1.0")
    await gate.settle()
    assert "parallel-release" not in summary(pull).partition("### Every rule")[0]
    await release(repo, "2.0.0")
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged, 2 warnings")
    assert (
        "#### ! parallel-release\n\n`release/1.1.0` is not the only open release: `release/2.0.0` is open too."
        in summary(pull)
    )
    assert "git push origin --delete release/2.0.0" in summary(pull)
    await repo.delete_branch("release/2.0.0")
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged, 1 warning")
