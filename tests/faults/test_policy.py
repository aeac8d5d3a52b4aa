"""A policy on the default branch that cannot be used: every check fails and says where, never a pass."""

from __future__ import annotations

import pytest

from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.faults.aftermath import at_rest, until
from tests.policies.hostile import LAUGHS
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict

PATH = ".github/headgate.yml"
UNUSABLE = {
    "a word that nobody knows": (b"preset: gitflow\nrules:\n  bad-titel: error\n", 3, 3, "There is no rule"),
    "no YAML": (b"preset: [gitflow\n", 2, 1, "This is not valid YAML"),
    "a YAML bomb": (LAUGHS, 1, 26, "The file expands to more than 5000 values"),
    "a look-ahead": (b"branches:\n  feature: 'regex:(?=x)'\n", 2, 12, "The regular expression"),
    "an explosion": (b"rules:\n  bad-title: {pattern: '(a{1,1000}){1,1000}'}\n", 2, 24, "The regular expression"),
    "a megabyte": (b"#" * 1_000_000, 1, 1, "The file has 1000000 bytes"),
    "more than a megabyte": (b"#" * 1_100_000, 1, 1, "The file is larger than GitHub gives out"),
}
STRICTER = {PATH: "rules: {missing-approval: error}\n"}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_policy_that_cannot_be_used(gate: Gate, github: Sandbox, repo: Repo, name: str) -> None:
    data, line, column, message = UNUSABLE[name]
    await gate.app.install(repo.model.owner)
    pull = await feature(repo)
    await at_rest(github, gate.queue)
    assert verdict(pull)[0] == "success"
    await repo.commit("main", {PATH: data}, "chore: policy")
    await at_rest(github, gate.queue)
    conclusion, title = verdict(pull)
    assert conclusion == "failure"
    assert title.startswith("Could not decide: ")
    assert f"line {line}: {message}" in title
    assert f"- line {line}, column {column}: {message}" in summary(pull)


async def test_a_policy_so_new_that_github_does_not_find_its_commit(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """To take that for a repository without a policy would be to judge by less, and for ever."""
    await gate.app.install(repo.model.owner)
    pull = await feature(repo)
    await at_rest(github, gate.queue)
    assert verdict(pull)[0] == "success"
    missing = github.faults.answer("GET", ".*/contents/.*", 404, "No commit found for the ref 5b1f")
    await repo.commit("main", STRICTER, "chore: policy")
    await until(github, lambda: verdict(pull)[0] == "failure")
    assert missing.hit == 1
    assert verdict(pull) == ("failure", "The pull request has 0 of 1 approvals (missing-approval)")
