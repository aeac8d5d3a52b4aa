"""Situation 14: a stranger picks the branch name, and it is inert wherever it is shown."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from policies.phrase import visible
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from sandbox.pages import add_pages
from tests.sandbox.openapi import held
from tests.stories.gate import Gate
from tests.stories.people import feature, summary, verdict

pytestmark = pytest.mark.usefixtures("installed")

NAMES = {
    "quoting": ("feature/#42-days", "feature/100%25-days", 'feature/it\'s-"quoted"-days'),
    "Unicode": ("feature/für-日本-🚂", "feature/" + "日" * 82 + "x"),
    "length": ("feature/" + "x" * 247,),
    "HTML": (
        "feature/<img/src=x/onerror=alert(1)>",
        "feature/</code></td></details><script>alert(1)</script>",
        "feature/<a/href=/x>here</a>",
        "feature/&lt;b&gt;&#42;",
        "feature/<!--x",
    ),
    "Markdown": (
        "feature/`a``b`",
        "feature/a|b|",
        "feature/www.evil.example/x",
        "feature/@acme/ml",
        "feature/__a__",
    ),
    "programs": ("feature/$(reboot);`reboot`&&x", "feature/${{github.token}}{{7+7}}"),
    "what nobody sees": ("feature/\u202egnp.nimda\u2066", "feature/a\u200bb\u00adc\ufeff"),
}


@pytest_asyncio.fixture
async def github(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with held(Sandbox(tmp_path / "github", extend=add_pages)) as sandbox:
        yield sandbox


class Page(HTMLParser):
    """The elements of a page, with the names of their attributes; and the page as it was sent."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("class", "code-point") not in attrs:  # what cannot be seen is shown by its number
            self.elements.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


async def pages(github: Sandbox, pull: Pull) -> list[Page]:
    """Open what people open: the pull request, and its checks."""
    address = f"{github.base_url}/web/acme/forecast/pull/{pull.number}"
    found = []
    async with aiohttp.ClientSession() as session:
        for tail in ("", "/checks"):
            async with session.get(address + tail) as answer:
                assert answer.status == 200
                found.append(Page(await answer.text()))
    return found


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
async def test_14_names_are_shown_and_do_nothing(gate: Gate, github: Sandbox, repo: Repo, names: Sequence[str]) -> None:
    """The pages have the same elements as those of a harmless branch, in the check and in the comment too."""
    plain = await feature(repo, "feature/plain", "main")
    await gate.settle()
    expected = [page.elements for page in await pages(github, plain)]
    await repo.delete_branch("feature/plain")
    for name in names:
        pull = await feature(repo, name, "main")
        await gate.settle()
        conclusion, title = verdict(pull)
        assert conclusion == "failure"
        assert title == visible(title)
        assert title.startswith(visible(name) if len(name) < 60 else name[:40])
        assert title.endswith(" is of type feature: it merges into dev, not into main (wrong-merge-target)")
        assert len(pull.comments) == 1
        shown = await pages(github, pull)
        assert [page.elements for page in shown] == expected
        for page in shown:
            assert any(visible(name) in text for text in page.texts)
            assert not {"\u202e", "\u2066", "\u200b", "\ufeff"}.intersection(page.html)
        await repo.delete_branch(name)


async def test_14_a_name_that_is_to_be_changed(gate: Gate, repo: Repo) -> None:
    """The command that mends it can be pasted: nothing in the name is expanded."""
    await repo.create_branch("$(reboot);`x`'#\"", at="dev")
    await repo.commit("$(reboot);`x`'#\"", {"a.py": "1\n"}, "feat: a")
    pull = await repo.open_pull_request("$(reboot);`x`'#\"", "dev", title="feat: a")
    await gate.settle()
    assert verdict(pull) == ("failure", "The name $(reboot);`x`'#\" matches no branch type (unknown-branch-type)")
    command = next(line for line in summary(pull).splitlines() if line.startswith("git branch -m "))
    assert shlex.split(command) == ["git", "branch", "-m", "$(reboot);`x`'#\"", "feature/$(reboot);`x`'#\""]


async def test_14_a_name_that_others_stand_on(gate: Gate, repo: Repo) -> None:
    """Names stand in addresses of the API too, where `#` and `%` have a meaning."""
    name = "feature/100%25-#1&a=b"
    below, above = await feature(repo, name), await feature(repo, "feature/above", name, at=name)
    await gate.settle()
    assert verdict(below) == ("success", "May be merged, 1 warning")
    assert verdict(above) == ("success", "May be merged, 1 warning")
    await below.retarget("main")
    await gate.settle()
    assert verdict(above) == (
        "failure",
        f"feature/above is stacked on {name}, which goes into main; it must end in dev (wrong-merge-target)",
    )
