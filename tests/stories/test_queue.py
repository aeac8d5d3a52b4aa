"""The merge queue: each pull request of a group is judged, and the worst stands on the commit that would be merged."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sandbox.github.acts.accounts import owner_of
from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, merge_tree, rebase, write_commit
from sandbox.github.model import CheckRun
from sandbox.github.payloads.commits import simple_commit
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from sandbox.github.webhooks.event import Event
from tests.stories.gate import Gate
from tests.stories.people import check_on, feature, said

pytestmark = pytest.mark.usefixtures("installed")

WRONG_TARGET = "feature/weekly is of type feature: it merges into dev, not into main (wrong-merge-target)"
UNDECIDED = (
    "Could not decide: Which pull requests this group of the merge queue consists of cannot be told from its commits"
)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds one group out of several pull requests, as GitHub does where the queue may merge several at once."""

    github: Sandbox
    repo: Repo
    base: str = "main"

    @property
    def _somebody(self) -> Person:
        return Person("GitHub", "noreply@github.com", self.github.clock.now())

    def merged(self, tip: str, pull: Pull) -> str:
        model = pull.model
        return self._commit(tip, pull, f"Merge pull request #{pull.number} from acme/{model.head_ref}", pull.head_sha)

    def squashed(self, tip: str, pull: Pull) -> str:
        return self._commit(tip, pull, f"{pull.model.title} (#{pull.number})")

    def rebased(self, tip: str, pull: Pull) -> str:
        found = rebase(self.github.world.git(self.repo.model), tip, pull.head_sha, self._somebody)
        assert found is not None
        return found

    def _commit(self, tip: str, pull: Pull, subject: str, *further: str) -> str:
        git = self.github.world.git(self.repo.model)
        tree = merge_tree(git, tip, pull.head_sha)
        assert tree is not None
        return write_commit(git, tree, [tip, *further], Draft(subject, {}, self._somebody, self._somebody))

    async def ask(self, head: str, ref: str) -> str:
        """Push the group's branch and ask for its checks; returns its head."""
        git, base = self.github.world.git(self.repo.model), self.repo.sha(self.base)
        git.update({f"refs/heads/{ref}": head})
        body = {
            "merge_group": {
                "head_sha": head,
                "head_ref": f"refs/heads/{ref}",
                "base_sha": base,
                "base_ref": f"refs/heads/{self.base}",
                "head_commit": simple_commit(git.objects.commit(head)),
            }
        }
        owner = owner_of(self.repo.model.owner)
        self.github.world.emit(Event("merge_group", "checks_requested", owner, self.repo.model, lambda: body))
        return head

    def branch(self, last: Pull) -> str:
        return f"gh-readonly-queue/{self.base}/pr-{last.number}-{self.repo.sha(self.base)}"


@pytest.fixture
def builder(github: Sandbox, repo: Repo) -> Builder:
    return Builder(github, repo)


async def hotfix(repo: Repo, topic: str) -> Pull:
    await repo.create_branch(f"hotfix/{topic}", at="main")
    await repo.commit(f"hotfix/{topic}", {f"{topic}.py": "1\n"}, f"fix: {topic}")
    return await repo.open_pull_request(f"hotfix/{topic}", "main", title=f"fix: {topic}")


def rows(check: CheckRun) -> list[str]:
    """Return the lines of the table that lists the pull requests of a check."""
    lines = (check.output.summary or "").replace("\N{NO-BREAK SPACE}", " ").splitlines()
    return [line for line in lines if line.startswith("| #")]


@pytest.mark.parametrize("method", ["merged", "squashed"])
async def test_one_of_a_group_is_bad(gate: Gate, repo: Repo, builder: Builder, method: str) -> None:
    pulls = [await hotfix(repo, "round"), await feature(repo, base="main", at="main"), await hotfix(repo, "empty")]
    await gate.settle()
    tip = repo.sha("main")
    for pull in pulls:
        tip = getattr(builder, method)(tip, pull)
    await builder.ask(tip, builder.branch(pulls[-1]))
    await gate.settle()
    check = check_on(repo, tip)
    assert check is not None
    assert said(check) == ("failure", f"Pull request #2, one of 3: {WRONG_TARGET}")
    assert (check.output.summary or "").startswith(
        "The merge queue wants to merge 3 pull requests; the worst verdict decides for the whole group."
    )
    assert rows(check) == [
        "| #2 | `feature/weekly` → `main` | ✗ blocked |",
        "| #1 | `hotfix/round` → `main` | ✓ may be merged |",
        "| #3 | `hotfix/empty` → `main` | ✓ may be merged |",
    ]


