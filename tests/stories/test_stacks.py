"""Pull requests on top of one another: each is judged by where the stack ends, also when that changes below it."""

from __future__ import annotations

import pytest

from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict

pytestmark = pytest.mark.usefixtures("installed")

FREE = ("success", "May be merged, 1 warning")


async def test_the_lower_one_is_retargeted(gate: Gate, repo: Repo) -> None:
    lower = await feature(repo, "feature/lower")
    upper = await feature(repo, "feature/upper", "feature/lower", at="feature/lower")
    await gate.settle()
    assert (verdict(lower), verdict(upper)) == (FREE, FREE)
    await lower.retarget("main")
    await gate.settle()
    assert verdict(upper) == (
        "failure",
        "feature/upper is stacked on feature/lower, which goes into main; it must end in dev (wrong-merge-target)",
    )
    assert "**How to fix it:** Change the base of the pull request from `feature/lower` to `dev`." in summary(upper)
    assert "gh pr edit feature/lower --base dev" in summary(upper)
    await lower.retarget("dev")
    await gate.settle()
    assert verdict(upper) == FREE
    assert [comment.body.splitlines()[0] for comment in upper.comments] == [
        "✓ Nothing blocks any more: `feature/upper` may be merged into `feature/lower`."
    ]


async def test_a_stack_of_three(gate: Gate, repo: Repo) -> None:
    """Also where the pull requests are opened from the top."""
    await repo.create_branch("feature/a", at="dev")
    await repo.commit("feature/a", {"a.py": "1\n"}, "feat: a")
    await repo.create_branch("feature/b", at="feature/a")
    await repo.commit("feature/b", {"b.py": "1\n"}, "feat: b")
    top = await feature(repo, "feature/c", "feature/b", at="feature/b")
    middle = await repo.open_pull_request("feature/b", "feature/a", title="feat: b")
    bottom = await repo.open_pull_request("feature/a", "main", title="feat: a")
    await gate.settle()
    stacked = "is stacked on {}, which goes into main; it must end in dev (wrong-merge-target)"
    assert verdict(middle) == ("failure", "feature/b " + stacked.format("feature/a"))
    assert verdict(top) == ("failure", "feature/c " + stacked.format("feature/b"))
    await bottom.retarget("dev")
    await gate.settle()
    assert (verdict(bottom), verdict(middle), verdict(top)) == (FREE, FREE, FREE)


async def test_the_lower_one_is_merged(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """GitHub deletes its branch, and gives the upper one the base it went into."""
    repo.model.delete_branch_on_merge = True
    lower = await feature(repo, "feature/lower")
    upper = await feature(repo, "feature/upper", "feature/lower", at="feature/lower")
    await gate.settle()
    github.calls.clear()
    await lower.merge()
    await gate.settle()
    assert upper.model.base_ref == "dev"
    assert verdict(upper) == FREE
    assert summary(upper).startswith("**`feature/upper` may be merged into `dev`.")
    written = [call.request["head_sha"] for call in github.calls if call.path.endswith("/check-runs")]
    assert set(written) == {upper.head_sha}


async def test_the_lower_one_is_squashed(gate: Gate, repo: Repo) -> None:
    """What the upper one brings is its base's work until it is rebased; it can be merged, and nobody is blocked."""
    repo.model.delete_branch_on_merge = True
    lower = await feature(repo, "feature/lower")
    upper = await feature(repo, "feature/upper", "feature/lower", at="feature/lower")
    await gate.settle()
    await lower.merge("squash")
    await gate.settle()
    assert verdict(upper)[0] == "success"
    assert summary(upper).startswith("**`feature/upper` may be merged into `dev`.")


async def test_the_lower_one_is_closed(gate: Gate, repo: Repo) -> None:
    """Nothing says any more where the stack would end, so it is judged by the branch that it goes into."""
    lower = await feature(repo, "feature/lower", "main")
    upper = await feature(repo, "feature/upper", "feature/lower", at="feature/lower")
    await gate.settle()
    assert verdict(upper)[0] == "failure"
    await lower.close()
    await gate.settle()
    assert verdict(upper) == FREE
    await lower.reopen()
    await gate.settle()
    assert verdict(upper)[0] == "failure"


async def test_a_forks_branch_of_the_same_name_is_not_below(gate: Gate, github: Sandbox, repo: Repo) -> None:
    await repo.create_branch("feature/lower", at="dev")
    carol = github.user("carol")
    repo.add_collaborator(carol, "read")
    fork = await repo.fork(carol)
    await fork.create_branch("feature/lower", at="dev")
    await fork.commit("feature/lower", {"theirs.py": "1\n"}, "feat: theirs", by=carol)
    await repo.open_pull_request("carol:feature/lower", "main", by=carol, title="feat: theirs")
    upper = await feature(repo, "feature/upper", "feature/lower")
    await gate.settle()
    assert verdict(upper) == FREE


async def test_a_release_on_its_way_is_no_stack(gate: Gate, repo: Repo) -> None:
    """A bugfix goes into the release, whatever pull requests the release has itself."""
    await repo.create_branch("release/1.1.0", at="dev")
    await repo.commit("release/1.1.0", {"VERSION": "1.1.0\n"}, "chore: set the version")
    await repo.open_pull_request("release/1.1.0", "main", title="chore: release 1.1.0")
    pull = await feature(repo, "bugfix/late", "release/1.1.0", at="release/1.1.0")
    await gate.settle()
    assert verdict(pull) == FREE


@pytest.mark.parametrize(("head", "base"), [("dev", "main"), ("main", "dev")], ids=["promotion", "back-merge"])
async def test_a_long_lived_branch_on_its_way_is_no_stack(gate: Gate, repo: Repo, head: str, base: str) -> None:
    """Neither a promotion nor a back-merge moves the end of what goes into these branches."""
    await repo.create_branch("hotfix/leak", at="dev")
    await repo.commit("hotfix/leak", {"model.py": "rmse = 2\n"}, "fix: round")
    await repo.commit("main", {"meanwhile.py": "1\n"}, "chore: meanwhile")
    await repo.open_pull_request(head, base, title="chore: bring them together")
    await gate.settle()
    pull, leak = await feature(repo), await repo.open_pull_request("hotfix/leak", "main", title="fix: round")
    await gate.settle()
    assert verdict(pull)[0] == "success"
    assert verdict(leak) == ("failure", "hotfix/leak carries 2 commits that belong to dev (foreign-commits)")


async def test_experiments_go_into_experiments(gate: Gate, repo: Repo) -> None:
    """The lower one may not go on to dev, and that is said there alone."""
    lower = await feature(repo, "experiment/lower")
    upper = await feature(repo, "experiment/upper", "experiment/lower", at="experiment/lower")
    await gate.settle()
    assert verdict(lower)[0] == "failure"
    assert verdict(upper) == FREE
