"""``headgate init``: writes a first policy file, or with ``--ml`` all that a repository that trains models needs."""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.commands.common import DIRECTORY
from bot.errors import UsageProblem
from bot.local import init as initialising
from bot.local import skeleton
from policies.phrase import visible


@click.command()
@click.option("--repo", type=DIRECTORY, default=Path(), help="The clone; default: here.")
@click.option("--force", is_flag=True, help="Overwrite the file that is there.")
@click.option("--ml", is_flag=True, help="Also write what a repository that trains models needs; what is there stays.")
def init(*, repo: Path, force: bool, ml: bool) -> None:
    """Write a commented policy file that fits the branches of this clone."""
    if not ml:
        path = initialising.init(repo, force=force)
        click.echo(f"Wrote {visible(os.path.relpath(path))}. Next: headgate check, then headgate backtest.")
        return
    if force:
        raise UsageProblem("--ml keeps every file that is there; leave --force out.")
    for line in skeleton.told(skeleton.start(repo, skeleton.installation())):
        click.echo(line)
