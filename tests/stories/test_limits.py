"""Situation 8: GitHub tells less than everything, and takes less than everything."""

from __future__ import annotations

import pytest

from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import summary, verdict

pytestmark = pytest.mark.usefixtures("installed")


async def many_commits(repo: Repo, branch: str, count: int, at: str = "main") -> Pull:
    await repo.create_branch(branch, at=at)
    await repo.commits(branch, [(f"fix: part {number}", {"part.py": f"{number}\n"}) for number in range(count)])
    return await repo.open_pull_request(branch, "main", title="fix: many parts")


async def test_8_more_commits_than_github_lists_with_a_pull_request(gate: Gate, repo: Repo) -> None:
    """GitHub lists 250 with a pull request; the foreign ones are below those."""
    pull = await many_commits(repo, "hotfix/parts", 260, at="dev")
    await gate.settle()
    assert verdict(pull) == ("failure", "hotfix/parts carries 2 commits that belong to dev (foreign-commits)")
    assert f"- `{repo.sha('dev')[:10]}` `feat: begin two`" in summary(pull)


async def test_8_more_than_a_thousand_commits_into_production(gate: Gate, repo: Repo, bob: User) -> None:
    pull = await many_commits(repo, "hotfix/parts", 1_001)
    repo.require("main", "headgate", app=gate.app.app)
    await gate.settle()
    assert verdict(pull) == (
        "failure",
        "Could not decide: The pull request has 1001 commits; more than 1000 are not compared (foreign-commits)",
    )
    assert summary(pull).startswith(
        "**Whether `hotfix/parts` may be merged into `main` is not decided, because `foreign-commits` could not tell.**"
    )
    assert "**What helps:** Split the pull request, or merge its base into the head branch." in summary(pull)
    with pytest.raises(Refused, match='Required status check "headgate" is failing'):
        await pull.merge(by=bob)


PATHS = """
rules:
  missing-approval: {severity: error, approvals: 0, paths: {"zones/**": {approvals: 1}}}
"""


async def many_files(repo: Repo, count: int) -> Pull:
    """The path that needs an approval comes last in the list."""
    await repo.commit("main", {".github/headgate.yml": PATHS}, "chore: policy")
    await repo.create_branch("feature/data", at="dev")
    files: dict[str, str | bytes | None] = {f"data/{number:04}.csv": "1\n" for number in range(count - 1)}
    await repo.commit("feature/data", files | {"zones/eu.csv": "1\n"}, "feat: data")
    return await repo.open_pull_request("feature/data", "dev", title="feat: data")


@pytest.mark.parametrize("count", [299, 301, 2_999])
async def test_8_more_files_than_github_lists_with_a_comparison(gate: Gate, repo: Repo, count: int) -> None:
    pull = await many_files(repo, count)
    await gate.settle()
    assert verdict(pull) == ("failure", "A change to zones/** has 0 of 1 approvals (missing-approval)")


async def test_8_more_files_than_github_lists_at_all(gate: Gate, repo: Repo) -> None:
    pull = await many_files(repo, 3_001)
    await gate.settle()
    assert verdict(pull) == (
        "failure",
        "Could not decide: The pull request changes more than 3000 files; GitHub lists no more (missing-approval)",
    )
    assert "**What helps:** Split the pull request." in summary(pull)


async def wrong_policy(repo: Repo, rules: int, letter: str = "x", length: int = 3) -> Pull:
    """Open a pull request with a policy that names so many rules that there are not."""
    text = "rules:\n" + "".join(f"  {letter * length}-{number}: error\n" for number in range(rules))
    await repo.create_branch("feature/policy", at="main")
    await repo.commit("feature/policy", {".github/headgate.yml": text}, "chore: policy")
    return await repo.open_pull_request("feature/policy", "dev", title="chore: policy")


async def test_8_more_annotations_than_github_takes_at_a_time(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """Fifty a request; the check is completed with the last of them, so that nobody reads half of it."""
    pull = await wrong_policy(repo, 60)
    await gate.settle()
    check = pull.checks()["headgate"]
    assert [mark.start_line for mark in check.output.annotations] == list(range(2, 53))
    assert check.output.annotations[-1].message == "There are more than 50 problems; the others are not shown."
    writes = [call for call in github.calls if "/check-runs" in call.path and call.method != "GET"]
    sent = [(call.method, len(call.request["output"]["annotations"]), call.request["status"]) for call in writes]
    assert sent == [("POST", 50, "in_progress"), ("PATCH", 1, "completed")]


async def test_8_a_summary_that_would_be_too_long(gate: Gate, repo: Repo) -> None:
    pull = await wrong_policy(repo, 52, letter="\N{MATHEMATICAL DOUBLE-STRUCK CAPITAL X}", length=308)
    await gate.settle()
    text = summary(pull)
    assert verdict(pull)[0] == "failure"
    assert len(text.encode()) <= 65_535
    lead = "`feature/policy` cannot be merged into `dev`: its `.github/headgate.yml` cannot be used."
    assert text.startswith(f"**{lead}**")
    assert text.endswith("Shortened: GitHub shows no more than this. `headgate check` in a clone lists everything.")
    (comment,) = pull.comments
    assert len(comment.body) <= 65_536
    assert comment.body.endswith("<!-- headgate:pull-request -->")
