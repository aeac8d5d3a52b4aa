"""Plays the story: each scene is a pull request that somebody opens, and what its reader then finds on GitHub."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.demo.stage import Gate, register, running
from sandbox.desk import email_of
from sandbox.github.model import Organisation, User
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from sandbox.story import PEOPLE, Scene, Story

CHECK = "headgate"

PATIENCE = 60.0
"""Seconds in which a check must come to an end."""

_SECTION = re.compile(r"^## #(\d+) ", re.MULTILINE)
_ROW = re.compile(r"^\| #(\d+) \| .* \| (.*) \|$", re.MULTILINE)
_RULE = re.compile(r"^#### \S+ ([a-z-]+)(?: .*)?$", re.MULTILINE)
_REMEDY = re.compile(r"^\*\*How to fix it:\*\* (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a check says: a rule, and the sentence that mends it."""

    rule: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Played:
    """A scene, the pull request that was opened in it, and what its check says."""

    scene: Scene
    number: int
    verdict: str
    title: str
    blocking: tuple[Said, ...]
    warnings: tuple[Said, ...]

    @property
    def as_told(self) -> bool:
        """True if the check blocks by exactly the rules of the story, and warns of all that the story expects."""
        rules, warnings = ({said.rule for said in each} for each in (self.blocking, self.warnings))
        return (self.verdict, rules) == (self.scene.verdict, set(self.scene.rules)) and warnings >= {
            *self.scene.warnings
        }


class Theatre:
    """The story's repository on a sandbox, with Headgate installed and its check required."""

    def __init__(self, gate: Gate, repo: Repo, people: dict[str, User]) -> None:
        self.gate, self.repo, self._people = gate, repo, people
        self._open: dict[str, Pull] = {}

    async def play(self, scene: Scene) -> Played:
        """Open the pull request of a scene (or aim the one of its branch elsewhere) and read the check."""
        pull = self._open.get(scene.head)
        if pull is not None and scene.retargets:
            await pull.retarget(scene.base)
        else:
            who = self._people[scene.who]
            pull = await self.repo.open_pull_request(scene.head, scene.base, by=who, title=scene.title)
            self._open[scene.head] = pull
        async with asyncio.timeout(PATIENCE):
            await self.gate.settle()
            while await self._is_busy():  # GitHub says only at a second look whether it merges
                await asyncio.sleep(0.1)
                await self.gate.settle()
        return _read(scene, pull)

    async def _is_busy(self) -> bool:
        """Say whether a job waits, runs or is put off."""
        counts = await self.gate.queue.counts()
        return any(number for state, number in counts.items() if state != "dead")


@asynccontextmanager
async def theatre(github: Sandbox, story: Story, folder: Path) -> AsyncIterator[Theatre]:
    """Raise the curtain; the server runs until the end of the block."""
    people = {name: github.user(login, name, email_of(name)) for name, login in PEOPLE.items()}
    acme = _organisation(github, list(people.values()))
    app = await register(github, acme)
    async with running(github, app, f"sqlite:///{folder}/headgate.db") as gate:
        repo = await github.adopt_repository(acme, "sales-forecast", story.origin)
        for branch in ("main", "dev"):
            repo.require(branch, CHECK, app=app.app)
        await app.install(acme)
        await gate.settle()
        yield Theatre(gate, repo, people)


def _organisation(github: Sandbox, people: list[User]) -> Organisation:
    acme = github.organisation("acme", people[0])
    for person in people[1:]:
        acme.members[person] = "member"
    acme.base_permission = "write"
    return acme


def _read(scene: Scene, pull: Pull) -> Played:
    """Read the check as people do, from what stands on GitHub."""
    check = pull.checks()[CHECK]
    summary = (check.output.summary or "").replace("\N{NO-BREAK SPACE}", " ")
    text = _about(summary, pull.number)
    blocking, _, warnings = text.partition("\n### Warnings\n")
    warnings = warnings.partition("\n### ")[0]
    return Played(
        scene,
        pull.number,
        _verdict(check.conclusion, summary, pull.number),
        check.output.title or "",
        tuple(_said(blocking.partition("\n### ")[0])),
        tuple(_said(warnings)),
    )


def _verdict(conclusion: str | None, summary: str, number: int) -> str:
    """Return what is said of a pull request: in its row, where several share the check, else by the conclusion."""
    rows = dict(_ROW.findall(summary))
    passes = "may be merged" in rows[str(number)] if str(number) in rows else conclusion == "success"
    return "pass" if passes else "fail"


def _about(summary: str, number: int) -> str:
    """Return the part of a summary that is about one pull request; all of it, if it speaks of no other."""
    parts = _SECTION.split(summary)
    by_number = dict(zip(parts[1::2], parts[2::2], strict=True))
    return by_number.get(str(number), summary)


def _said(text: str) -> list[Said]:
    """Read a rule from each heading, and its remedy from what stands below."""
    _, *parts = _RULE.split(text)
    found = zip(parts[::2], map(_REMEDY.search, parts[1::2]), strict=True)
    return [Said(rule, remedy[1].replace("`", "") if remedy else "") for rule, remedy in found]