async def test_all_of_a_group_are_good(gate: Gate, repo: Repo, builder: Builder) -> None:
    pulls = [await hotfix(repo, "round"), await hotfix(repo, "empty")]
    await gate.settle()
    tip = builder.merged(builder.merged(repo.sha("main"), pulls[0]), pulls[1])
    await builder.ask(tip, builder.branch(pulls[1]))
    await gate.settle()
    check = check_on(repo, tip)
    assert check is not None
    assert said(check) == ("success", "Both pull requests may be merged")


async def test_rebased_commits_belong_to_the_one_that_the_branch_names(
    gate: Gate, repo: Repo, builder: Builder
) -> None:
    squashed, rebased = await hotfix(repo, "round"), await feature(repo, base="main", at="main")
    await gate.settle()
    tip = builder.rebased(builder.squashed(repo.sha("main"), squashed), rebased)
    await builder.ask(tip, builder.branch(rebased))
    await gate.settle()
    check = check_on(repo, tip)
    assert check is not None
    assert said(check) == ("failure", f"Pull request #2, one of 2: {WRONG_TARGET}")


@pytest.mark.parametrize("method", ["merged", "squashed", "rebased"])
async def test_a_group_that_cannot_be_told_apart(gate: Gate, repo: Repo, builder: Builder, method: str) -> None:
    """Rebased commits name no pull request, and nobody knows which ones come before the last."""
    rebased, last = await feature(repo, base="main", at="main"), await hotfix(repo, "empty")
    await gate.settle()
    tip = getattr(builder, method)(builder.rebased(repo.sha("main"), rebased), last)
    await builder.ask(tip, builder.branch(last))
    await gate.settle()
    check = check_on(repo, tip)
    assert check is not None
    assert said(check) == ("failure", UNDECIDED)
    assert "**What helps:** Let the queue merge with merge commits or by squashing, which name the pull request." in (
        check.output.summary or ""
    )


async def test_a_rebased_group_with_merges_in_it(gate: Gate, repo: Repo, builder: Builder) -> None:
    """A rebase leaves merges out, and what the base has already."""
    await repo.create_branch("hotfix/round", at="main")
    await repo.commits("hotfix/round", [("fix: one", {"a.py": "1\n"}), ("fix: two", {"b.py": "1\n"})])
    await repo.commit("main", {"meanwhile.py": "1\n"}, "chore: meanwhile")
    await repo.merge_branch("hotfix/round", "main")
    await repo.commit("hotfix/round", {"c.py": "1\n"}, "fix: three")
    pull = await repo.open_pull_request("hotfix/round", "main", title="fix: round")
    await gate.settle()
    tip = builder.rebased(repo.sha("main"), pull)
    await builder.ask(tip, builder.branch(pull))
    await gate.settle()
    check = check_on(repo, tip)
    assert check is not None
    assert said(check) == ("success", "May be merged, 2 warnings")


async def test_a_group_on_a_branch_with_another_name(gate: Gate, repo: Repo, builder: Builder) -> None:
    pull = await hotfix(repo, "round")
    await gate.settle()
    tip = builder.merged(repo.sha("main"), pull)
    await builder.ask(tip, "some-other-queue/main")
    await gate.settle()
    check = check_on(repo, tip)
    assert check is not None
    assert said(check) == ("failure", UNDECIDED)


async def test_a_group_that_fails_leaves_the_queue_and_the_next_one_goes_on(
    gate: Gate, github: Sandbox, repo: Repo
) -> None:
    """Both were green when they were queued; then somebody tags the release's version elsewhere."""
    repo.require("main", "headgate", app=gate.app.app).merge_queue = True
    await repo.create_branch("release/1.1.0", at="dev")
    await repo.commit("release/1.1.0", {"VERSION": "1.1.0\n"}, "chore: set the version")
    bad = await repo.open_pull_request("release/1.1.0", "main", title="chore: release 1.1.0")
    good = await hotfix(repo, "round")
    await gate.settle()
    github.calls.clear()
    await repo.tag("v1.1.0", await repo.commit("support/1.x", {"old.py": "1\n"}, "fix: old"))
    groups = [(await pull.enqueue()).head_sha for pull in (bad, good)]
    await gate.settle()
    first = check_on(repo, groups[0])
    assert first is not None
    assert said(first) == ("failure", "The version of release/1.1.0 is tagged already, as v1.1.0 (bad-version)")
    assert (bad.merged, bad.state, good.merged) == (False, "open", True)
    assert repo.model.queue == []
