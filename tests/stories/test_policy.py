"""The policy is a file like any other: a pull request changes it, and is judged by the one that holds."""

from __future__ import annotations

import pytest

from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict

pytestmark = pytest.mark.usefixtures("installed")

POLICY, MISSPELT = ".github/headgate.yml", ".github/headgate.yaml"
STRICT = "rules:\n  bad-title: error\n"
BROKEN = "rules:\n  bad-titel: error\n"
PROBLEM = "There is no rule bad-titel. Did you mean bad-title?"
FREE = ("success", "May be merged, 1 warning")
JUDGED = "It was judged by the policy that holds now. "


async def propose(repo: Repo, text: str | None, base: str = "main", path: str = POLICY) -> Pull:
    """Open a pull request that changes the policy (None deletes it)."""
    await repo.create_branch("hotfix/policy", at=base)
    await repo.commit("hotfix/policy", {path: text}, "chore: change the policy")
    return await repo.open_pull_request("hotfix/policy", base, title="chore: change the policy")


async def retitled(repo: Repo) -> Pull:
    """Open a pull request whose title is not a Conventional Commit, of which a team may only warn."""
    pull = await feature(repo)
    await pull.edit(title="Weekly")
    return pull


def effect(pull: Pull) -> list[str]:
    """Return what is said of the new policy, line by line."""
    text = summary(pull).replace("\N{NO-BREAK SPACE}", " ").partition("### This pull request changes the policy\n\n")[2]
    return [line for line in text.partition("\n\n### ")[0].splitlines() if line and not line.startswith("| ---")]


async def test_a_stricter_policy_shows_whom_it_would_block(gate: Gate, repo: Repo) -> None:
    plain = await retitled(repo)
    await feature(repo, "feature/other")
    pull = await propose(repo, STRICT)
    await gate.settle()
    assert verdict(pull) == FREE
    assert effect(pull) == [
        JUDGED + "With the new policy, 1 of 2 other open pull requests is judged differently:",
        "| Pull request | Branches | Now | With the new policy | Why |",
        "| #1 | `feature/weekly` → `dev` | ✓ may be merged | ✗ blocked | `bad-title` would block |",
    ]
    assert verdict(plain) == ("success", "May be merged, 2 warnings")
    await pull.merge()
    await gate.settle()
    assert verdict(plain) == (
        "failure",
        "The title Weekly is not a Conventional Commit, like feat: forecast by store (bad-title)",
    )
    assert "| bad-title | ✗ broken | `error` | line 2 of `.github/headgate.yml on main` |" in (
        plain.checks()["headgate"].output.text or ""
    ).replace("\N{NO-BREAK SPACE}", " ")


async def test_a_policy_that_is_taken_away(gate: Gate, repo: Repo) -> None:
    await repo.commit("main", {POLICY: STRICT}, "chore: policy")
    plain = await retitled(repo)
    pull = await propose(repo, None)
    await gate.settle()
    assert verdict(plain)[0] == "failure"
    assert effect(pull)[0] == JUDGED + "With the new policy, the one other open pull request is judged differently:"
    assert effect(pull)[-1] == (
        "| #1 | `feature/weekly` → `dev` | ✗ blocked | ✓ may be merged | `bad-title` would block no more |"
    )
    await pull.merge()
    await gate.settle()
    assert verdict(plain)[0] == "success"


async def test_a_policy_that_changes_nothing_for_others(gate: Gate, repo: Repo) -> None:
    await feature(repo)
    pull = await propose(repo, STRICT)
    await gate.settle()
    assert effect(pull) == [JUDGED + "The new policy changes no verdict on the one other open pull request."]


async def test_nobody_allows_themselves_what_the_policy_forbids(gate: Gate, repo: Repo) -> None:
    await repo.create_branch("feature/free", at="main")
    await repo.commit("feature/free", {POLICY: "rules: {wrong-merge-target: off}\n"}, "feat: be free")
    pull = await repo.open_pull_request("feature/free", "main", title="feat: be free")
    await gate.settle()
    assert verdict(pull) == (
        "failure",
        "feature/free is of type feature: it merges into dev, not into main (wrong-merge-target)",
    )
    assert effect(pull) == [JUDGED + "The new policy has no effect yet: no other pull request is open."]


async def test_a_policy_that_goes_into_another_branch(gate: Gate, repo: Repo) -> None:
    await retitled(repo)
    pull = await propose(repo, STRICT, "dev")
    await gate.settle()
    assert verdict(pull) == FREE
    assert effect(pull) == [JUDGED + "The new policy takes effect when it reaches `main`, the default branch."]


