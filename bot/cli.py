"""The command line: ``headgate``. Parses, calls, prints; what is decided is decided elsewhere."""

from __future__ import annotations

import difflib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.progress import track

from bot import backtest as backtesting
from bot import check as checking
from bot import init as initialising
from bot.demo import demo
from bot.errors import UsageProblem
from bot.gather.policy import PolicyProblem, read_policy
from bot.git.command import GitError
from bot.git.merges import FoundMerge
from bot.replay import replay
from bot.report import handbook, machine, markdown, tally, terminal, workflow
from bot.serve import jobs, serve
from policies.catalogue import BY_NAME
from policies.config import Config, ConfigErrors, default
from policies.config.schema import json_schema
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
    except BrokenPipeError:  # somebody piped us into head; what was not read to the end is no pass
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_UNDECIDED)
    except Exception as error:  # noqa: BLE001  # a traceback would end with 1, which means "blocked"
        if os.environ.get("HEADGATE_TRACEBACK"):
            traceback.print_exc()
        _complain(f"{type(error).__name__}: {error}. This is a fault in Headgate: {_REPORT}", EXIT_UNDECIDED)


_REPORT = "report it, with what HEADGATE_TRACEBACK=1 shows."


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


cli.add_command(demo)
cli.add_command(serve)
cli.add_command(jobs)
cli.add_command(replay)


@cli.command()
@repository_options
@click.option("--head", envvar="PRE_COMMIT_LOCAL_BRANCH", help="The branch to be merged; default: the one checked out.")
@click.option("--base", help="The branch to merge into; default: where a branch of this type goes.")
@click.option("--event", type=FILE, help="A workflow's event file (GITHUB_EVENT_PATH) instead of --head and --base.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Also say why rules had nothing to judge.")
def check(*, form: str, event: Path | None, verbose: bool, **asked: Any) -> int:
    """Judge one branch as the pull request it would be.

    Nothing is fetched, written or checked out; what the clone does not hold is reported with the command that
    fetches it.
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
    console = terminal.console()
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


@cli.command()
@repository_options
@click.option("--last", type=click.IntRange(min=1), help="Only the newest N merges.")
@click.option("--since", help="Only merges that this commit, tag or branch does not contain.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def backtest(form: str, **asked: Any) -> int:
    """Replay the merges of a clone: what would the policy have blocked?"""
    started = time.perf_counter()
    stretch = backtesting.Stretch(asked.pop("last"), asked.pop("since"))
    result = backtesting.backtest(checking.Question(**asked), stretch, _progress)
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


@cli.command()
@click.option("--config", type=FILE, help="Show severities of this policy file; default: the preset gitflow.")
@click.option("--json", "as_json", is_flag=True, help="For programs, with options and documentation.")
def rules(*, config: Path | None, as_json: bool) -> None:
    """List every rule."""
    policy = _policy(config)
    if as_json:
        click.echo(handbook.as_json(policy))
    else:
        handbook.listed(policy, terminal.console())


@cli.command()
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


@cli.group()
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


@cli.command()
@click.option("--repo", type=DIRECTORY, default=Path(), help="The clone; default: here.")
@click.option("--force", is_flag=True, help="Overwrite the file that is there.")
def init(*, repo: Path, force: bool) -> None:
    """Write a commented policy file that fits the branches of this clone."""
    path = initialising.init(repo, force=force)
    click.echo(f"Wrote {visible(os.path.relpath(path))}. Next: headgate check, then headgate backtest.")


if __name__ == "__main__":
    main()
