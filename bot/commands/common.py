"""What several commands share: options, and the exit code for a verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.errors import EXIT_BLOCKED, EXIT_PASS, EXIT_UNDECIDED
from policies.verdict import Outcome

FILE = click.Path(path_type=Path, dir_okay=False)
DIRECTORY = click.Path(path_type=Path, file_okay=False)

Command = TypeVar("Command", bound=Callable[..., Any])


def repository_options(command: Command) -> Command:
    """Add the options that say where to look and by which policy."""
    for option in (
        click.option("--repo", type=DIRECTORY, default=Path(), help="The clone; default: here."),
        click.option("--config", type=FILE, help="Judge by this policy file instead of the default branch's."),
        click.option("--extends", type=FILE, help="The organisation's policy file, where the policy extends one."),
        click.option("--remote", help="The remote whose branches count; default: origin."),
    ):
        command = option(command)
    return command


def exit_code(outcome: Outcome) -> int:
    """Return the exit code for a verdict."""
    return {Outcome.PASS: EXIT_PASS, Outcome.FAIL: EXIT_BLOCKED}.get(outcome, EXIT_UNDECIDED)
