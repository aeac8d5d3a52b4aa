"""Pull requests: opened, edited, retargeted, closed, followed when their branches move."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sandbox.github.errors import Refused
from sandbox.github.git.writing import Files
from sandbox.github.model import User
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


async def test_opening_one(github: Sandbox, repo: Repo, bob: User, client: Client, receiver: Receiver) -> None:
    sha = await repo.commit("feature/x", {"a.py": "1\n2\n"}, "feat: x\n\nbody", by=bob)
    pull = await repo.open_pull_request("feature/x", "main", body="Why", by=bob)
    await github.delivered()
    said = receiver.last("pull_request.opened")
    assert (said["number"], said["sender"]["login"], said["repository"]["full_name"]) == (1, "bob", "acme/forecast")
    shown = said["pull_request"]
    assert (shown["title"], shown["body"], shown["state"], shown["draft"]) == ("feat: x", "Why", "open", False)
    assert (shown["head"]["label"], shown["head"]["sha"]) == ("acme:feature/x", sha)
    assert (shown["base"]["label"], shown["base"]["sha"]) == ("acme:main", repo.sha("main"))
    assert (shown["commits"], shown["changed_files"], shown["additions"], shown["mergeable"]) == (1, 1, 2, None)
    assert repo.sha("refs/pull/1/head") == pull.head_sha == sha


@pytest.mark.parametrize(
    ("head", "base", "why"),
    [
        ("nowhere", "main", {"resource": "PullRequest", "field": "head", "code": "invalid"}),
        ("feature/x", "nowhere", {"resource": "PullRequest", "field": "base", "code": "invalid"}),
        ("nobody:main", "main", {"resource": "PullRequest", "field": "head", "code": "invalid"}),
        ("main", "main", {"message": "No commits between main and main"}),
        ("feature/x", "dev", {"message": "A pull request already exists for acme:feature/x."}),
    ],
)
async def test_what_cannot_be_opened(repo: Repo, client: Client, head: str, base: str, why: dict[str, str]) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    await repo.open_pull_request("feature/x", "dev")
    answer = await client.post(f"{R}/pulls", {"title": "x", "head": head, "base": base}, status=422)
    assert answer["message"] == "Validation Failed"
    assert why.items() <= answer["errors"][0].items()


async def test_the_list_can_be_narrowed(github: Sandbox, repo: Repo, client: Client) -> None:
    for name, base in (("a", "main"), ("b", "dev"), ("c", "main")):
        await repo.commit(f"feature/{name}", {name: "1\n"}, name)
        await repo.open_pull_request(f"feature/{name}", base)
    await repo.pull(1).close()

    async def listed(query: str) -> list[int]:
        return [one["number"] for one in await client.get(f"{R}/pulls?{query}")]

    assert await listed("") == [3, 2]
    assert await listed("state=closed") == [1]
    assert await listed("state=all&direction=asc") == [1, 2, 3]
    assert await listed("state=all&base=main") == [3, 1]
    assert await listed("head=acme:feature/b") == [2]
    assert await listed("head=acme:feature/zzz") == []
    assert await listed("state=all&sort=updated") == [1, 2, 3]


async def test_an_edit_says_what_was(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "main")
    await pull.edit(title="new", body="text")
    await github.delivered()
    assert receiver.last("pull_request.edited")["changes"] == {"title": {"from": "feat: x"}, "body": {"from": ""}}
    receiver.received.clear()
    await pull.edit(title="new")
    await github.delivered()
    assert receiver.names == []


async def test_a_new_base(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "main")
    main, dev = repo.sha("main"), repo.sha("dev")
    await pull.retarget("dev")
    await github.delivered()
    said = receiver.last("pull_request.edited")
    assert said["changes"] == {"base": {"ref": {"from": "main"}, "sha": {"from": main}}}
    assert (said["pull_request"]["base"]["ref"], said["pull_request"]["base"]["sha"]) == ("dev", dev)
    for base, why in (("nowhere", "was not found"), ("feature/x", "No commits between")):
        answer = await client.patch(f"{R}/pulls/1", {"base": base}, status=422)
        assert why in answer["errors"][0]["message"]
    await repo.open_pull_request("feature/x", "main")
    answer = await client.patch(f"{R}/pulls/2", {"base": "dev"}, status=422)
    assert "already exists" in answer["errors"][0]["message"]


async def test_a_push_synchronises_every_pull_request_of_the_head(
    github: Sandbox, repo: Repo, client: Client, receiver: Receiver
) -> None:
    before = await repo.commit("release/1", {"a.py": "1\n"}, "one")
    first = await repo.open_pull_request("release/1", "main")
    await repo.open_pull_request("release/1", "dev")
    await repo.commit("main", {"m.py": "1\n"}, "main goes on")
    after = await first.push({"a.py": "2\n"}, "two")
    await github.delivered()
    said = [one.payload for one in receiver.received if one.name == "pull_request.synchronize"]
    assert {(one["number"], one["before"], one["after"]) for one in said} == {(1, before, after), (2, before, after)}
    assert repo.sha("refs/pull/1/head") == repo.sha("refs/pull/2/head") == after
    assert first.model.base_sha == repo.sha("main")


async def test_the_base_is_shown_as_it_was(repo: Repo, client: Client) -> None:
    """``base.sha`` follows pushes to the head and new bases, not pushes to the base."""
    main = repo.sha("main")
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    await repo.open_pull_request("feature/x", "main")
    await repo.commit("main", {"m.py": "1\n"}, "main goes on")
    assert (await client.get(f"{R}/pulls/1"))["base"]["sha"] == main
    assert (await client.get(f"{R}/branches/main"))["commit"]["sha"] == repo.sha("main") != main


async def test_closing_and_reopening(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "main")
    await pull.close()
    moved = await repo.commit("feature/x", {"a.py": "2\n"}, "more")
    assert pull.head_sha != moved
    await pull.reopen()
    await github.delivered()
    assert receiver.last("pull_request.closed")["pull_request"]["merged"] is False
    assert receiver.last("pull_request.reopened")["pull_request"]["head"]["sha"] == moved
    await pull.close()
    await repo.push("feature/x", "dev")
    with pytest.raises(Refused, match="force-pushed"):
        await pull.reopen()
    await repo.delete_branch("feature/x")
    answer = await client.patch(f"{R}/pulls/1", {"state": "open"}, status=422)
    assert "The feature/x branch has been deleted." in answer["errors"][0]["message"]


async def test_drafts(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "main", draft=True)
    assert pull.mergeability.state == "draft"
    await pull.mark_ready()
    await pull.convert_to_draft()
    await github.delivered()
    assert [name for name in receiver.names if "draft" in name or "ready" in name] == [
        "pull_request.ready_for_review",
        "pull_request.converted_to_draft",
    ]


async def test_a_deleted_head_closes(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "main")
    await repo.delete_branch("feature/x")
    await github.delivered()
    assert (pull.state, pull.merged) == ("closed", False)
    assert receiver.names[-3:] == ["delete", "push", "pull_request.closed"]
    assert receiver.last("push")["after"] == "0" * 40


async def test_a_deleted_base_closes(repo: Repo) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    await repo.create_branch("base", at="main")
    pull = await repo.open_pull_request("feature/x", "base")
    await repo.delete_branch("base")
    assert pull.state == "closed"
    with pytest.raises(Refused, match="The base branch has been deleted"):
        await pull.reopen()


async def test_a_child_follows_where_its_parent_was_merged(
    github: Sandbox, repo: Repo, client: Client, receiver: Receiver
) -> None:
    await repo.commit("feature/parent", {"a.py": "1\n"}, "parent")
    await repo.create_branch("feature/child", at="feature/parent")
    tip = await repo.commit("feature/child", {"b.py": "1\n"}, "child")
    parent = await repo.open_pull_request("feature/parent", "dev")
    child = await repo.open_pull_request("feature/child", "feature/parent")
    base = repo.sha("feature/parent")
    await parent.merge()
    assert child.model.base_ref == "feature/parent"
    await repo.delete_branch("feature/parent")
    await github.delivered()
    assert (child.state, child.model.base_ref, child.head_sha) == ("open", "dev", tip)
    assert receiver.last("pull_request.edited")["changes"] == {
        "base": {"ref": {"from": "feature/parent"}, "sha": {"from": base}}
    }


async def test_a_child_is_closed_where_its_parent_is_deleted_through_the_api(repo: Repo, client: Client) -> None:
    """https://github.com/cli/cli/issues/1168"""
    await repo.commit("feature/parent", {"a.py": "1\n"}, "parent")
    await repo.create_branch("feature/child", at="feature/parent")
    await repo.commit("feature/child", {"b.py": "1\n"}, "child")
    parent = await repo.open_pull_request("feature/parent", "dev")
    child = await repo.open_pull_request("feature/child", "feature/parent")
    await parent.merge()
    await client.delete(f"{R}/git/refs/heads/feature/parent")
    assert (child.state, child.merged, child.model.base_ref) == ("closed", False, "feature/parent")


