"""What the pages show of a world, over real HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from html.parser import HTMLParser

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from sandbox.github.acts import accounts, checks, merging, pulls, pushes, repositories, reviews, workflows
from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, commit
from sandbox.github.model import Annotation, Delivery
from sandbox.pages import add_pages
from tests.sandbox.pages.conftest import Scene, Visitor

pytestmark = pytest.mark.asyncio


async def test_the_overview_shows_repositories_and_what_happened(scene: Scene, visitor: Visitor) -> None:
    scene.open("hotfix/1.0.1", title="Round it")
    page = await visitor.get("/web/")
    assert page.status == 200
    assert f'href="{scene.page}"' in page.text
    assert f'href="{scene.page}/pull/1">#1</a>' in page.text
    assert "Nothing has happened yet." not in page.text


async def test_a_world_without_anything_has_an_overview(scene: Scene, visitor: Visitor) -> None:
    scene.world.repositories.clear()
    page = await visitor.get("/web")
    assert page.path == "/web/"
    assert "There is no repository yet." in page.text
    assert "Nothing has happened yet." in page.text


async def test_a_repository_shows_branches_rules_and_pull_requests(scene: Scene, visitor: Visitor) -> None:
    run = scene.start(scene.open("hotfix/1.0.1", title="Round it"))
    waiting = await visitor.get(scene.page)
    assert "In progress" in waiting.text
    scene.conclude(run, "failure", "3 commits of dev would come along")
    page = await visitor.get(scene.page)
    for shown in ("hotfix/late", "requires the check <b><bdi>headgate</bdi></b>", "Round it", "3 commits of dev would"):
        assert shown in page.text
    assert "In progress" not in page.text


async def test_a_conversation_is_shown_in_order(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1", body="It **rounds**. <!-- secret -->")
    reviews.comment(scene.world, pull, "see #1 :x:", scene.app.bot, via=scene.app)
    reviews.submit(scene.world, pull, reviews.Opinion("APPROVED", "*Good.*"), scene.ada)
    pulls.retarget(scene.world, pull, "dev", scene.ben)
    reviews.comment(scene.world, pull, "Better now", scene.ada)
    page = await visitor.get(f"{scene.page}/pull/1")
    parts = [
        "It <strong>rounds</strong>.",
        f'see <a href="{scene.page}/pull/1" rel=',
        "approved these changes",
        "<em>Good.</em>",
        "changed the base from",
        "Better now",
    ]
    assert sorted(parts, key=page.text.index) == parts
    assert "secret" not in page.text
    assert "Round</bdi>" in page.text  # the subject of its commit


async def test_a_check_run_is_shown_as_its_reader_sees_it(scene: Scene, visitor: Visitor) -> None:
    run = scene.start(scene.open("hotfix/1.0.1"))
    remark = Annotation("model.py", 1, 1, "warning", "This line\nis new.", title="Look here")
    output = {"title": "Almost", "summary": "| a |\n|---|\n| `b` |", "text": "<details>\n\n*How*\n\n</details>"}
    checks.update(scene.world, run, checks.Said(conclusion="failure", output=output, annotations=[remark]))
    for path in (f"{scene.page}/runs/{run.id}", f"{scene.page}/pull/1/checks"):
        page = await visitor.get(path)
        for shown in (
            "Almost",
            "<td><code>b</code></td>",
            "<em>How</em>",
            "Look here",
            "This line</bdi>\n<bdi>is new.",
        ):
            assert shown in page.text
        line = page.text.index('<tr class="meant">')
        assert '<span class="mi">2</span>' in page.text[line : page.text.index("</tr>", line)]  # rmse = 2
    files = await visitor.get(f"{scene.page}/pull/1/files")
    assert "Look here" in files.text
    assert '<tr class="removed">' in files.text
    assert '<tr class="added">' in files.text


async def test_a_commit_is_shown_with_its_checks_and_changes(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    page = await visitor.get(f"{scene.page}/commit/{pull.head_sha[:10]}")
    for shown in (pull.head_sha, "Everything holds", "model.py", '<tr class="added">', f"{scene.page}/pull/1"):
        assert shown in page.text


async def test_the_first_commit_is_shown_too(scene: Scene, visitor: Visitor) -> None:
    page = await visitor.get(f"{scene.page}/commit/{scene.tip('main')}")
    assert page.status == 200
    assert "+2" in page.text


async def test_a_merged_pull_request_still_shows_what_it_brought(scene: Scene, visitor: Visitor) -> None:
    pull = scene.open("hotfix/1.0.1")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    merging.merge(scene.world, pull, merging.Wish(), scene.ada)
    pushes.push(scene.world, scene.repository, "refs/heads/hotfix/1.0.1", None, scene.ada)
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "Merged into main" in page.text
    assert "merged 1 commit" in page.text
    assert 'class="branch gone"' in page.text
    assert "Merge pull request</button>" not in page.text


async def test_a_pull_request_outlives_its_fork_and_its_base(scene: Scene, visitor: Visitor) -> None:
    carol = accounts.create_user(scene.world, "carol")
    scene.repository.private = False
    fork = repositories.fork(scene.world, scene.repository, carol)
    opening = pulls.Opening("carol:hotfix/1.0.1", "dev", "From a fork")
    pull = pulls.open_(scene.world, scene.repository, opening, carol)
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "carol:hotfix/1.0.1" in page.text
    assert 'class="branch gone"' not in page.text
    repositories.delete(scene.world, fork, carol)
    assert 'class="branch gone" title="carol:hotfix/1.0.1"' in (await visitor.get(f"{scene.page}/pull/1")).text
    scene.world.git(scene.repository).update({"refs/heads/dev": None})
    page = await visitor.get(f"{scene.page}/pull/1")
    assert "The branch dev does not exist any more" in page.text
    assert pull.state == "open"
    for part in ("", "/pull/1/files", "/pull/1/checks", f"/commit/{pull.head_sha}"):
        assert (await visitor.get(scene.page + part)).status == 200


async def test_a_delivery_is_shown_with_what_was_sent_and_answered(scene: Scene, visitor: Visitor) -> None:
    payload = {"title": "<b>\u202e"}
    one = Delivery(7, "0d7f84b6", scene.app, "pull_request", "opened", 1, 1, payload, "", {}, scene.world.clock.now())
    scene.world.deliveries.append(one)
    assert "on its way" in (await visitor.get("/web/")).text
    one.status, one.status_code, one.duration, one.response_body = "OK", 202, 0.012, "taken"
    overview = await visitor.get("/web/")
    assert 'href="/web/deliveries/7"' in overview.text
    assert "12 ms" in overview.text
    page = await visitor.get("/web/deliveries/7")
    for shown in ("pull_request", "202", "taken", "&lt;b&gt;\\u202e"):
        assert shown in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/web/deliveries/9",
        "/web/acme/nothing",
        "/web/acme/forecast/pull/9",
        "/web/acme/forecast/runs/9",
        "/web/acme/forecast/commit/" + "0" * 40,
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)
    assert page.status == 404
    assert "Not here" in page.text


@pytest.mark.parametrize("path", ["/web/", "/web/acme/forecast", "/web/acme/nothing", "/web/static/live.js", "/web/x"])
async def test_a_page_may_load_nothing_from_elsewhere(visitor: Visitor, path: str) -> None:
    headers = (await visitor.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert {word for word in policy.replace(";", "").split() if not word.endswith("src")} <= {
        *("'none'", "'self'", "form-action", "base-uri", "frame-ancestors")
    }
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_open_pages_are_told_when_a_program_changes_something(scene: Scene) -> None:
    async def change(_: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    add_pages(app, scene.world)
    app.router.add_route("*", "/{tail:.*}", change)
    async with TestServer(app) as server, ClientSession() as session:

        async def version() -> str:
            async with session.get(server.make_url("/web/")) as page:
                return (await page.text()).partition('data-version="')[2].partition('"')[0]

        before = await version()
        async with session.get(server.make_url("/repos/acme/forecast")):
            assert await version() == before
        async with session.patch(server.make_url("/repos/acme/forecast/check-runs/1")):
            assert await version() != before


async def test_open_pages_are_told_of_changes_and_let_go_when_the_server_stops(scene: Scene) -> None:
    app = web.Application()
    add_pages(app, scene.world)
    server = TestServer(app)
    await server.start_server()
    async with ClientSession() as session, session.get(server.make_url("/web/events")) as stream:
        first = await stream.content.readuntil(b"\n\n")
        scene.open("hotfix/1.0.1")
        second = await stream.content.readuntil(b"\n\n")
        assert first.startswith(b"data: ")
        assert second.startswith(b"data: ")
        assert first != second
        async with asyncio.timeout(5):
            await server.close()


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": "<img-src=x/onerror=alert(1)>",
    "right to left": "\u202efdp.exe",
    "controls": "a\x1b[31mb\x07",
    "template": "{{7*7}}{%x%}",
    "long": "x" * 200,
    "quotes": "'\"><b>`$(x)`",
    "other script": "日本語",
}
NOT_IN_BRANCHES = str.maketrans("", "", "\x1b\x07[*?^~:\\ ")
NOT_IN_FILES = str.maketrans("", "", "/")


class Elements(HTMLParser):
    """Counts what runs, and what a text must not have become."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] += 1
        self.found.update(name for name, _ in attrs if name.startswith("on"))


