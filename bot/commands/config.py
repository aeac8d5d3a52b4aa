"""``headgate config``: whether a policy file is valid, and the schema for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.commands.common import FILE
from bot.gather.policy import read_policy
from policies.config.schema import json_schema
from policies.phrase import visible


@click.group()
def config() -> None:
    """Look after the policy file."""


@config.command()
@click.argument("file", type=FILE)
@click.option("--extends", type=FILE, help="The organisation's policy file, where FILE extends one.")
def validate(file: Path, extends: Path | None) -> None:
    """Say whether FILE is a valid policy; all problems at once, with line and column."""
    policy = read_policy(file, extends)
    types = ", ".join(kind.name for kind in policy.branches)
    click.echo(f"{visible(str(file))} is valid: preset {policy.preset}; branch types {visible(types, 500)}.")


@config.command()
def schema() -> None:
    """Print the JSON Schema of the policy file, for editors."""
    click.echo(json.dumps(json_schema(), indent=2))