async def test_a_merge_that_was_pushed_is_noticed(
    github: Sandbox, repo: Repo, alice: User, client: Client, receiver: Receiver
) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "dev")
    tip = await repo.merge_branch("dev", "feature/x", by=alice)
    await github.delivered()
    assert (pull.state, pull.merged, pull.model.merge_commit_sha) == ("closed", True, tip)
    assert pull.model.merged_by is alice
    assert receiver.last("pull_request.closed")["pull_request"]["merged"] is True
    assert [one["sha"] for one in await client.get(f"{R}/pulls/1/commits")] == [repo.sha("feature/x")]


async def test_a_head_without_commits_of_its_own_closes(repo: Repo) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "dev")
    await repo.push("feature/x", "dev")
    assert (pull.state, pull.merged) == ("closed", False)


async def test_a_push_with_git_itself_is_noticed(
    github: Sandbox, repo: Repo, receiver: Receiver, client: Client, tmp_path: Path
) -> None:
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: x")
    pull = await repo.open_pull_request("feature/x", "dev")
    clone = tmp_path / "clone"

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=clone, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    clone.mkdir()
    git("clone", "--quiet", "--branch", "feature/x", str(repo.path), ".")
    git("commit", "--quiet", "--allow-empty", "--message", "by hand")
    git("tag", "v1.0.0")
    git("push", "--quiet", "origin", "feature/x", "v1.0.0")
    sha = git("rev-parse", "HEAD")
    assert pull.head_sha != sha
    await repo.pushed()
    await github.delivered()
    assert pull.head_sha == sha
    assert receiver.last("pull_request.synchronize")["after"] == sha
    assert receiver.last("create")["ref_type"] == "tag"


