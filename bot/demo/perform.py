"""Plays all scenes: once and for a table, or at a pace at which people can watch."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from bot.demo import reusing
from bot.demo.models import Workshop, by_program, measure
from bot.demo.play import Theatre, theatre
from bot.demo.read import Played
from bot.demo.show import conclude, table, tell
from bot.demo.tracking import Mlflow, Trainer, known, mlflow, trainer
from sandbox import models, story
from sandbox.github.server import Sandbox
from sandbox.pages import add_pages
from sandbox.story import Story

PAUSE = 2.5
"""Seconds between two scenes, to look at what has happened."""


@dataclass(frozen=True, slots=True)
class Stages:
    """All parts of the story. ``measured`` ends when what the second one begins with has been trained.

    ``third`` plays the last scene, if it is wanted; ``mlflow`` is where the runs are.
    """

    first: Theatre
    second: Workshop
    measured: asyncio.Task[None]
    mlflow: str
    third: Callable[[], Awaitable[Played]] | None

    async def play(self, pause: float) -> AsyncIterator[Played]:
        """Play all scenes, with a pause of so many seconds before each."""
        for scene in story.SCENES:
            await asyncio.sleep(pause)
            yield await self.first.play(scene)
        await self.measured
        for measured in models.SCENES:
            await asyncio.sleep(pause)
            yield await self.second.play(measured)
        if self.third is not None:
            await asyncio.sleep(pause)
            yield await self.third()


async def perform(folder: Path, console: Console, port: int, *, once: bool, with_actions: bool) -> int:
    """Start MLflow, a GitHub and Headgate, build the story's repositories, and play; returns the exit code."""
    pause = 0.0 if once else PAUSE
    async with mlflow(folder) as tracking, Sandbox(folder / "github", port=port, extend=add_pages) as github:
        github.world.web = f"{github.base_url}/web"
        async with _stages(github, tracking, folder, pause, with_actions=with_actions) as stages:
            _end_on_signals()
            if once:
                played = [each async for each in stages.play(pause)]
                console.print(table(played))
                return conclude(played, console)
            return await _live(stages, f"{github.base_url}/web", console)


@asynccontextmanager
async def _stages(
    github: Sandbox, tracking: Mlflow, folder: Path, pause: float, *, with_actions: bool
) -> AsyncIterator[Stages]:
    forecast, trained = story.build(folder), models.build(folder)
    async with (
        theatre(github, forecast, folder, known(tracking.url)) as first,
        trainer(folder, tracking.url) as training,
    ):
        measured = asyncio.create_task(_measured(trained, tracking, training))
        repo = await github.adopt_repository(first.repo.model.owner, trained.name, trained.origin)
        second = Workshop(Theatre(first.gate, repo), by_program(training, trained.clone), pause)
        third = partial(reusing.play, first, folder, tracking.url, pause) if with_actions else None
        try:
            yield Stages(first, second, measured, tracking.url, third)
        finally:
            measured.cancel()
            await asyncio.gather(measured, return_exceptions=True)


async def _measured(trained: Story, tracking: Mlflow, training: Trainer) -> None:
    await tracking.ready()
    await measure(trained, training)


def _end_on_signals() -> None:
    """Let Ctrl-C end the whole demo; until here it would have ended only the server, which drains its jobs."""
    playing, loop = asyncio.current_task(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if playing is not None:
            loop.add_signal_handler(number, playing.cancel)


async def _live(stages: Stages, pages: str, console: Console) -> int:
    """Play scene after scene, and leave everything running for who wants to press buttons."""
    first, second = f"{pages}/acme/sales-forecast", f"{pages}/acme/models"
    console.print("Three engineers forecast sales. Production is `main`, staging is `dev`; version 1.0.0 is out.")
    console.print(f"Open [bold]{first}[/] in your browser and watch; Ctrl-C ends it.", soft_wrap=True)
    console.print(f"Then their models change, in [bold]{second}[/]; the runs are in {stages.mlflow}.", soft_wrap=True)
    played: list[Played] = []
    async for each in stages.play(PAUSE):
        played.append(each)
        tell(each, console, pages)
    code = conclude(played, console)
    console.print("The servers go on: press buttons on the pages, or Ctrl-C here.")
    await asyncio.Event().wait()
    return code
