"""The merge button: three ways to merge, what it obeys, and what GitHub says of mergeability."""

from __future__ import annotations

from typing import Literal

import pytest
import pytest_asyncio

from sandbox.github.acts import merging
from sandbox.github.errors import Refused
from sandbox.github.model import User
from sandbox.github.people.app import Developer
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


@pytest_asyncio.fixture
async def pull(repo: Repo, bob: User) -> Pull:
    """Two commits for ``dev``, which has gone on."""
    await repo.commit("feature/x", {"a.py": "1\n"}, "feat: one\n\nBecause.", by=bob)
    await repo.commit("feature/x", {"b.py": "1\n"}, "feat: two", by=bob)
    await repo.commit("dev", {"d.py": "1\n"}, "dev goes on")
    return await repo.open_pull_request("feature/x", "dev", title="Better", by=bob)


def parents(github: Sandbox, repo: Repo, sha: str) -> tuple[str, ...]:
    return github.world.git(repo.model).objects.commit(sha).parents


async def test_a_merge_commit(
    github: Sandbox, repo: Repo, pull: Pull, alice: User, client: Client, receiver: Receiver
) -> None:
    before = repo.sha("dev")
    tip = await pull.merge(by=alice)
    found = github.world.git(repo.model).objects.commit(tip)
    assert repo.sha("dev") == tip
    assert found.parents == (before, pull.head_sha)
    assert found.message == "Merge pull request #1 from acme/feature/x\n\nBetter"
    assert (found.author.name, found.committer.name) == ("alice", "GitHub")
    shown = await client.get(f"{R}/pulls/1")
    assert (shown["state"], shown["merged"], shown["merged_by"]["login"]) == ("closed", True, "alice")
    assert (shown["merge_commit_sha"], shown["base"]["sha"], shown["commits"]) == (tip, before, 2)
    await github.delivered()
    assert receiver.last("pull_request.closed")["pull_request"]["merge_commit_sha"] == tip
    assert receiver.last("push")["ref"] == "refs/heads/dev"


async def test_a_squash(github: Sandbox, repo: Repo, pull: Pull, alice: User) -> None:
    before = repo.sha("dev")
    found = github.world.git(repo.model).objects.commit(await pull.merge("squash", by=alice))
    assert found.parents == (before,)
    assert found.message == "Better (#1)\n\n* feat: one\n\nBecause.\n\n* feat: two"
    assert found.author.name == "bob"
    assert pull.merged


async def test_a_squash_of_one_commit_has_its_message(github: Sandbox, repo: Repo, bob: User) -> None:
    await repo.commit("feature/y", {"y.py": "1\n"}, "feat: why\n\nBecause.", by=bob)
    pull = await repo.open_pull_request("feature/y", "dev", title="Something else")
    found = github.world.git(repo.model).objects.commit(await pull.merge("squash"))
    assert found.message == "feat: why (#1)\n\nBecause."


async def test_a_rebase(github: Sandbox, repo: Repo, pull: Pull) -> None:
    before, git = repo.sha("dev"), github.world.git(repo.model)
    tip = await pull.merge("rebase")
    made = [git.objects.commit(sha) for sha in git.between(before, tip)]
    assert [one.message for one in made] == ["feat: one\n\nBecause.", "feat: two"]
    assert made[0].parents == (before,)
    assert not git.is_ancestor(pull.head_sha, tip)


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_way_that_is_off(repo: Repo, pull: Pull, method: Literal["merge", "squash", "rebase"]) -> None:
    repo.model.allow_merge_commit = repo.model.allow_squash_merge = repo.model.allow_rebase_merge = False
    with pytest.raises(Refused, match="not allowed on this repository") as refused:
        await pull.merge(method)
    assert refused.value.status == 405


async def test_the_head_is_deleted_where_that_is_set(
    github: Sandbox, repo: Repo, pull: Pull, client: Client, receiver: Receiver
) -> None:
    repo.model.delete_branch_on_merge = True
    await repo.create_branch("feature/child", at="feature/x")
    await repo.commit("feature/child", {"c.py": "1\n"}, "child")
    child = await repo.open_pull_request("feature/child", "feature/x")
    await pull.merge()
    await github.delivered()
    assert "feature/x" not in repo.branches()
    assert (child.model.base_ref, child.state) == ("dev", "open")
    assert receiver.last("delete")["ref"] == "feature/x"