async def test_pushes_say_what_came(github: Sandbox, repo: Repo, bob: User, client: Client, receiver: Receiver) -> None:
    start = repo.sha("dev")
    made: list[tuple[str, Files]] = [("one", {"a.py": "1\n"}), ("two", {"a.py": "2\n", "model.py": None})]
    tip = await repo.commits("dev", made, by=bob)
    await github.delivered()
    said = receiver.last("push")
    assert (said["ref"], said["before"], said["after"], said["forced"]) == ("refs/heads/dev", start, tip, False)
    assert said["pusher"] == {"name": "bob", "email": "bob@example.com"}
    assert [(one["message"], one["added"], one["modified"], one["removed"]) for one in said["commits"]] == [
        ("one", ["a.py"], [], []),
        ("two", [], ["a.py"], ["model.py"]),
    ]
    assert (said["head_commit"]["id"], said["head_commit"]["author"]["username"]) == (tip, "bob")
    await repo.push("dev", start)
    await repo.create_branch("feature/new", at="main")
    await github.delivered()
    pushes = [one.payload for one in receiver.received if one.event == "push"]
    assert [(one["forced"], one["created"], len(one["commits"])) for one in pushes[-2:]] == [
        (True, False, 0),
        (False, True, 0),
    ]
    assert receiver.last("create")["ref"] == "feature/new"
