"""A workflow's `headgate check`, with nothing but a checkout and an event file, held against what the server says."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.desk import environment
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from tests.bot.conftest import Headgate
from tests.stories.people import summary, verdict

ON_GITHUB = (
    ("missing-approval", "?", "Reviews are on GitHub; neither the clone nor the event file holds them."),
    *(
        (rule, "?", "Where the stack ends is known on GitHub: neither the clone nor the event file says what ")
        for rule in ("wrong-merge-target", "feature-in-freeze", "foreign-commits")
    ),
    ("bad-title", "·", "the title of #"),
    ("merge-conflict", "✗", "{words of the server}: `"),
)
"""What a workflow may say otherwise, by rule: the sign of its verdict, and how its sentence begins.

The title is in the event of a pull request, not in that of a merge group. Of a conflict a workflow says more, because
Git names the paths and GitHub does not.
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says of one rule: its line in the table of all, and its part of the page if it has one."""

    sign: str
    line: str
    block: str

    @property
    def message(self) -> str:
        return self.line.split(" | ")[0]


def rules_of(page: str) -> dict[str, Said]:
    """Read the summary of a check run, or of a workflow's step."""
    blocks = dict(_blocks(page))
    rows = re.findall(r"^\| (\S+)\N{NO-BREAK SPACE}[^|]* \| ([a-z-]+) \| (.*) \|$", page, re.MULTILINE)
    return {rule: Said(sign, line, blocks.get(rule, "")) for sign, rule, line in rows}


def _blocks(page: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^#### ", page, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        yield heading.partition(" ")[2], re.split(r"^### ", body, flags=re.MULTILINE)[0].strip()


def allowed(rule: str, server: Said, workflow: Said) -> bool:
    words = [
        (sign, text.replace("{words of the server}", server.message.rstrip(" .")))
        for name, sign, text in ON_GITHUB
        if name == rule
    ]
    return any(workflow.sign == sign and workflow.message.startswith(text) for sign, text in words)


@dataclass(frozen=True, slots=True)
class Workflow:
    """A run of `headgate check` in a workflow: how it ended, its log, and its page."""

    code: int
    log: str
    page: str


class Runner:
    """Does what GitHub does for a workflow on a pull request, in a folder of its own."""

    def __init__(self, github: Sandbox, repo: Repo, headgate: Headgate, folder: Path) -> None:
        self._github, self._repo, self._headgate, self._folder = github, repo, headgate, folder

    def run(self, pull: Pull) -> Workflow:
        """Run for the newest event about a pull request; one that cannot be merged has no merge commit."""
        events = (each for each in self._newest("pull_request") if each["number"] == pull.number)
        kind = "merge" if pull.mergeability.mergeable else "head"
        return self._run(next(events), f"refs/pull/{pull.number}/{kind}")

    def run_for_group(self) -> Workflow:
        """Run for the newest event about a merge group."""
        event = next(self._newest("merge_group"))
        return self._run(event, str(event["merge_group"]["head_ref"]))

    def _newest(self, name: str) -> Iterator[dict[str, Any]]:
        return (
            each.payload for each in reversed(self._github.deliveries) if each.event == name and not each.redelivery
        )

    def _run(self, payload: Mapping[str, Any], ref: str) -> Workflow:
        home = self._folder / ref.replace("/", "-")
        home.mkdir()
        event, page = home / "event.json", home / "summary.md"
        event.write_text(json.dumps(payload), "utf-8")
        self._checkout(home / "work", ref)
        with pytest.MonkeyPatch.context() as context:
            context.setenv("GITHUB_STEP_SUMMARY", str(page))
            answer = self._headgate("check", "--repo", home / "work", "--event", event, "--format", "github")
        return Workflow(answer.code, answer.out, page.read_text("utf-8"))

    def _checkout(self, work: Path, ref: str) -> None:
        """Fetch as actions/checkout does with `fetch-depth: 0`.

        https://github.com/actions/checkout/blob/v5/src/ref-helper.ts
        """
        work.mkdir()
        _git(work, "init", "--quiet")
        _git(work, "remote", "add", "origin", str(self._repo.path))
        everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        _git(work, "fetch", "--quiet", "--prune", "--no-recurse-submodules", "origin", *everything)
        _git(work, "fetch", "--quiet", "--no-tags", "origin", ref)
        _git(work, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")


def _git(where: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=where, env=environment(), check=True, capture_output=True)


def hold_pages_together(server: str, workflow: str, except_for: frozenset[str]) -> None:
    """Assert that two pages say the same of every rule, but for what only GitHub knows of the rules named."""
    there, here = rules_of(server), rules_of(workflow)
    assert len(there) >= 10, "the table of all rules was not read"
    assert list(there) == list(here) or except_for
    assert set(there) == set(here)
    different = {rule: (there[rule], here[rule]) for rule in there if there[rule] != here[rule]}
    assert set(different) == except_for, different
    for rule, (one, other) in different.items():
        assert allowed(rule, one, other), different[rule]


def hold_together(pull: Pull, workflow: Workflow, *, except_for: frozenset[str] = frozenset()) -> None:
    """Assert that a workflow says of a pull request what the server says, and ends as the check concludes."""
    hold_pages_together(summary(pull), workflow.page, except_for)
    assert (verdict(pull)[0] == "success") == (workflow.code == 0), workflow.log
    if not except_for:
        assert workflow.page.split("\n\n", 1)[1].strip() == summary(pull).strip()
