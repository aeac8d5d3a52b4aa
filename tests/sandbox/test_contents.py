"""Files, folders and commits as the API gives them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from sandbox.github.people.app import Install
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from sandbox.story import build
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"
RAW = {"Accept": "application/vnd.github.raw+json"}


async def test_a_file(repo: Repo, client: Client) -> None:
    await repo.commit("dev", {".github/headgate.yml": "preset: gitflow\n" * 9}, "policy")
    shown = await client.get(f"{R}/contents/.github/headgate.yml?ref=dev")
    assert base64.b64decode(shown["content"]) == b"preset: gitflow\n" * 9
    assert (shown["encoding"], shown["size"], shown["type"]) == ("base64", 144, "file")
    assert max(map(len, shown["content"].splitlines())) == 60
    raw = await client.ask("GET", f"{R}/contents/.github/headgate.yml?ref=dev", headers=RAW)
    assert raw.data == b"preset: gitflow\n" * 9
    assert raw.headers["Content-Type"].startswith("application/vnd.github.raw+json")
    for path in ("/contents/.github/headgate.yml", "/contents/nowhere?ref=dev", "/contents/README.md?ref=nowhere"):
        assert (await client.ask("GET", R + path)).status == 404


async def test_a_folder(repo: Repo, client: Client) -> None:
    await repo.commit("dev", {"src/a.py": "1\n", "src/deep/b.py": "2\n"}, "src")
    listed = await client.get(f"{R}/contents/src?ref=dev")
    assert [(one["name"], one["path"], one["type"], one["size"]) for one in listed] == [
        ("a.py", "src/a.py", "file", 2),
        ("deep", "src/deep", "dir", 0),
    ]


async def test_a_large_file_is_given_raw_alone(repo: Repo, client: Client) -> None:
    await repo.commit("dev", {"large": "x" * (1024 * 1024 + 1), "fits": "x" * 1024 * 1024}, "large")
    answer = await client.ask("GET", f"{R}/contents/large?ref=dev")
    assert (answer.status, answer.json["errors"][0]["code"]) == (403, "too_large")
    assert len((await client.ask("GET", f"{R}/contents/large?ref=dev", headers=RAW)).data) == 1024 * 1024 + 1
    assert (await client.get(f"{R}/contents/fits?ref=dev"))["size"] == 1024 * 1024


async def test_links_and_submodules(github: Sandbox, repo: Repo, client: Client) -> None:
    git = github.world.git(repo.model).git
    blob = git.run("hash-object", "-w", "--stdin", stdin=b"README.md").strip()
    lines = f"120000 blob {blob}\tlink\n160000 commit {'1' * 40}\tmodule\n".encode()
    tree = git.run("mktree", "--missing", stdin=lines).strip()
    person = {f"GIT_{role}_{key}": "x@x" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    sha = git.run("commit-tree", tree, "-m", "odd", env=person).strip()
    await repo.push("odd", sha)
    link = await client.get(f"{R}/contents/link?ref=odd")
    assert (link["type"], link["target"]) == ("symlink", "README.md")


async def test_a_file_is_written(github: Sandbox, repo: Repo, client: Client, receiver: Receiver) -> None:
    def body(text: str, **more: str) -> dict[str, str]:
        return {"message": "docs", "content": base64.b64encode(text.encode()).decode(), "branch": "dev"} | more

    made = await client.put(f"{R}/contents/docs/a.md", body("1\n"), status=201)
    assert made["commit"]["sha"] == repo.sha("dev")
    assert made["commit"]["author"]["name"] == "checker[bot]"
    await client.put(f"{R}/contents/docs/a.md", body("2\n"), status=422)
    await client.put(f"{R}/contents/docs/a.md", body("2\n", sha="0" * 40), status=409)
    await client.put(f"{R}/contents/docs/a.md", body("2\n", sha=made["content"]["sha"]))
    await client.put(f"{R}/contents/docs/a.md", body("2\n") | {"content": "=a="}, status=422)
    await client.put(f"{R}/contents/docs/a.md", body("2\n", branch="nowhere"), status=404)
    assert (await client.ask("GET", f"{R}/contents/docs/a.md?ref=dev", headers=RAW)).data == b"2\n"
    await github.delivered()
    assert receiver.last("push")["commits"][0]["modified"] == ["docs/a.md"]


async def test_a_commit(repo: Repo, client: Client) -> None:
    sha = await repo.commit("dev", {"a.py": "1\n2\n", "model.py": None}, "change\n\nbody")
    shown = await client.get(f"{R}/commits/{sha}")
    assert shown["commit"]["message"] == "change\n\nbody"
    assert shown["stats"] == {"total": 3, "additions": 2, "deletions": 1}
    assert [one["filename"] for one in shown["files"]] == ["a.py", "model.py"]
    assert shown["author"]["login"] == "alice"
    assert [one["filename"] for one in (await client.get(f"{R}/commits/{sha}?per_page=1&page=2"))["files"]] == [
        "model.py"
    ]
    bare = await client.ask("GET", f"{R}/commits/dev", headers={"Accept": "application/vnd.github.sha"})
    assert bare.data == sha.encode()
    first = await client.get(f"{R}/commits/main")
    assert (first["parents"], first["files"][0]["status"]) == ([], "added")
    assert (await client.get(f"{R}/git/commits/{sha}"))["parents"][0]["sha"] == shown["parents"][0]["sha"]
    assert (await client.ask("GET", f"{R}/git/commits/{'f' * 40}")).status == 404
    assert (await client.ask("GET", f"{R}/commits/nowhere")).status == 422
    assert [one["sha"] for one in await client.get(f"{R}/commits?sha=dev&path=a.py")] == [sha]
    assert (await client.ask("GET", f"{R}/commits?sha=nowhere")).status == 404
    assert await client.get(f"{R}/commits?since=2999-01-01T00:00:00Z") == []
    assert await client.get(f"{R}/commits?until=2000-01-01T00:00:00Z") == []


async def test_the_pull_requests_of_a_commit(repo: Repo, client: Client) -> None:
    sha = await repo.commit("feature/x", {"x": "1\n"}, "x")
    one = await repo.open_pull_request("feature/x", "dev")
    await repo.open_pull_request("feature/x", "main")

    async def pulls(of: str) -> list[int]:
        return [found["number"] for found in await client.get(f"{R}/commits/{of}/pulls")]

    assert sorted(await pulls(sha)) == [1, 2]
    tip = await one.merge()
    assert await pulls(tip) == [1]
    assert await pulls(repo.sha("main")) == []
    await repo.pull(2).merge()
    assert sorted(await pulls(sha)) == [1, 2]
    heads = await client.get(f"{R}/commits/{sha}/branches-where-head")
    assert [found["name"] for found in heads] == ["feature/x"]


async def test_an_empty_repository(github: Sandbox, repo: Repo, client: Client) -> None:
    empty = await github.create_repository(repo.model.owner, "empty")
    base = "/repos/acme/empty"
    answer = await client.ask("GET", f"{base}/commits")
    assert (answer.status, answer.json["message"]) == (409, "Git Repository is empty.")
    assert await client.get(f"{base}/branches") == []
    assert (await client.ask("GET", f"{base}/branches/main")).json["message"] == "Branch not found"
    await empty.commit("main", {"a": "1\n"}, "first")
    assert len(await client.get(f"{base}/commits")) == 1


async def test_the_story_is_taken_as_it_is(
    github: Sandbox, repo: Repo, client: Client, installation: Install, tmp_path: Path
) -> None:
    story = build(tmp_path / "story")
    sales = await github.adopt_repository(repo.model.owner, "sales-forecast", story.origin)
    github.user("engineer-a", "Engineer A", "engineer.a@example.com")
    for scene in story.scenes:
        await sales.open_pull_request(scene.head, scene.base)
    assert len(await client.get("/repos/acme/sales-forecast/pulls?per_page=100")) == len(story.scenes)
    conflicting = [one for one in story.scenes if "merge-conflict" in one.rules]
    for number, scene in enumerate(story.scenes, 1):
        assert (sales.pull(number).mergeability.state == "dirty") == (scene in conflicting), scene
    commit = await client.get("/repos/acme/sales-forecast/commits/main")
    assert commit["author"]["login"] == "engineer-a"
    assert [one["name"] for one in await client.get("/repos/acme/sales-forecast/tags")] == ["v1.0.0"]
    assert (await client.get("/repos/acme/sales-forecast/git/ref/tags/v1.0.0"))["object"]["type"] == "tag"
