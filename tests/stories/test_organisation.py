"""A policy that extends the organisation's: it may be stricter, never laxer, and nobody is judged by half of it."""

from __future__ import annotations

import pytest_asyncio

from sandbox.github.model import Organisation
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict

POLICY = ".github/headgate.yml"
NOT_READABLE = (
    "Could not decide: .github/headgate.yml…, line {}: "
    "acme/.github has no policy that can be read: install the App there, or take extends out"
)
BROKEN = (
    "Could not decide: .github/headgate.yml of acme/.github, line 1: "
    "There is no rule bad-titel. Did you mean bad-title?"
)


@pytest_asyncio.fixture
async def organisation(github: Sandbox, acme: Organisation) -> Repo:
    """``acme/.github``, where titles are held to a form."""
    return await github.create_repository(acme, ".github", {POLICY: "preset: gitflow\nrules:\n  bad-title: error\n"})


async def begin(repo: Repo, text: str) -> None:
    await repo.commit("main", {POLICY: text}, "chore: policy")


async def test_a_stricter_policy(gate: Gate, repo: Repo, acme: Organisation, organisation: Repo) -> None:
    await begin(repo, "extends: acme/.github\nrules:\n  missing-approval: error\n")
    await gate.app.install(acme)
    pull = await feature(repo)
    await pull.edit(title="Weekly")
    await gate.settle()
    assert verdict(pull) == (
        "failure",
        "The title Weekly is not a Conventional Commit, like feat: forecast by store (bad-title) and 1 more",
    )
    text = (pull.checks()["headgate"].output.text or "").replace("\N{NO-BREAK SPACE}", " ")
    assert "| bad-title | ✗ broken | `error` | line 3 of `.github/headgate.yml` in `acme/.github` | " in text
    assert "| missing-approval | ✗ broken | `error` | line 3 of `.github/headgate.yml on main` | " in text
    assert "| merge-conflict | ✓ kept | `error` | preset `gitflow` | " in text


async def test_a_laxer_policy_is_refused(gate: Gate, repo: Repo, acme: Organisation, organisation: Repo) -> None:
    await begin(repo, "extends: acme/.github\nrules:\n  missing-approval: error\n  bad-title: warning\n")
    await gate.app.install(acme)
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert (
        "- line 4, column 14: `acme/.github` has `bad-title` at `error`; "
        "a repository may raise that, not lower it to `warning`." in summary(pull)
    )


async def test_a_policy_that_may_not_be_read(gate: Gate, repo: Repo, acme: Organisation, organisation: Repo) -> None:
    """The App is on the repository alone; what the organisation asks for is not left out silently."""
    await begin(repo, "rules: {}\nextends: acme/.github\n")
    installation = await gate.app.install(acme, [repo])
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull) == ("failure", NOT_READABLE.format(2))
    assert "- line 2, column 10: `acme/.github` has no policy that can be read: " in summary(pull)
    await installation.add(organisation)
    await gate.settle()
    await pull.rerequest("headgate")
    await gate.settle()
    assert verdict(pull)[0] == "success"


async def test_an_organisation_that_has_no_policy(gate: Gate, github: Sandbox, repo: Repo, acme: Organisation) -> None:
    await github.create_repository(acme, ".github", {"README.md": "x\n"})
    await begin(repo, "extends: acme/.github\n")
    await gate.app.install(acme)
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull) == ("failure", NOT_READABLE.format(1))


async def test_the_organisations_policy_is_broken(
    gate: Gate, repo: Repo, acme: Organisation, organisation: Repo
) -> None:
    """Nobody in this repository can mend it, so no line is marked here."""
    await begin(repo, "extends: acme/.github\n")
    await organisation.commit("main", {POLICY: "rules: {bad-titel: off}\n"}, "chore: policy")
    await gate.app.install(acme)
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull) == ("failure", BROKEN)
    assert "**How to fix it:** Ask those who keep that file to mend it" in summary(pull)
    assert pull.checks()["headgate"].output.annotations == []


async def test_an_organisation_that_extends_another_one(
    gate: Gate, repo: Repo, acme: Organisation, organisation: Repo
) -> None:
    await begin(repo, "extends: acme/.github\n")
    await organisation.commit("main", {POLICY: "extends: other/.github\n"}, "chore: policy")
    await gate.app.install(acme)
    pull = await feature(repo)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert (
        "- line 1, column 10: `acme/.github` extends `other/.github`; a policy that is extended must stand on its own."
        in summary(pull)
    )
