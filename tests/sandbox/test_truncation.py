"""Where GitHub cuts: pages, 250 commits, 3,000 and 300 files."""

from __future__ import annotations

import pytest

from sandbox.github.git.writing import Files
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.sandbox.client import Client

pytestmark = pytest.mark.asyncio
R = "/repos/acme/forecast"


async def everything(client: Client, path: str) -> list[str]:
    """Follow the links and return what the pages name."""
    found: list[str] = []
    while path:
        answer = await client.ask("GET", path)
        items = answer.json if isinstance(answer.json, list) else answer.json["commits"]
        found += [str(one.get("sha") or one.get("name")) for one in items]
        path = answer.links.get("next", "")
    return found


async def test_links(repo: Repo, client: Client) -> None:
    for number in range(5):
        await repo.create_branch(f"b/{number}", at="main")
    names = sorted(repo.branches())
    answer = await client.ask("GET", f"{R}/branches?per_page=3")
    assert {name: link.partition("?")[2] for name, link in answer.links.items()} == {
        "next": "per_page=3&page=2",
        "last": "per_page=3&page=3",
    }
    answer = await client.ask("GET", answer.links["last"])
    assert [one["name"] for one in answer.json] == names[6:]
    assert {name: link[-1] for name, link in answer.links.items()} == {"prev": "2", "first": "1"}
    assert await everything(client, f"{R}/branches?per_page=2") == [
        one["name"] for one in await client.get(f"{R}/branches")
    ]
    assert await client.get(f"{R}/branches?page=99") == []
    assert len(await client.get(f"{R}/branches?per_page=zero&page=-1")) == 7


async def test_a_page_has_at_most_a_hundred(github: Sandbox, repo: Repo, client: Client) -> None:
    tip = repo.sha("main")
    git = github.world.git(repo.model)
    git.update({f"refs/heads/many/{number:03}": tip for number in range(120)})
    assert len(await client.get(f"{R}/branches?per_page=500")) == 100
    assert len(await client.get(f"{R}/branches")) == 30
    assert len(await everything(client, f"{R}/branches?per_page=100")) == 122


async def test_many_commits(github: Sandbox, repo: Repo, client: Client) -> None:
    made: list[tuple[str, Files]] = [(f"commit {number}", {"a": f"{number}\n"}) for number in range(301)]
    await repo.commits("feature/x", made)
    await repo.open_pull_request("feature/x", "main")
    every = list(github.world.git(repo.model).between(repo.sha("main"), repo.sha("feature/x")))
    assert len(every) == 301
    assert (await client.get(f"{R}/pulls/1"))["commits"] == 301
    assert await everything(client, f"{R}/pulls/1/commits?per_page=100") == every[:250]
    whole = await client.get(f"{R}/compare/main...feature/x")
    assert (whole["total_commits"], whole["ahead_by"]) == (301, 301)
    assert [one["sha"] for one in whole["commits"]] == every[-250:]
    assert await everything(client, f"{R}/compare/main...feature/x?per_page=100") == every
    second = await client.get(f"{R}/compare/main...feature/x?per_page=100&page=2")
    assert "files" not in second
    assert await everything(client, f"{R}/commits?sha=feature/x&per_page=100") == [*every[::-1], repo.sha("main")]


async def test_many_files(repo: Repo, client: Client) -> None:
    await repo.commit("feature/x", {f"d/{number:04}.txt": f"{number}\n" for number in range(3_005)}, "many")
    await repo.open_pull_request("feature/x", "main")
    assert (await client.get(f"{R}/pulls/1"))["changed_files"] == 3_005
    names: list[str] = []
    path = f"{R}/pulls/1/files?per_page=100"
    while path:
        answer = await client.ask("GET", path)
        names += [one["filename"] for one in answer.json]
        path = answer.links.get("next", "")
    assert len(set(names)) == len(names) == 3_000
    assert len((await client.get(f"{R}/compare/main...feature/x"))["files"]) == 300
    assert len((await client.get(f"{R}/commits/feature/x"))["files"]) == 300


async def test_a_file_as_it_is_shown(repo: Repo, client: Client) -> None:
    files: Files = {
        "bin": b"\0\1",
        "model.py": None,
        "moved.md": "# Forecast\n",
        "README.md": None,
        "huge": "x\n" * 60_000,
    }
    await repo.commit("dev", {"README.md": "# Forecast\n"}, "same")
    before = repo.sha("dev")
    await repo.commit("dev", files, "change")
    compared = await client.get(f"{R}/compare/{before}...dev")
    found = {one["filename"]: one for one in compared["files"]}
    assert {name: one["status"] for name, one in found.items()} == {
        "bin": "added",
        "huge": "added",
        "model.py": "removed",
        "moved.md": "renamed",
    }
    assert "patch" not in found["bin"]
    assert "patch" not in found["huge"]
    assert found["model.py"]["patch"] == "@@ -1 +0,0 @@\n-rmse = 1"
    assert found["moved.md"]["previous_filename"] == "README.md"
    assert (found["huge"]["additions"], found["huge"]["changes"]) == (60_000, 60_000)


async def test_comparisons(repo: Repo, client: Client) -> None:
    base = await repo.commit("feature/x", {"x": "1\n"}, "x")

    async def status(basehead: str) -> tuple[str, int, int]:
        shown = await client.get(f"{R}/compare/{basehead}")
        return shown["status"], shown["ahead_by"], shown["behind_by"]

    assert await status("main...dev") == ("ahead", 1, 0)
    assert await status("dev...main") == ("behind", 0, 1)
    assert await status("dev...feature/x") == ("diverged", 1, 1)
    assert await status(f"{base[:9]}...feature%2Fx") == ("identical", 0, 0)
    for wrong in ("main...nowhere", "nowhere...main", "main", "zoe:main...dev"):
        assert (await client.ask("GET", f"{R}/compare/{wrong}")).status == 404
