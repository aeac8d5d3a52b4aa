"""A report for a person at a terminal: the verdict first, then what is wrong, why, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.judged import Judged
from policies.config import ConfigErrors
from policies.facts import PullRequest, Push
from policies.phrase import Foreign, Phrase, visible
from policies.verdict import Finding, Outcome, Remedy, Verdict
from policies.words.policy import at, breaks_the_policy
from policies.words.why import WHY

MOST_DETAILS = 10
"""Lines of evidence under one finding; JSON has them all."""

_HEADLINES = {
    Outcome.PASS: ("✓", "may be merged", "bold green"),
    Outcome.FAIL: ("✗", "blocked", "bold red"),
    Outcome.UNKNOWN: ("?", "could not decide", "bold yellow"),
    Outcome.ERROR: ("!", "could not decide: a rule failed", "bold yellow"),
}


WIDTH_OF_A_PIPE = 120
"""Columns where nobody's terminal says how many there are."""


def console() -> Console:
    """Return standard output for people: in colour on a terminal, plain and wide enough for tables in a pipe."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=WIDTH_OF_A_PIPE)


def show(judged: Judged, console: Console, *, verbose: bool = False) -> None:
    """Print one judgement; with ``verbose`` also why each other rule had nothing to judge."""
    report = judged.report
    mark, word, style = _HEADLINES[judged.outcome]
    if judged.outcome is Outcome.PASS and report.warnings:
        word = f"{word}, with {len(report.warnings)} warning{'s'[: len(report.warnings) > 1]}"
    console.print(Text.assemble((f"{mark} ", style), subject_of(judged), ("  ", ""), (word, style)), soft_wrap=True)
    if judged.change and judged.change.errors:
        _show_errors(judged.change.errors, console)
    for verdict in (*report.blocking, *report.warnings):
        console.print()
        _show_verdict(verdict, console)
    console.print()
    passed = [v.rule for v in report.verdicts if v.outcome is Outcome.PASS]
    if passed:
        _line(console, Text.assemble(("passed  ", "green"), ", ".join(passed)), 2)
    _show_skipped([v for v in report.verdicts if v.outcome is Outcome.SKIP], console, verbose=verbose)
    _line(console, Text.assemble(("policy  ", "dim"), (visible(judged.policy.label), "dim")), 2)
    for note in judged.notes:
        _line(console, Text(visible(note, 500), "dim italic"), 2)


def _show_errors(errors: ConfigErrors, console: Console) -> None:
    console.print()
    console.print(Text.assemble("  ", (breaks_the_policy().plain(), "bold red")), soft_wrap=True)
    for each in errors.problems:
        _line(console, styled(at(each.position.line, each.position.column) + each.message), 4)


def _show_skipped(skipped: list[Verdict], console: Console, *, verbose: bool) -> None:
    if skipped and not verbose:
        names = ", ".join(verdict.rule for verdict in skipped)
        _line(console, Text(f"nothing to judge  {names} (--verbose says why)", "dim"), 2)
        return
    for verdict in skipped:
        reason = verdict.reason or Phrase(())
        _line(console, Text.assemble((f"nothing to judge  {verdict.rule}: ", "dim"), styled(reason)), 2)


def subject_of(judged: Judged) -> Text:
    """Return ``head → base`` of a pull request, or the branch of a push."""
    pull_request, push = judged.facts.pull_request, judged.facts.push
    if isinstance(push, Push):
        return Text(f"push to {visible(push.branch)}", "bold")
    if not isinstance(pull_request, PullRequest):
        return Text("nothing", "bold")
    number = f"#{pull_request.number} " if pull_request.number else ""
    return Text(f"{number}{visible(pull_request.head)} → {visible(pull_request.base)}", "bold")


def _show_verdict(verdict: Verdict, console: Console) -> None:
    style = "red" if verdict.blocks else "yellow"
    word = (
        verdict.severity.word
        if verdict.outcome is Outcome.FAIL
        else f"{verdict.outcome.value} ({verdict.severity.word})"
    )
    console.print(Text.assemble("  ", (verdict.rule, f"bold {style}"), "  ", (word, style)), soft_wrap=True)
    for finding in verdict.findings:
        _show_finding(finding, console)
    if verdict.outcome is Outcome.FAIL:
        _line(console, Text.assemble(("why  ", "dim"), (WHY[verdict.rule], "dim")), 4)


def _show_finding(finding: Finding, console: Console) -> None:
    _line(console, styled(finding.message), 4)
    for detail in finding.details[:MOST_DETAILS]:
        _line(console, Text.assemble(("· ", "dim"), styled(detail)), 6)
    if len(finding.details) > MOST_DETAILS:
        _line(console, Text(f"… and {len(finding.details) - MOST_DETAILS} more", "dim"), 6)
    if finding.remedy is not None:
        _show_remedy(finding.remedy, console)


def _show_remedy(remedy: Remedy, console: Console) -> None:
    _line(console, Text.assemble(("fix  ", "dim"), styled(remedy.text)), 4)
    for command in remedy.commands:
        console.print(Text.assemble(" " * 9, ("$ ", "dim"), (command, "cyan")), soft_wrap=True)


def styled(phrase: Phrase) -> Text:
    """Return a phrase with its foreign parts marked; nothing in them is taken for markup or an escape sequence."""
    parts: Iterable[Text] = (
        Text(f"`{visible(part.text)}`", "cyan") if isinstance(part, Foreign) else Text(part) for part in phrase.parts
    )
    return Text().join(parts)


def _line(console: Console, text: Text, indent: int) -> None:
    """Print a line: wrapped under its indent for a person, in one piece for a file or a pipe."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent)))
    else:
        console.print(Text(" " * indent) + text, soft_wrap=True)
