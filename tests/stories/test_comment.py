"""Our one comment: it comes when something blocks, follows the verdict in place, and ends in one quiet line."""

from __future__ import annotations

import pytest

from sandbox.github.acts import reviews
from sandbox.github.model import User
from sandbox.github.people.app import Developer
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.people import feature, verdict

pytestmark = pytest.mark.usefixtures("installed")

MARKER = "<!-- headgate:pull-request -->"
MENDED = f"✓ Nothing blocks any more: `feature/weekly` may be merged into `dev`.\n\n{MARKER}"


def comment_writes(gate: Gate) -> list[tuple[str, str]]:
    """Return what was done to comments since the calls were cleared."""
    short = ((method, path.removeprefix("/repos/acme/forecast/issues/")) for method, path in gate.writes())
    return [(method, path) for method, path in short if "comments" in path]


async def test_all_is_well_from_the_beginning(gate: Gate, repo: Repo) -> None:
    pull = await feature(repo)
    await gate.settle()
    assert pull.comments == []


async def test_one_comment_follows_the_verdict(gate: Gate, github: Sandbox, app: Developer, repo: Repo) -> None:
    pull = await feature(repo, base="main")
    await gate.settle()
    (comment,) = pull.comments
    assert comment.user is app.bot
    assert comment.body == (
        "**`feature/weekly` cannot be merged into `main` yet: blocked by `wrong-merge-target`.**\n\n"
        "#### ✗ wrong-merge-target\n\n"
        "`feature/weekly` is of type feature: it merges into `dev`, not into `main`.\n\n"
        "**How to fix it:** Change the base to `dev`: Edit beside the title, or on the command line.\n\n"
        "```sh\ngh pr edit 1 --base dev\n```\n\n"
        "**Why the team has this rule:** Each branch holds what its name promises only while nothing else lands on it."
        "\n\nThe check `headgate` has every rule. This comment follows it and is never repeated.\n\n" + MARKER
    )
    github.calls.clear()
    await pull.push({"more.py": "1\n"}, "feat: more")
    await gate.settle()
    assert comment_writes(gate) == []  # the same is wrong as before

    await pull.retarget("dev")
    await gate.settle()
    await pull.retarget("main")
    await gate.settle()
    await pull.retarget("dev")
    await gate.settle()
    assert pull.comments == [comment]
    assert comment.body == MENDED
    assert comment_writes(gate) == [("PATCH", f"comments/{comment.id}")] * 3


async def test_somebody_deletes_it(gate: Gate, github: Sandbox, repo: Repo, alice: User) -> None:
    """It comes again if there is something to say, and not to say that all is well."""
    pull = await feature(repo, base="main")
    await gate.settle()
    await pull.delete_comment(pull.comments[0], by=alice)
    await pull.edit(title="feat: the same")
    await gate.settle()
    assert pull.comments == []  # nothing is new
    await pull.retarget("dev")
    await gate.settle()
    assert pull.comments == []
    await pull.retarget("main")
    await gate.settle()
    assert len(pull.comments) == 1
    assert pull.comments[0].body.startswith("**`feature/weekly` cannot be merged into `main` yet")


async def test_it_is_deleted_and_something_else_is_wrong(gate: Gate, repo: Repo, alice: User) -> None:
    await repo.create_branch("topic", at="dev")
    await repo.commit("topic", {"a.py": "1\n"}, "feat: a")
    pull = await repo.open_pull_request("topic", "dev", title="feat: a")
    await gate.settle()
    await pull.delete_comment(pull.comments[0], by=alice)
    await pull.retarget("main")
    await gate.settle()
    (comment,) = pull.comments
    assert comment.body.startswith("**`topic` cannot be merged into `main` yet")


async def test_somebody_elses_comment_has_our_marker(gate: Gate, repo: Repo, bob: User) -> None:
    """Anybody can write it; it is neither taken for ours nor touched."""
    pull = await feature(repo)
    theirs = await pull.comment(f"All is well, says Headgate.\n\n{MARKER}", by=bob)
    await gate.settle()
    await pull.retarget("main")
    await gate.settle()
    assert [comment.user.login for comment in pull.comments] == ["bob", "headgate[bot]"]
    assert theirs.body == f"All is well, says Headgate.\n\n{MARKER}"


async def test_another_apps_comment_has_our_marker(gate: Gate, github: Sandbox, repo: Repo, app: Developer) -> None:
    other = await github.register_app("impostor", repo.model.owner, {"pull_requests": "write"})
    pull = await feature(repo)
    await gate.settle()
    theirs = reviews.comment(github.world, pull.model, MARKER, other.bot, via=other.app)
    await pull.retarget("main")
    await gate.settle()
    assert [comment.user for comment in pull.comments] == [other.bot, app.bot]
    assert theirs.body == MARKER


async def test_a_conversation_that_is_locked(gate: Gate, github: Sandbox, repo: Repo) -> None:
    """The check says all that the comment would have said, and nothing is tried for ever."""
    github.faults.answer("POST", r"/repos/acme/forecast/issues/1/comments", 403, "Unable to create comment", times=9)
    pull = await feature(repo, base="main")
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert pull.comments == []
    assert await gate.queue.counts() == {"waiting": 0, "later": 0, "running": 0, "dead": 0}


async def test_two_pull_requests_of_one_head_have_a_comment_each_or_none(gate: Gate, repo: Repo) -> None:
    good = await feature(repo)
    bad = await repo.open_pull_request("feature/weekly", "main", title="feat: now")
    await gate.settle()
    assert good.comments == []
    assert [comment.body.splitlines()[0] for comment in bad.comments] == [
        "**`feature/weekly` cannot be merged into `main` yet: blocked by `wrong-merge-target`.**"
    ]


async def test_what_cannot_be_decided_is_commented_on_too(gate: Gate, github: Sandbox, repo: Repo) -> None:
    github.faults.answer("GET", r"/repos/acme/forecast/compare/.*", 403, times=100)
    await repo.create_branch("hotfix/1.0.1", at="main")
    await repo.commit("hotfix/1.0.1", {"model.py": "rmse = 2\n"}, "fix: round")
    pull = await repo.open_pull_request("hotfix/1.0.1", "main", title="fix: round")
    await gate.settle()
    (comment,) = pull.comments
    assert comment.body.startswith("**Whether `hotfix/1.0.1` may be merged into `main` is not decided, because ")
    assert "**What helps:** Give the App the permission `Contents: read`" in comment.body
