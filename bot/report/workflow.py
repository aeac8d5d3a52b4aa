"""A report for a workflow run: annotations by workflow command.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.judged import Judged
from bot.report.marks import remark
from policies.phrase import visible
from policies.verdict import Finding, Outcome, Verdict

LONGEST = 4_000
"""Characters of one message; the runner cuts at 4,096."""

MOST = 10
"""Annotations of one level that the runner keeps for a step."""


def commands(judged: tuple[Judged, ...]) -> Iterator[str]:
    """Yield one line a finding: ``error`` for what blocks, ``warning`` for the rest; a notice where nothing blocks."""
    for each in judged:
        report = each.report
        for verdicts, level in ((report.blocking, "error"), (report.warnings, "warning")):
            yield from _level(verdicts, level)
        if report.outcome is Outcome.PASS:
            yield f"::notice title=headgate::{_data('may be merged')}"


def _level(verdicts: tuple[Verdict, ...], level: str) -> Iterator[str]:
    found = [(verdict, finding) for verdict in verdicts for finding in verdict.findings]
    for verdict, finding in found[: MOST if len(found) <= MOST else MOST - 1]:
        yield f"::{level} {_properties(verdict, finding)}::{_data(_message(verdict, finding))}"
    if len(found) > MOST:
        yield f"::{level} title=headgate::{_data(f'… and {len(found) - MOST + 1} more; headgate check lists them all')}"


def _properties(verdict: Verdict, finding: Finding) -> str:
    title = f"title={_property(f'headgate: {verdict.rule}')}"
    if finding.place is None:
        return title
    line = f",line={finding.place.line}" if finding.place.line else ""
    return f"file={_property(finding.place.path)}{line},{title}"


def _message(verdict: Verdict, finding: Finding) -> str:
    text = remark(verdict, finding)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
