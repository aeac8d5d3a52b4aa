"""``headgate rules`` and ``headgate explain``: the handbook at the terminal."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from bot.commands.common import FILE
from bot.errors import UsageProblem
from bot.gather.policy import read_policy
from bot.report import handbook, terminal
from policies.catalogue import BY_NAME
from policies.config import Config, default


@click.command()
@click.option("--config", type=FILE, help="Show severities of this policy file; default: the preset gitflow.")
@click.option("--json", "as_json", is_flag=True, help="For programs, with options and documentation.")
def rules(*, config: Path | None, as_json: bool) -> None:
    """List every rule."""
    policy = _policy(config)
    if as_json:
        click.echo(handbook.as_json(policy))
    else:
        handbook.listed(policy, terminal.console())


@click.command()
@click.argument("rule")
@click.option("--config", type=FILE, help="Show what this policy file says of it; default: the preset gitflow.")
def explain(rule: str, config: Path | None) -> None:
    """Tell what RULE does, why it matters and how to fix what it finds."""
    if rule not in BY_NAME:
        near = difflib.get_close_matches(rule, BY_NAME, n=1)
        hint = f"did you mean {near[0]}?" if near else "headgate rules lists them all."
        raise UsageProblem(f"There is no rule {rule}: {hint}")
    handbook.explained(BY_NAME[rule], _policy(config), terminal.console())


def _policy(path: Path | None) -> Config:
    return read_policy(path) if path else default()
