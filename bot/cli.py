"""The command line: ``headgate``. Parses, calls, prints; what is decided is decided elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console

from bot import check as checking
from bot.errors import UsageProblem
from bot.gather.git import GitError
from bot.gather.policy import PolicyProblem
from bot.report import machine, markdown, terminal, workflow
from policies.config import ConfigErrors, read
from policies.phrase import visible
from policies.verdict import Outcome, worst

EXIT_PASS, EXIT_BLOCKED, EXIT_USAGE, EXIT_UNDECIDED = 0, 1, 2, 3

FILE = click.Path(path_type=Path, dir_okay=False)
DIRECTORY = click.Path(path_type=Path, file_okay=False)

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
        _complain(str(error), EXIT_USAGE)
    except PolicyProblem as error:
        _print_problems(error.label, error.errors)
        sys.exit(EXIT_USAGE)
    except (GitError, checking.Undecided) as error:
        _complain(str(error), EXIT_UNDECIDED)
    except BrokenPipeError:  # somebody piped us into head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_PASS)


def _complain(message: str, code: int) -> NoReturn:
    click.echo(f"headgate: {visible(message, 2_000)}", err=True)
    sys.exit(code)


def _print_problems(label: str, errors: ConfigErrors) -> None:
    for problem in errors.problems:
        place = f"{visible(label)}:{problem.position.line}:{problem.position.column}"
        click.echo(f"{place}: {problem.message.plain()}", err=True)


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


@cli.command()
@repository_options
@click.option("--head", envvar="PRE_COMMIT_LOCAL_BRANCH", help="The branch to be merged; default: the one checked out.")
@click.option("--base", help="The branch to merge into; default: where a branch of this type goes.")
@click.option("--event", type=FILE, help="A workflow's event file (GITHUB_EVENT_PATH) instead of --head and --base.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Also say why rules had nothing to judge.")
def check(form: str, event: Path | None, verbose: bool, **asked: Any) -> int:
    """Judge one branch as the pull request it would be.

    Nothing is fetched, written or checked out; what the clone does not hold is reported with the command that fetches it.
    """
    if event and (asked["base"] or _given_on_command_line("head")):
        raise UsageProblem("--event already names head and base; leave --head and --base out.")
    question = checking.Question(**{**asked, "event": event, "head": None if event else asked["head"]})
    try:
        judged = checking.judge(question)
    except checking.NothingToJudge as reason:
        return _nothing(str(reason), form)
    if form == "json":
        click.echo(machine.as_json(judged))
    elif form == "github":
        _print_for_workflow(judged)
    else:
        _print_for_people(judged, verbose=verbose)
    return exit_code(worst(each.report.outcome for each in judged))


def exit_code(outcome: Outcome) -> int:
    """Return the exit code for a verdict."""
    return {Outcome.PASS: EXIT_PASS, Outcome.FAIL: EXIT_BLOCKED}.get(outcome, EXIT_UNDECIDED)


def _given_on_command_line(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _nothing(reason: str, form: str) -> int:
    if form == "json":
        click.echo(machine.dumps({"format": machine.FORMAT, "verdict": "pass", "rules": [], "notes": [reason]}))
    else:
        click.echo(visible(reason, 1_000))
    return EXIT_PASS


def _print_for_people(judged: tuple[checking.Judged, ...], *, verbose: bool) -> None:
    console = Console(highlight=False)
    for index, each in enumerate(judged):
        if index:
            console.print()
        terminal.show(each, console, verbose=verbose)


def _print_for_workflow(judged: tuple[checking.Judged, ...]) -> None:
    for line in workflow.commands(judged):
        click.echo(line)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as page:
            page.write(markdown.page(judged))


if __name__ == "__main__":
    main()