async def test_a_wish_that_is_late_or_wrong(repo: Repo, pull: Pull, client: Client) -> None:
    seen = pull.head_sha
    await pull.push({"c.py": "1\n"}, "more")
    answer = await client.put(f"{R}/pulls/1/merge", {"sha": seen}, status=409)
    assert answer["message"] == "Head branch was modified. Review and try the merge again."
    await client.put(f"{R}/pulls/1/merge", {"merge_method": "octopus"}, status=422)
    await pull.convert_to_draft()
    answer = await client.put(f"{R}/pulls/1/merge", {}, status=405)
    assert answer["message"] == "Pull Request is still a draft"
    await pull.close()
    answer = await client.put(f"{R}/pulls/1/merge", {}, status=405)
    assert answer["message"] == "Pull Request is not mergeable"


async def test_mergeable_is_worked_out_when_asked(repo: Repo, pull: Pull, client: Client) -> None:
    first = await client.get(f"{R}/pulls/1")
    assert (first["mergeable"], first["mergeable_state"], first["merge_commit_sha"]) == (None, "unknown", None)
    second = await client.get(f"{R}/pulls/1")
    assert (second["mergeable"], second["mergeable_state"]) == (True, "clean")
    assert second["merge_commit_sha"] == repo.sha("refs/pull/1/merge")
    await repo.commit("dev", {"d.py": "2\n"}, "dev goes on")
    assert (await client.get(f"{R}/pulls/1"))["mergeable"] is None
    assert (await client.get(f"{R}/pulls/1"))["mergeable"] is True
    await repo.commit("dev", {"a.py": "another\n"}, "dev has it too")
    await client.get(f"{R}/pulls/1")
    last = await client.get(f"{R}/pulls/1")
    assert (last["mergeable"], last["mergeable_state"]) == (False, "dirty")
    answer = await client.put(f"{R}/pulls/1/merge", {}, status=405)
    assert answer["message"] == "Pull Request is not mergeable"


async def test_the_test_merge_is_the_merge(github: Sandbox, repo: Repo, pull: Pull) -> None:
    base = repo.sha("dev")
    assert pull.mergeability.mergeable
    test = repo.sha("refs/pull/1/merge")
    assert parents(github, repo, test) == (base, pull.head_sha)
    tip = await pull.merge()
    tree = github.world.git(repo.model).objects.commit
    assert tree(tip).tree == tree(test).tree
    with pytest.raises(KeyError):
        repo.sha("refs/pull/1/merge")


async def test_required_checks(repo: Repo, pull: Pull, app: Developer, client: Client) -> None:
    repo.require("dev", "checker", app=app.app)

    async def refused() -> str:
        return str((await client.put(f"{R}/pulls/1/merge", {}, status=405))["message"])

    assert pull.mergeability.state == "blocked"
    assert await refused() == 'Required status check "checker" is expected.'
    run = await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": pull.head_sha})
    assert await refused() == 'Required status check "checker" is pending.'
    await client.patch(f"{R}/check-runs/{run['id']}", {"conclusion": "action_required"})
    assert await refused() == 'Required status check "checker" is failing.'
    assert pull.mergeability.state == "blocked"
    passing = {"name": "checker", "head_sha": pull.head_sha, "conclusion": "success"}
    await client.post(f"{R}/check-runs", passing)
    assert pull.mergeability.state == "clean"
    await pull.merge()


@pytest.mark.parametrize("conclusion", ["neutral", "skipped"])
async def test_what_counts_as_passing(repo: Repo, pull: Pull, app: Developer, client: Client, conclusion: str) -> None:
    repo.require("dev", "checker", app=app.app)
    await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": pull.head_sha, "conclusion": conclusion})
    assert pull.mergeability.state == "clean"
    await pull.merge()


async def test_a_check_that_is_pinned_counts_from_its_app_alone(
    github: Sandbox, repo: Repo, pull: Pull, app: Developer, client: Client
) -> None:
    repo.require("dev", "checker", app=app.app)
    other = await github.register_app("other", repo.model.owner, {"checks": "write", "contents": "read"})
    installation = await other.install(repo.model.owner)
    passing = {"name": "checker", "head_sha": pull.head_sha, "conclusion": "success"}
    async with Client(github.base_url, installation.token()) as stranger:
        await stranger.post(f"{R}/check-runs", passing)
    await repo.set_status("feature/x", "checker", "success")
    with pytest.raises(Refused, match='Required status check "checker" is expected'):
        await pull.merge()
    await client.post(f"{R}/check-runs", passing)
    await pull.merge()


