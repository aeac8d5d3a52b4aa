"""Verdicts as blocks of Markdown: for check runs, comments and the summary page of a workflow run.

Each block is whole in itself, so that a page can be cut between two of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from policies.phrase import Phrase, say
from policies.verdict import Finding, Outcome, Remedy, Verdict
from policies.words import check as words
from policies.words.why import WHY

MOST_FINDINGS = 10
"""Findings of one rule, and lines of evidence under one finding, that are shown; JSON has them all."""


_ROWS = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.PASS, Outcome.SKIP)


def verdict_blocks(verdict: Verdict, docs: str | None = None) -> Iterator[str]:
    """Say what a rule found, what mends it and why the team has it. ``docs`` is the folder of the rules' pages."""
    sign, _ = words.STANDINGS[verdict.outcome, verdict.blocks]
    yield f"#### {sign} {rule_name(verdict.rule, docs)}"
    for finding in verdict.findings[:MOST_FINDINGS]:
        yield from _finding(finding, verdict.outcome)
    if len(verdict.findings) > MOST_FINDINGS:
        yield words.more(len(verdict.findings) - MOST_FINDINGS).markdown()
    if verdict.outcome is Outcome.FAIL:
        yield f"**{words.why().markdown()}** {WHY[verdict.rule]}"


def rule_name(rule: str, docs: str | None) -> str:
    """Return the name of a rule, linked to its page where somebody has said where the pages are.

    A relative link does not work on the page of a check run: there is no file that it could be relative to.
    """
    return f"[{rule}]({docs.rstrip('/')}/{rule}.md)" if docs else rule


def _finding(finding: Finding, outcome: Outcome) -> Iterator[str]:
    yield finding.message.markdown()
    if finding.details:
        yield bullets(finding.details)
    if finding.remedy is not None:
        yield from remedy_blocks(finding.remedy, words.to_mend() if outcome is Outcome.FAIL else words.what_helps())


def remedy_blocks(remedy: Remedy, lead: Phrase) -> Iterator[str]:
    """Say what mends it, with commands that can be copied as they are."""
    yield f"**{lead.markdown()}** {remedy.text.markdown()}"
    if remedy.commands:
        yield fenced(remedy.commands)


def bullets(lines: Sequence[Phrase], most: int = MOST_FINDINGS) -> str:
    """Return a list, and how many lines were left out."""
    shown = list(lines[:most])
    if len(lines) > most:
        shown.append(words.more(len(lines) - most))
    return "\n".join(f"- {line.markdown()}" for line in shown)


def fenced(commands: Sequence[str]) -> str:
    """Return commands in a fence that nothing in them can close."""
    longest = max((len(run) for command in commands for run in re.findall("`+", command)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}sh", *commands, fence))


def every_rule(verdicts: Iterable[Verdict], docs: str | None = None) -> str:
    """Return the table of all rules, with a line each: what blocks, then what warns, then the others."""
    ordered = sorted(verdicts, key=lambda verdict: (not verdict.blocks, _ROWS.index(verdict.outcome)))
    return table(("Verdict", "Rule", "What it says", "What fixes it"), (_row(verdict, docs) for verdict in ordered))


def _row(verdict: Verdict, docs: str | None) -> tuple[str, ...]:
    first = verdict.findings[0] if verdict.findings else None
    said = verdict.reason or (first.message if first else say(""))
    if len(verdict.findings) > 1:
        said += words.more_of_it(len(verdict.findings) - 1)
    remedy = first.remedy.text.markdown() if first and first.remedy else ""
    return (standing(verdict), rule_name(verdict.rule, docs), said.markdown(), remedy)


def standing(verdict: Verdict) -> str:
    """Return a sign and a word for what a rule says, which do not break in a narrow column."""
    return in_a_cell(*words.STANDINGS[verdict.outcome, verdict.blocks])


def in_a_cell(sign: str, word: str) -> str:
    return f"{sign} {word}".replace(" ", "\N{NO-BREAK SPACE}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[int] = ()) -> str:
    """Return a table; cells are Markdown in which a pipe is escaped already. ``numbers`` are columns to the right."""
    lines = (head, ["--:" if column in numbers else "---" for column in range(len(head))], *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
