"""The commands that work on a clone and on the rules themselves. Parse, call, print; decided is elsewhere."""

from __future__ import annotations

import difflib
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import track

from bot import backtest as backtesting
from bot import check as checking
from bot import init as initialising
from bot import skeleton
from bot.errors import EXIT_BLOCKED, EXIT_PASS, EXIT_UNDECIDED, NothingToJudge, Undecided, UsageProblem
from bot.gather.policy import read_policy
from bot.git.merges import FoundMerge
from bot.judged import Judged
from bot.report import handbook, machine, markdown, tally, terminal, workflow
from policies.catalogue import BY_NAME
from policies.config import Config, default
from policies.config.schema import json_schema
from policies.phrase import visible
from policies.verdict import Outcome, worst

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


@click.command()
@repository_options
@click.option("--head", envvar="PRE_COMMIT_LOCAL_BRANCH", help="The branch to be merged; default: the one checked out.")
@click.option("--base", help="The branch to merge into; default: where a branch of this type goes.")
@click.option("--event", type=FILE, help="A workflow's event file (GITHUB_EVENT_PATH) instead of --head and --base.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--report", type=FILE, help="Also write the report as JSON into this file.")
@click.option("-v", "--verbose", is_flag=True, help="Also say why rules had nothing to judge.")
def check(*, form: str, event: Path | None, report: Path | None, verbose: bool, **asked: Any) -> int:
    """Judge one branch as the pull request it would be.

    Nothing is fetched, written or checked out; what the clone does not hold is reported with the command that
    fetches it.
    """
    if event and (asked["base"] or _given_on_command_line("head")):
        raise UsageProblem("--event already names head and base; leave --head and --base out.")
    question = checking.Question(**{**asked, "event": event, "head": None if event else asked["head"]})
    try:
        judged = checking.judge(question)
    except NothingToJudge as reason:
        return _nothing(str(reason), form, report)
    except (UsageProblem, Undecided) as problem:
        if form == "github":
            _tell_workflow(workflow.commands_of_problem(problem), markdown.page_of_problem(problem))
        raise
    if report:
        _write(report, machine.as_json(judged))
    if form == "json":
        click.echo(machine.as_json(judged))
    elif form == "github":
        _tell_workflow(workflow.commands(judged), markdown.page(judged))
    else:
        _print_for_people(judged, verbose=verbose)
    return exit_code(worst(each.outcome for each in judged))


def exit_code(outcome: Outcome) -> int:
    """Return the exit code for a verdict."""
    return {Outcome.PASS: EXIT_PASS, Outcome.FAIL: EXIT_BLOCKED}.get(outcome, EXIT_UNDECIDED)


def _given_on_command_line(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _nothing(reason: str, form: str, report: Path | None) -> int:
    said = machine.dumps({"format": machine.FORMAT, "verdict": "pass", "rules": [], "notes": [reason]})
    if report:
        _write(report, said)
    if form == "json":
        click.echo(said)
    elif form == "github":
        click.echo(workflow.notice(reason))
    else:
        click.echo(visible(reason, 1_000))
    return EXIT_PASS


def _print_for_people(judged: tuple[Judged, ...], *, verbose: bool) -> None:
    console = terminal.console()
    for index, each in enumerate(judged):
        if index:
            console.print()
        terminal.show(each, console, verbose=verbose)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written: {error.strerror}.") from error


def _tell_workflow(lines: Iterable[str], text: str) -> None:
    for line in lines:
        click.echo(line)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as page:
            page.write(text)


@click.command()
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
