"""Remarks on lines: what a rule found there, in plain text, as GitHub shows beside a line of code."""

from __future__ import annotations

from collections.abc import Iterator

from bot.gather.policy import PATH
from bot.report.fit import shortened_mark
from bot.report.opinion import Annotation, Level
from policies.config import ConfigErrors
from policies.verdict import Finding, Outcome, Report, Verdict
from policies.words.why import WHY

MOST_MARKS = 200
"""Remarks on lines of one check run; GitHub takes any number, 50 a request."""

MOST_EVIDENCE = 5
"""Lines of evidence in a remark; the page has more."""


def marks_of(report: Report) -> tuple[tuple[Annotation, ...], int]:
    """Return a remark for each finding with a line, at most so many, what blocks first; and how many there would be."""
    found = [
        (verdict, finding, finding.place, finding.place.line)
        for verdict in (*report.blocking, *report.warnings)
        for finding in verdict.findings
        if finding.place is not None and finding.place.line and _is_path(finding.place.path)
    ]
    marks = (
        Annotation(place.path, line, _level(verdict), verdict.rule, shortened_mark(remark(verdict, finding)))
        for verdict, finding, place, line in found[:MOST_MARKS]
    )
    return tuple(marks), len(found)


def _level(verdict: Verdict) -> Level:
    return "failure" if verdict.blocks else "warning"


def remark(verdict: Verdict, finding: Finding) -> str:
    """Return a finding as lines of plain text: message, evidence, why, and what mends it."""
    lines = [finding.message.plain(), *(f"· {detail.plain()}" for detail in finding.details[:MOST_EVIDENCE])]
    if verdict.outcome is Outcome.FAIL:
        lines.append(WHY[verdict.rule])
    if finding.remedy:
        lines += [finding.remedy.text.plain(), *(f"$ {command}" for command in finding.remedy.commands)]
    return "\n".join(lines)


def marks_of_policy(errors: ConfigErrors) -> Iterator[Annotation]:
    """Yield a remark for each problem of the repository's policy file."""
    for problem in errors.problems:
        yield Annotation(PATH, problem.position.line, "failure", "policy", shortened_mark(problem.message.plain()))


def _is_path(path: str) -> bool:
    """Say whether GitHub can be told this path: JSON knows no bytes that are not text."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return bool(path)
