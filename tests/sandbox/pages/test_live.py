"""A page in a real browser: it follows what happens by itself, loads nothing from elsewhere, and makes no mistakes."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from sandbox.github.acts import reviews
from sandbox.github.git.objects import Person
from sandbox.github.git.writing import Draft, commit
from tests.sandbox.pages.conftest import Scene

pytestmark = pytest.mark.asyncio

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
REFUSED = "the server responded with a status of 422"
"""Chromium notes it as an error; the page shows why."""


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start the Chromium of the machine, or the one that playwright brought."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def page(browser: Browser, url: str) -> AsyncIterator[Page]:
    """Open a tab in which every request to elsewhere and every error of a script fails the test."""
    page = await browser.new_page()
    wrong: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith(f"{url}/web/"):
            wrong.append(request.url)

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and REFUSED not in message.text:
            wrong.append(message.text)

    page.on("request", look)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", hear)
    yield page
    assert wrong == []


async def test_a_pull_request_is_followed_from_opening_to_merge(scene: Scene, page: Page, url: str) -> None:
    await page.goto(f"{url}{scene.page}")
    await expect(page.locator("body.is-live")).to_be_visible()
    await expect(page.locator("#open")).to_contain_text("Nobody wants to merge anything.")
    pull = scene.open("hotfix/1.0.1", title="Round it")
    await page.get_by_role("link", name="Round it").first.click()
    await expect(page.locator("body.is-live")).to_be_visible()
    await expect(page.locator("#gate")).to_contain_text("Waiting for checks")
    await page.locator("#body").fill("half a comment")

    run = scene.start(pull)
    await expect(page.locator("#gate-checks")).to_contain_text("In progress")
    scene.conclude(run, "failure", "3 commits of dev would come along")
    await expect(page.locator("#gate")).to_contain_text("This may not be merged")
    await expect(page.locator("#gate-checks")).to_contain_text("3 commits of dev would come along")
    await expect(page.get_by_role("button", name="Merge pull request")).to_be_disabled()
    reviews.comment(scene.world, pull, "Blocked by `foreign-commits`", scene.app.bot, via=scene.app)
    await expect(page.locator(".saying code")).to_have_text("foreign-commits")
    scene.conclude(scene.start(pull), "success", "Everything holds")
    await expect(page.locator("#gate")).to_contain_text("This may be merged")

    await expect(page.locator("#body")).to_have_value("half a comment")
    await page.get_by_role("button", name="Merge pull request").click()
    await expect(page.locator("#gate")).to_contain_text("Merged into main")
    assert pull.merged_at is not None


async def test_what_did_not_change_is_left_alone(scene: Scene, page: Page, url: str) -> None:
    pull = scene.open("hotfix/1.0.1", body="<details><summary>More</summary>\n\nHere\n\n</details>")
    await page.goto(f"{url}{scene.page}/pull/1")
    await expect(page.locator("body.is-live")).to_be_visible()
    await page.get_by_text("More").click()
    await page.evaluate("window.before = document.querySelector('#opened .markdown details')")
    reviews.comment(scene.world, pull, "News", scene.ada)
    await expect(page.get_by_text("News")).to_be_visible()
    assert await page.evaluate("window.before === document.querySelector('#opened .markdown details')")
    await expect(page.get_by_text("Here")).to_be_visible()


COUNT = """window.changes = 0;
new MutationObserver((seen) => { window.changes += seen.length; })
  .observe(document.getElementById("page"), { subtree: true, childList: true, attributes: true, characterData: true });
"""


async def test_what_happens_elsewhere_touches_nothing(scene: Scene, page: Page, url: str) -> None:
    pull, other = (
        scene.open("hotfix/1.0.1", body="- [x] **done**, #1\n\n| a |\n|---|\n| b |"),
        scene.open("hotfix/late"),
    )
    scene.conclude(scene.start(pull), "failure", "No")
    await page.goto(f"{url}{scene.page}/pull/1")
    await expect(page.locator("body.is-live")).to_be_visible()
    await page.evaluate(COUNT)
    version = await page.locator("body").get_attribute("data-version")
    reviews.comment(scene.world, other, "Elsewhere", scene.ada)
    await expect(page.locator("body")).not_to_have_attribute("data-version", str(version))
    assert await page.evaluate("window.changes") == 0
    reviews.comment(scene.world, pull, "Here", scene.ada)
    await expect(page.get_by_text("Here")).to_be_visible()
    assert await page.evaluate("window.changes") > 0


async def test_a_refusal_is_said_and_stays(scene: Scene, page: Page, url: str) -> None:
    pull = scene.open("hotfix/1.0.1")
    await page.goto(f"{url}{scene.page}/pull/1")
    await page.locator("#base").select_option("hotfix/1.0.1")
    await page.get_by_role("button", name="Change base").click()
    await expect(page.get_by_role("alert")).to_contain_text("No commits between")
    reviews.comment(scene.world, pull, "News", scene.ada)
    await expect(page.get_by_text("News")).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_visible()


SEEN = """() => {
  const graph = document.querySelector(".graph"), frame = graph.getBoundingClientRect();
  const ends = [...graph.querySelectorAll(".label")].map((label) => label.getBoundingClientRect().right);
  return { wider: graph.scrollWidth > graph.clientWidth, whole: Math.max(...ends) <= frame.right };
}"""


async def test_the_name_of_the_head_is_seen_where_the_picture_is_wider_than_its_frame(
    scene: Scene, page: Page, url: str
) -> None:
    ada, name = Person("Ada", "ada@example.com", scene.world.clock.now()), "feature/a-name-that-takes-room"
    drafts = [Draft("feat: one", {"one.py": "1\n"}, ada, ada)]
    commit(scene.world.git(scene.repository), f"refs/heads/{name}", drafts, scene.tip("dev"))
    pull = scene.open(name, "dev")
    await page.goto(f"{url}{scene.page}/pull/{pull.number}")
    await expect(page.locator("body.is-live")).to_be_visible()
    assert await page.evaluate(SEEN) == {"wider": True, "whole": True}


@pytest.mark.parametrize("width", [400, 1600])
async def test_nothing_hostile_breaks_the_layout(scene: Scene, page: Page, url: str, width: int) -> None:
    name = "feature/" + "\u202e<b>`" + "x" * 220
    mallory = Person("Mallory" * 20, "mallory@example.com", scene.world.clock.now())
    draft = Draft("W" * 300, {"y" * 200 + ".py": "z" * 500 + "\n"}, mallory, mallory)
    commit(scene.world.git(scene.repository), f"refs/heads/{name}", [draft], scene.tip("dev"))
    body = (
        "<div style='position:fixed'>"
        + "v" * 400
        + "</div>\n\n```mermaid\ngraph TD; A-->B\n```\n\n"
        + "| a " * 60
        + "|"
    )
    pull = scene.open(name, "dev", "W" * 250, body)
    scene.conclude(scene.start(pull), "failure", "u" * 250, "t" * 400)
    await page.set_viewport_size({"width": width, "height": 900})
    for part in (
        "/web/",
        scene.page,
        f"{scene.page}/pull/1",
        f"{scene.page}/pull/1/files",
        f"{scene.page}/pull/1/checks",
    ):
        await page.goto(url + part)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part


async def test_the_diagram_is_drawn(scene: Scene, page: Page, url: str) -> None:
    scene.open("hotfix/1.0.1", body="```mermaid\nflowchart LR\n  A[hotfix] --> B(main)\n```")
    await page.goto(f"{url}{scene.page}/pull/1")
    image = page.locator(".diagram img")
    await expect(image).to_be_visible()
    assert await image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
