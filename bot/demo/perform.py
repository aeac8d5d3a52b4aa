"""Plays all scenes: once and for a table, or at a pace at which people can watch."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from rich.console import Console

from bot.demo.play import Theatre, theatre
from bot.demo.show import conclude, table, tell
from sandbox.github.server import Sandbox
from sandbox.pages import add_pages
from sandbox.story import SCENES, build

PAUSE = 4.0
"""Seconds between two scenes, to look at what has happened."""

PAGE = "/web/acme/sales-forecast"


async def perform(folder: Path, console: Console, port: int, *, once: bool) -> int:
    """Build the story's repository, start a GitHub and Headgate around it, and play; returns the exit code."""
    story = build(folder)
    async with Sandbox(folder / "github", port=port, extend=add_pages) as github:
        github.world.web = f"{github.base_url}/web"
        async with theatre(github, story, folder) as stage:
            _end_on_signals()
            return await _all(stage, console, f"{github.base_url}{PAGE}", once=once)


def _end_on_signals() -> None:
    """Let Ctrl-C end the whole demo; until here it would have ended only the server, which drains its jobs."""
    playing, loop = asyncio.current_task(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if playing is not None:
            loop.add_signal_handler(number, playing.cancel)


async def _all(stage: Theatre, console: Console, page: str, *, once: bool) -> int:
    if not once:
        return await _live(stage, page, console)
    played = [await stage.play(scene) for scene in SCENES]
    console.print(table(played))
    return conclude(played, console)


async def _live(stage: Theatre, page: str, console: Console) -> int:
    """Play scene after scene, and leave everything running for who wants to press buttons."""
    console.print("Three engineers forecast sales. Production is `main`, staging is `dev`; version 1.0.0 is out.")
    console.print(f"Open [bold]{page}[/] in your browser and watch; Ctrl-C ends it.", soft_wrap=True)
    played = []
    for scene in SCENES:
        await asyncio.sleep(PAUSE)
        played.append(await stage.play(scene))
        tell(played[-1], console, f"{page}/pull/{played[-1].number}")
    code = conclude(played, console)
    console.print("The server goes on: press buttons on the pages, or Ctrl-C here.")
    await asyncio.Event().wait()
    return code