@pytest.mark.parametrize("name", HOSTILE)
async def test_foreign_text_is_inert_on_every_page(scene: Scene, visitor: Visitor, name: str) -> None:
    text = HOSTILE[name]
    branch, path = "feature/" + text.translate(NOT_IN_BRANCHES), text.translate(NOT_IN_FILES) + ".py"
    mallory = Person(f"Mallory {text}", "mallory@example.com", scene.world.clock.now())
    draft = Draft(f"{text}\n\n{text}", {path: f"# {text}\n"}, mallory, mallory)
    sha = commit(scene.world.git(scene.repository), f"refs/heads/{branch}", [draft], scene.tip("dev"))
    pull = scene.open(branch, "dev", text, f"`{text}`")
    reviews.comment(scene.world, pull, text, scene.ben)
    run = scene.start(pull)
    output, remark = {"title": text}, Annotation(path, 1, 1, "failure", text, title=text, raw_details=text)
    checks.update(scene.world, run, checks.Said(conclusion="failure", output=output, annotations=[remark]))
    for part in ("", "/pull/1", "/pull/1/files", "/pull/1/checks", f"/runs/{run.id}", f"/commit/{sha}"):
        page = await visitor.get(f"{scene.page}{part}")
        assert page.status == 200
        assert not {"\u202e", "\x1b", "\x07"} & set(page.text)
        found = Elements(page.text).found
        assert found["script"] == 1  # ours
        assert not found["onerror"]
        assert not found["img-src=x"]
        if name == "template":
            assert "{{7*7}}" in page.text


async def test_a_run_of_a_workflow_leads_to_its_job(scene: Scene, visitor: Visitor) -> None:
    start = workflows.Start(".github/workflows/train.yml", "hotfix/1.0.1")
    run = workflows.request(scene.world, scene.repository, start, scene.ben)
    workflows.begin(scene.world, run)
    page = await visitor.get(f"{scene.page}/actions/runs/{run.id}")
    assert (page.status, page.path) == (200, f"{scene.page}/runs/{run.job.id}")
    assert "GitHub Actions" in page.text
    assert (await visitor.get(f"{scene.page}/actions/runs/{run.job.id}")).status == 404


async def test_the_news_tell_of_a_workflow_once(scene: Scene, visitor: Visitor) -> None:
    """Its job is told of as a check; what else GitHub sends is for programs."""
    scene.open("hotfix/1.0.1")
    start = workflows.Start(".github/workflows/train.yml", "hotfix/1.0.1")
    run = workflows.request(scene.world, scene.repository, start, scene.ben)
    workflows.begin(scene.world, run)
    workflows.complete(scene.world, run, "success")
    page = await visitor.get(scene.page)
    assert page.text.count("finished <b>") == 1
    assert "workflow run" not in page.text
