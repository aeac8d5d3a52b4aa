"""The command line: ``headgate``. Finds the command, and turns what went wrong into one line and an exit code.

A command is imported when it is called, so that the server does not carry what only a terminal needs.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from typing import NoReturn

import click

from bot.errors import EXIT_PASS, EXIT_UNDECIDED, EXIT_USAGE, Undecided, UsageProblem
from policies.phrase import visible

COMMANDS = {
    "backtest": "bot.commands.backtest",
    "check": "bot.commands.check",
    "config": "bot.commands.config",
    "demo": "bot.demo.command",
    "doctor": "bot.doctor.command",
    "explain": "bot.commands.rules",
    "init": "bot.commands.init",
    "jobs": "bot.commands.serve",
    "metrics": "bot.commands.metrics",
    "replay": "bot.commands.replay",
    "rules": "bot.commands.rules",
    "serve": "bot.commands.serve",
}
"""The modules that the commands are in, each under its own name."""


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="headgate")
def cli() -> None:
    """Hold branches and pull requests of a repository against its Gitflow and MLOps policy.

    Exit codes: 0 pass, 1 blocked, 2 usage or policy file wrong, 3 could not decide.
    """


def main() -> NoReturn:
    """Run the command line; every error that a person can mend is one line on standard error."""
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else EXIT_PASS)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except click.Abort:
        sys.exit(130)
    except UsageProblem as error:
        _complain(error.lines, EXIT_USAGE)
    except Undecided as error:
        _complain([f"headgate: {error}"], EXIT_UNDECIDED)
    except BrokenPipeError:  # somebody piped us into head; what was not read to the end is no pass
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_UNDECIDED)
    except Exception as error:  # noqa: BLE001  # a traceback would end with 1, which means "blocked"
        if os.environ.get("HEADGATE_TRACEBACK"):
            traceback.print_exc()
        said = f"headgate: {type(error).__name__}: {error}. This is a fault in Headgate: {_REPORT}"
        _complain([said], EXIT_UNDECIDED)


_REPORT = "report it, with what HEADGATE_TRACEBACK=1 shows."


def _complain(lines: Iterable[str], code: int) -> NoReturn:
    for line in lines:
        click.echo(visible(line, 2_000), err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
