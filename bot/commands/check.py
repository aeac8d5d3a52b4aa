"""``headgate check``: judges a branch of a clone, or the event of a workflow, and says so to whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from bot.commands.common import FILE, exit_code, repository_options
from bot.errors import EXIT_PASS, NothingToJudge, Undecided, UsageProblem
from bot.judged import Judged
from bot.local.check import Question, judge
from bot.report import machine, markdown, terminal, workflow
from policies.phrase import visible
from policies.verdict import worst


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
    question = Question(**{**asked, "event": event, "head": None if event else asked["head"]})
    try:
        judged = judge(question)
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