async def test_a_check_of_another_commit_does_not_count(repo: Repo, pull: Pull, app: Developer, client: Client) -> None:
    repo.require("dev", "checker", app=app.app)
    await client.post(f"{R}/check-runs", {"name": "checker", "head_sha": pull.head_sha, "conclusion": "success"})
    await pull.push({"c.py": "1\n"}, "more")
    with pytest.raises(Refused, match="is expected"):
        await pull.merge()


async def test_required_statuses_and_what_is_not_required(repo: Repo, pull: Pull) -> None:
    repo.require("dev", "ci")
    await repo.set_status("feature/x", "ci", "pending")
    with pytest.raises(Refused, match='"ci" is pending'):
        await pull.merge()
    await repo.set_status("feature/x", "ci", "success")
    await repo.set_status("feature/x", "other", "failure")
    assert pull.mergeability.state == "unstable"
    await pull.merge()


async def test_required_reviews(repo: Repo, pull: Pull, github: Sandbox, alice: User) -> None:
    protection = repo.require("dev", approvals=1)
    reader = github.user("reader")
    repo.add_collaborator(reader, "read")
    await pull.approve(reader)
    with pytest.raises(Refused, match="At least 1 approving review is required by reviewers with write access"):
        await pull.merge()
    await pull.request_changes(alice, "no")
    with pytest.raises(Refused, match=r"Changes have been requested\."):
        await pull.merge()
    approval = await pull.approve(alice)
    assert pull.mergeability.state == "clean"
    protection.dismiss_stale = True
    await pull.push({"c.py": "1\n"}, "more")
    assert approval.state == "DISMISSED"
    assert pull.mergeability.state == "blocked"


async def test_a_head_that_must_hold_the_base(repo: Repo, pull: Pull) -> None:
    repo.require("dev").strict = True
    assert pull.mergeability.state == "behind"
    with pytest.raises(Refused, match="not up to date"):
        await pull.merge()
    await repo.merge_branch("feature/x", "dev")
    await pull.merge()


async def test_admins_where_they_are_let_off(repo: Repo, pull: Pull, alice: User, bob: User) -> None:
    repo.require("dev", "checker").enforce_admins = False
    with pytest.raises(Refused, match="is expected"):
        await pull.merge(by=bob)
    await pull.merge(by=alice)


async def test_a_protected_branch_is_not_pushed_to(repo: Repo, alice: User, client: Client) -> None:
    repo.require("main", approvals=1)
    repo.require("dev", "ci")
    with pytest.raises(Refused, match="through a pull request"):
        await repo.commit("main", {"a.py": "1\n"}, "direct")
    with pytest.raises(Refused, match='"ci" is expected'):
        await repo.merge_branch("dev", await repo.commit("feature/y", {"y.py": "1\n"}, "y"))
    with pytest.raises(Refused, match="force-push"):
        await repo.push("dev", "main")
    with pytest.raises(Refused, match="protected"):
        await repo.delete_branch("main")
    answer = await client.patch(f"{R}/git/refs/heads/main", {"sha": repo.sha("dev")}, status=422)
    assert answer["message"] == "Changes must be made through a pull request."


async def test_branches_are_merged_without_a_pull_request(repo: Repo, pull: Pull, client: Client) -> None:
    made = await client.post(f"{R}/merges", {"base": "main", "head": "feature/x", "commit_message": "by hand"})
    assert (made["sha"], made["commit"]["message"]) == (repo.sha("main"), "by hand")
    await client.post(f"{R}/merges", {"base": "main", "head": "feature/x"}, status=204)
    await repo.commit("dev", {"a.py": "another\n"}, "dev has it too")
    assert (await client.post(f"{R}/merges", {"base": "dev", "head": "main"}, status=409))[
        "message"
    ] == "Merge conflict"
    for base, head in (("nowhere", "main"), ("main", "nowhere")):
        await client.post(f"{R}/merges", {"base": base, "head": head}, status=404)


async def test_the_message_may_be_given(github: Sandbox, repo: Repo, pull: Pull, client: Client) -> None:
    wish = {"merge_method": "squash", "commit_title": "Title", "commit_message": "Text"}
    tip = (await client.put(f"{R}/pulls/1/merge", wish))["sha"]
    assert github.world.git(repo.model).objects.commit(tip).message == "Title\n\nText"
    assert merging.Wish().method == "merge"
