"""The second half of the story: pull requests that change a model are trained, and their checks wait for that."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.demo.play import PATIENCE, Theatre
from bot.demo.read import CHECK, Played, read
from bot.demo.tracking import Trainer
from sandbox.github.people.pull import Pull
from sandbox.models import TRAINED, Measured
from sandbox.story import PEOPLE, Story


async def measure(story: Story, trainer: Trainer) -> None:
    """Train what the repository had before the story begins; raises Broken."""
    for name, model in TRAINED:
        await trainer.train(story.clone, _commit(story.clone, name), model)


def _commit(clone: Path, name: str) -> str:
    done = subprocess.run(["git", "rev-parse", name], cwd=clone, check=True, capture_output=True, text=True)
    return done.stdout.strip()


Train = Callable[[Pull, Measured], Awaitable[bool]]
"""Trains the head of a pull request; returns whether that went well."""


def by_program(trainer: Trainer, clone: Path) -> Train:
    """Return what trains without a runner, in a clone."""

    async def train(pull: Pull, scene: Measured) -> bool:
        return await trainer.train(clone, pull.head_sha, scene.workflow)

    return train


class Workshop:
    """A repository whose workflows train, on a stage. ``pause``: for how many seconds a check that waits is seen."""

    def __init__(self, stage: Theatre, train: Train, pause: float = 0.0) -> None:
        self._stage, self._train, self._pause = stage, train, pause

    async def play(self, scene: Measured) -> Played:
        """Open the pull request of a scene, let its check wait while its workflow trains, and read the check."""
        pull, repo = await self._stage.open(scene), self._stage.repo
        by = self._stage.gate.github.user(PEOPLE[scene.who])
        run = await repo.run_workflow(f"{scene.workflow}.yml", scene.head, by, "pull_request")
        async with asyncio.timeout(PATIENCE):
            waited = await self._waiting(pull)
        await asyncio.sleep(self._pause)
        went_well = await self._train(pull, scene)
        await repo.finish_workflow(run, "success" if went_well else "failure")
        async with asyncio.timeout(PATIENCE):
            await self._concluded(pull)
        return read(scene, pull, waited)

    async def _waiting(self, pull: Pull) -> str | None:
        """Return what the check says while it waits for the training of the head; None if it does not wait."""
        while True:
            await self._stage.gate.settle()
            check = pull.checks().get(CHECK)
            if check is not None and check.status == "completed":
                return None
            if check is not None and pull.head_sha[:7] in (check.output.title or ""):
                return check.output.title
            await asyncio.sleep(0.1)

    async def _concluded(self, pull: Pull) -> None:
        """Return when the check has a conclusion."""
        await self._stage.gate.settle()
        while pull.checks()[CHECK].status != "completed":
            await asyncio.sleep(0.1)
            await self._stage.gate.settle()
