"""``headgate backtest``: replays the merges of a clone, with a bar on standard error while a person is looking."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from bot.commands.common import repository_options
from bot.errors import EXIT_PASS
from bot.git.merges import FoundMerge
from bot.local.backtest import Stretch
from bot.local.backtest import backtest as replay
from bot.local.check import Question
from bot.report import tally, terminal


@click.command()
@repository_options
@click.option("--last", type=click.IntRange(min=1), help="Only the newest N merges.")
@click.option("--since", help="Only merges that this commit, tag or branch does not contain.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def backtest(form: str, **asked: Any) -> int:
    """Replay the merges of a clone: what would the policy have blocked?"""
    started = time.perf_counter()
    stretch = Stretch(asked.pop("last"), asked.pop("since"))
    result = replay(Question(**asked), stretch, _progress)
    seconds = time.perf_counter() - started
    if form == "json":
        click.echo(tally.as_json(result, seconds))
    else:
        tally.show(result, seconds, terminal.console())
    return EXIT_PASS


def _progress(merges: Iterable[FoundMerge], total: int) -> Iterable[FoundMerge]:
    """Show a bar on standard error while a person is looking."""
    console = Console(stderr=True)
    return track(merges, "Replaying merges", total, transient=True, console=console, disable=not console.is_terminal)
