"""Plays the story: each scene is a pull request that somebody opens, and what its reader then finds on GitHub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.demo.read import CHECK, Played, read
from bot.demo.stage import Gate, register, running
from bot.tracking.server import NO_SERVERS, Servers
from sandbox.desk import email_of
from sandbox.github.model import Organisation
from sandbox.github.people.pull import Pull
from sandbox.github.people.repo import Repo
from sandbox.github.server import Sandbox
from sandbox.story import PEOPLE, Scene, Story

PATIENCE = 60.0
"""Seconds in which a check must come to an end."""


class Theatre:
    """A repository of the story on a sandbox, with Headgate installed and its check required."""

    def __init__(self, gate: Gate, repo: Repo) -> None:
        self.gate, self.repo = gate, repo
        self._open: dict[str, Pull] = {}
        for branch in ("main", "dev"):
            repo.require(branch, CHECK, app=gate.app.app)

    async def play(self, scene: Scene) -> Played:
        """Open the pull request of a scene (or aim the one of its branch elsewhere) and read the check."""
        pull = self._open.get(scene.head)
        if pull is not None and scene.retargets:
            await pull.retarget(scene.base)
        else:
            pull = self._open[scene.head] = await self.open(scene)
        async with asyncio.timeout(PATIENCE):
            await self.gate.settle()
            while await self._is_busy():  # GitHub says only at a second look whether it merges
                await asyncio.sleep(0.1)
                await self.gate.settle()
        return read(scene, pull)

    async def open(self, scene: Scene) -> Pull:
        who = self.gate.github.user(PEOPLE[scene.who])
        return await self.repo.open_pull_request(scene.head, scene.base, by=who, title=scene.title)

    async def _is_busy(self) -> bool:
        """Say whether a job waits, runs or is put off."""
        counts = await self.gate.queue.counts()
        return any(number for state, number in counts.items() if state != "dead")


@asynccontextmanager
async def theatre(github: Sandbox, story: Story, folder: Path, servers: Servers = NO_SERVERS) -> AsyncIterator[Theatre]:
    """Raise the curtain; the server runs until the end of the block. ``servers`` are its tracking servers."""
    acme = _organisation(github)
    app = await register(github, acme)
    async with running(github, app, f"sqlite:///{folder}/headgate.db", servers=servers) as gate:
        stage = Theatre(gate, await github.adopt_repository(acme, story.name, story.origin))
        await app.install(acme)
        await gate.settle()
        yield stage


def _organisation(github: Sandbox) -> Organisation:
    people = [github.user(login, name, email_of(name)) for name, login in PEOPLE.items()]
    acme = github.organisation("acme", people[0])
    for person in people[1:]:
        acme.members[person] = "member"
    acme.base_permission = "write"
    return acme