@pytest.mark.parametrize("base", ["main", "dev"])
async def test_a_policy_that_cannot_be_used(gate: Gate, repo: Repo, base: str) -> None:
    pull = await propose(repo, BROKEN, base)
    await gate.settle()
    assert verdict(pull) == ("failure", f"This pull request breaks .github/headgate.yml, line 2: {PROBLEM}")
    assert summary(pull).startswith(
        f"**`hotfix/policy` cannot be merged into `{base}`: its `.github/headgate.yml` cannot be used.**\n\n"
        "#### ✗ The policy in this pull request cannot be used\n\n"
        "- line 2, column 3: There is no rule `bad-titel`. Did you mean `bad-title`?\n\n"
        "**How to fix it:** Mend the file in this pull request, and try it in a clone first.\n\n"
        "```sh\nheadgate check --config .github/headgate.yml\n```"
    )
    (mark,) = pull.checks()["headgate"].output.annotations
    assert (mark.path, mark.start_line, mark.annotation_level) == (POLICY, 2, "failure")
    assert mark.message == "There is no rule `bad-titel`. Did you mean `bad-title`?"
    await pull.push({POLICY: STRICT}, "chore: mend")
    await gate.settle()
    assert verdict(pull) == FREE
    assert pull.checks()["headgate"].output.annotations == []
    assert [comment.body.splitlines()[0] for comment in pull.comments] == [
        f"✓ Nothing blocks any more: `hotfix/policy` may be merged into `{base}`."
    ]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (MISSPELT, STRICT, "There is .github/headgate.yaml: rename it to .github/headgate.yml"),
        (f"{POLICY}/rules", STRICT, ".github/headgate.yml is not a file"),
        (POLICY, "#" * 70_000, "The file has 70000 bytes; at most 65536 are read"),
    ],
    ids=["misspelt", "a folder", "too large"],
)
async def test_a_policy_file_that_is_none(gate: Gate, repo: Repo, path: str, text: str, said: str) -> None:
    """It is refused where it is brought; on the default branch everybody would hear of it."""
    pull = await propose(repo, text, path=path)
    other = await feature(repo)
    await gate.settle()
    assert verdict(pull) == ("failure", f"This pull request breaks .github/headgate.yml, line 1: {said}")
    await pull.merge()
    await gate.settle()
    assert verdict(other) == ("failure", f"Could not decide: .github/headgate.yml on main, line 1: {said}")
    assert (await gate.queue.counts())["dead"] == 0


async def test_a_broken_policy_is_said_on_every_pull_request_and_can_be_mended(gate: Gate, repo: Repo) -> None:
    one, two = await feature(repo), await feature(repo, "feature/hasty", "main")
    await gate.settle()
    await repo.commit("main", {POLICY: BROKEN}, "chore: policy")
    await gate.settle()
    broken = ("failure", f"Could not decide: .github/headgate.yml on main, line 2: {PROBLEM}")
    assert (verdict(one), verdict(two)) == (broken, broken)
    assert summary(one).startswith(
        "**The policy, `.github/headgate.yml on main`, cannot be used: it has 1 problem.**\n\n"
        "This is not about the change in the pull request. While the policy is broken, nothing is decided.\n\n"
        "- line 2, column 3: There is no rule `bad-titel`. Did you mean `bad-title`?\n\n"
        "**How to fix it:** Mend the file in a pull request into the default branch, and try it in a clone first. "
        "That pull request is judged by the preset `gitflow`, so it can be merged."
    )
    assert one.comments == []  # it is not the author's fault
    await one.push({"more.py": "1\n"}, "feat: more")
    await gate.settle()
    assert verdict(one) == broken

    repo.require("main", "headgate", app=gate.app.app)
    pull = await propose(repo, STRICT)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged, 2 warnings")
    assert "`preset gitflow, because .github/headgate.yml on main cannot be used`" in summary(pull)
    await pull.merge()
    await gate.settle()
    assert verdict(one)[0] == "success"
    assert verdict(two)[1].endswith("it merges into dev, not into main (wrong-merge-target)")


async def test_a_broken_policy_frees_nobody(gate: Gate, repo: Repo) -> None:
    """Neither a mend that is broken itself, nor one that the preset would stop."""
    await repo.commit("main", {POLICY: BROKEN}, "chore: policy")
    still = await propose(repo, BROKEN.replace("titel", "tilte"))
    await repo.create_branch("feature/mend", at="main")
    await repo.commit("feature/mend", {POLICY: "rules: {wrong-merge-target: off}\n"}, "feat: mend")
    wrong = await repo.open_pull_request("feature/mend", "main", title="feat: mend")
    await gate.settle()
    assert verdict(still) == ("failure", f"Could not decide: .github/headgate.yml on main, line 2: {PROBLEM}")
    assert verdict(wrong) == (
        "failure",
        "feature/mend is of type feature: it merges into dev, not into main (wrong-merge-target)",
    )
