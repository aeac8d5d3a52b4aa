"""The same pull requests, judged by the server and by a workflow that has nothing but a checkout and its event file.

Both must say the same of every rule, word for word. What only GitHub knows, a workflow does not guess: the few things
that it may say instead are :data:`tests.stories.workflow.ON_GITHUB`, and nothing else passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.gather.policy import PATH
from sandbox.github.model import Organisation, User
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.bot.conftest import Headgate, headgate
from tests.stories.gate import Gate
from tests.stories.people import check_on, feature, summary, verdict
from tests.stories.test_queue import Builder, hotfix
from tests.stories.workflow import Runner, hold_pages_together, hold_together, rules_of

__all__ = ["headgate"]

POLICY = """\
rules:
  bad-title: error
  missing-story: {severity: warning, pattern: "ML-[0-9]+"}
  merge-commit-in-feature: warning
"""


@pytest.fixture
def runner(github: Sandbox, repo: Repo, headgate: Headgate, tmp_path: Path) -> Runner:
    return Runner(github, repo, headgate, tmp_path)


REVIEWS = frozenset({"missing-approval"})
STACK = frozenset({"wrong-merge-target", "feature-in-freeze", "foreign-commits"})


async def opened(repo: Repo, branch: str, base: str, at: str, title: str, files: Mapping[str, str]) -> Pull:
    if branch not in repo.branches():
        await repo.create_branch(branch, at=at)
    await repo.commit(branch, dict(files), title)
    return await repo.open_pull_request(branch, base, title=title)


async def adopt(repo: Repo, policy: str, branch: str = "main") -> None:
    await repo.commit(branch, {PATH: policy}, "ci: choose a policy")


async def test_names_targets_titles_and_stories(gate: Gate, repo: Repo, acme: Organisation, runner: Runner) -> None:
    await adopt(repo, POLICY)
    await repo.merge_branch("dev", "main")
    await gate.app.install(acme)
    pulls = [
        await feature(repo),
        await feature(repo, "feature/ML-7-weekly"),
        await feature(repo, "feature/straight", "main"),
        await feature(repo, "pipeline1spark"),
        await feature(repo, "hotfix/1.0.1", "main", at="main"),
        await feature(repo, "experiment/prophet"),
        await opened(repo, "feature/untitled", "dev", "dev", "some work", {"a.py": "1\n"}),
        await opened(
            repo, "bugfix/odd", "dev", "dev", "fix: `a` | b <img src=x> @acme ::error::\r\n%0A", {"b.py": "1\n"}
        ),
        await feature(repo, "dependabot/pip/numpy-2"),
        await feature(repo, "feature/$(reboot);`x`|y"),
    ]
    await gate.settle()
    for pull in pulls:
        hold_together(pull, runner.run(pull), except_for=REVIEWS)


async def test_hotfixes_that_bring_others_work_along(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await gate.app.install(acme)
    await repo.create_branch("feature/holidays", at="dev")
    await repo.commit("feature/holidays", {"holidays.py": "1\n"}, "feat: begin a calendar of holidays")
    merged = await repo.open_pull_request("feature/holidays", "dev", title="feat: holidays")
    await gate.settle()
    await merged.merge()
    other = await feature(repo, "feature/other")
    pulls = [
        await feature(repo, "hotfix/1.0.1", "main", at="dev"),
        await feature(repo, "hotfix/rounding", "main", at="main"),
        await feature(repo, "hotfix/2.0.0", "main", at="main"),
        await feature(repo, "feature/on-top", at="feature/other"),
        other,
    ]
    await repo.merge_branch("feature/on-top", "dev")
    await gate.settle()
    for pull in pulls:
        hold_together(pull, runner.run(pull), except_for=REVIEWS)


async def test_a_hotfix_that_came_to_dev_inside_a_release(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await gate.app.install(acme)
    fix = await hotfix(repo, "round")
    await repo.create_branch("release/1.1.0", at="dev")
    await gate.settle()
    early = await repo.open_pull_request("hotfix/round", "release/1.1.0", title="fix: round")
    await gate.settle()
    await early.merge()
    back = await repo.open_pull_request("release/1.1.0", "dev", title="chore: back")
    await gate.settle()
    await back.merge()
    await gate.settle()
    assert verdict(fix)[0] == "success"
    hold_together(fix, runner.run(fix), except_for=REVIEWS)


async def test_releases_their_versions_and_what_is_owed_to_them(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await gate.app.install(acme)
    shipped = await opened(repo, "release/1.1.0", "main", "dev", "chore: release 1.1.0", {"versions/1.1.0": "x\n"})
    await gate.settle()
    hold_together(shipped, runner.run(shipped), except_for=REVIEWS)
    await shipped.merge()
    await repo.tag("v1.1.0", "main")
    pulls = [
        await opened(repo, "release/1.2.0", "main", "dev", "chore: release 1.2.0", {"versions/1.2.0": "x\n"}),
        await opened(repo, "release/1.1", "main", "dev", "chore: release 1.1", {"versions/1.1": "x\n"}),
        await opened(repo, "release/0.9.0", "main", "dev", "chore: release 0.9.0", {"versions/0.9.0": "x\n"}),
        await opened(repo, "hotfix/1.1.1", "main", "main", "fix: round", {"model.py": "rmse = 2\n"}),
        await opened(repo, "hotfix/1.1.7", "main", "main", "fix: round", {"model.py": "rmse = 3\n"}),
        await feature(repo, "feature/late", "release/1.2.0", at="dev"),
        await feature(repo, "bugfix/late", "release/1.2.0", at="release/1.2.0"),
        await feature(repo, "feature/forgets-the-back-merge"),
        await opened(repo, "dev", "main", "main", "chore: ship it", {"three.py": "3\n"}),
    ]
    await gate.settle()
    for pull in pulls:
        hold_together(pull, runner.run(pull), except_for=REVIEWS)


async def test_conflicts_and_branches_that_are_behind(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    """Git names the lines in conflict; GitHub only says that there are some."""
    await adopt(repo, POLICY)
    await repo.merge_branch("dev", "main")
    await gate.app.install(acme)
    conflict = await opened(repo, "feature/model", "dev", "dev", "feat: ML-1", {"model.py": "rmse = 3\n"})
    behind = await feature(repo, "feature/behind")
    merging = await feature(repo, "feature/merging")
    await repo.commit("dev", {"model.py": "rmse = 4\n"}, "feat: another")
    await repo.merge_branch("feature/merging", "dev")
    await gate.settle()
    hold_together(conflict, runner.run(conflict), except_for=REVIEWS | {"merge-conflict"})
    for pull in (behind, merging):
        hold_together(pull, runner.run(pull), except_for=REVIEWS)


async def test_reviews_are_not_known_and_not_guessed(
    gate: Gate, repo: Repo, acme: Organisation, bob: User, runner: Runner
) -> None:
    await adopt(repo, "rules:\n  missing-approval: error\n")
    await repo.merge_branch("dev", "main")
    await gate.app.install(acme)
    pull = await feature(repo)
    await pull.approve(bob)
    await gate.settle()
    workflow = runner.run(pull)
    assert verdict(pull) == ("success", "May be merged")
    assert workflow.code == 3
    hold_pages_together(summary(pull), workflow.page, REVIEWS)


async def test_where_nothing_is_asked_of_github_both_pages_are_the_same(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await adopt(repo, POLICY + "  missing-approval: off\n")
    await gate.app.install(acme)
    pulls = [await feature(repo), await feature(repo, "feature/straight", "main"), await feature(repo, "wild")]
    await gate.settle()
    for pull in pulls:
        hold_together(pull, runner.run(pull))


async def test_where_a_stack_ends_is_not_known_and_not_guessed(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await gate.app.install(acme)
    lower = await feature(repo, "feature/lower", "main")
    upper = await feature(repo, "feature/upper", "feature/lower", at="feature/lower")
    await gate.settle()
    assert "which goes into main" in verdict(upper)[1]
    workflow = runner.run(upper)
    hold_pages_together(summary(upper), workflow.page, STACK | REVIEWS)
    assert workflow.code == 0, "the lower one is blocked, and with it this one"
    hold_together(lower, runner.run(lower), except_for=REVIEWS)


async def test_a_fork(gate: Gate, github: Sandbox, repo: Repo, acme: Organisation, runner: Runner) -> None:
    await gate.app.install(acme)
    carol = github.user("carol")
    acme.members[carol] = "member"
    await repo.create_branch("hotfix/1.0.1", at="dev")
    await repo.create_branch("feature/same", at="dev")
    await repo.commit("feature/same", {"same.py": "1\n"}, "feat: ours")
    fork = await repo.fork(carol)
    await fork.commit("feature/same", {"same.py": "2\n"}, "feat: theirs", by=carol)
    await fork.commit("main", {"theirs.py": "1\n"}, "feat: mine", by=carol)
    await fork.push("hotfix/1.0.1", at="dev", by=carol)
    await fork.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round", by=carol)
    pulls = [
        await repo.open_pull_request("carol:main", "dev", by=carol, title="feat: mine"),
        await repo.open_pull_request("carol:hotfix/1.0.1", "main", by=carol, title="fix: round"),
        await repo.open_pull_request("carol:feature/same", "dev", by=carol, title="feat: theirs"),
    ]
    await gate.settle()
    for pull in pulls:
        hold_together(pull, runner.run(pull), except_for=REVIEWS)


async def test_a_policy_in_the_head_loosens_nothing(gate: Gate, repo: Repo, acme: Organisation, runner: Runner) -> None:
    """Also where the default branch has none yet."""
    await gate.app.install(acme)
    await repo.create_branch("wild", at="dev")
    await repo.commit("wild", {PATH: "rules: {unknown-branch-type: off, missing-approval: off}\n"}, "feat: loosen")
    pull = await repo.open_pull_request("wild", "dev", title="feat: loosen")
    await gate.settle()
    workflow = runner.run(pull)
    assert workflow.code == 1
    hold_together(pull, workflow, except_for=REVIEWS)


async def test_the_policy_of_an_unusual_default_branch(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await repo.set_default_branch("dev")
    await adopt(repo, POLICY, "dev")
    await gate.app.install(acme)
    pull = await opened(repo, "feature/untitled", "dev", "dev", "some work", {"a.py": "1\n"})
    await gate.settle()
    workflow = runner.run(pull)
    assert workflow.code == 1
    hold_together(pull, workflow, except_for=REVIEWS)


async def test_a_policy_that_is_changed_broken_and_mended(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await gate.app.install(acme)
    broken, sound = "rules:\n  bad-titel: error\n", "rules:\n  bad-title: error\n"
    changing = await opened(repo, "hotfix/policy", "main", "main", "ci: policy", {PATH: sound})
    breaking = await opened(repo, "hotfix/break", "main", "main", "ci: policy", {PATH: broken})
    staging = await opened(repo, "feature/policy", "dev", "dev", "ci: policy", {PATH: sound})
    misspelt = await opened(repo, "hotfix/yaml", "main", "main", "ci: policy", {".github/headgate.yaml": sound})
    await gate.settle()
    for pull in (changing, breaking, staging, misspelt):
        hold_together(pull, runner.run(pull), except_for=REVIEWS)
    await adopt(repo, broken)
    mending = await opened(repo, "hotfix/mend", "main", "main", "ci: mend the policy", {PATH: sound})
    other = await feature(repo)
    await gate.settle()
    hold_together(mending, runner.run(mending), except_for=REVIEWS)
    workflow = runner.run(other)
    assert (verdict(other)[0], workflow.code) == ("failure", 2)
    assert workflow.page.strip() == summary(other).strip()
    assert "::error file=.github/headgate.yml,line=2,title=headgate%3A policy::" in workflow.log


async def test_a_merge_group(gate: Gate, github: Sandbox, repo: Repo, acme: Organisation, runner: Runner) -> None:
    await gate.app.install(acme)
    builder = Builder(github, repo)
    pulls = [await hotfix(repo, "round"), await feature(repo, base="main", at="main"), await hotfix(repo, "empty")]
    await gate.settle()
    tip = repo.sha("main")
    for pull in pulls:
        tip = builder.merged(tip, pull)
    await builder.ask(tip, builder.branch(pulls[-1]))
    await gate.settle()
    workflow, check = runner.run_for_group(), check_on(repo, tip)
    assert check is not None
    assert (check.conclusion, workflow.code) == ("failure", 1)
    there, here = (re.split(r"^## ", page, flags=re.MULTILINE) for page in (check.output.summary or "", workflow.page))
    assert there[0] == here[0], "the table of the pull requests"
    for server, mine in zip(there[1:], here[1:], strict=True):
        hold_pages_together(server, mine, REVIEWS | {"bad-title"})


async def test_metrics_are_left_to_those_who_can_see_them(
    gate: Gate, repo: Repo, acme: Organisation, runner: Runner
) -> None:
    await adopt(
        repo,
        "mlflow: {server: main, experiment: forecast, metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}}\n",
    )
    await gate.app.install(acme)
    pull = await feature(repo)
    await gate.settle()
    said = rules_of(runner.run(pull).page)["metric-regression"]
    assert (said.sign, said.message) == (
        "·",
        "metrics are compared by the server, or with `headgate metrics`",
    )
