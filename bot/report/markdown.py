"""A report as Markdown, for the summary page of a workflow run."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check import Judged
from policies.facts import PullRequest
from policies.phrase import say
from policies.verdict import Finding, Outcome, Verdict
from policies.words.why import WHY

_HEADLINES = {
    Outcome.PASS: "✅ May be merged",
    Outcome.FAIL: "❌ Blocked",
    Outcome.UNKNOWN: "❔ Could not decide",
    Outcome.ERROR: "❗ Could not decide: a rule failed",
}


def page(judged: tuple[Judged, ...]) -> str:
    """Return the whole page; every foreign text in it is inert."""
    return "\n".join(line for each in judged for line in _judged(each)) + "\n"


def _judged(judged: Judged) -> Iterator[str]:
    pull_request = judged.facts.pull_request
    if isinstance(pull_request, PullRequest):
        yield "## " + say("{head} → {base}", head=pull_request.head, base=pull_request.base).markdown()
    yield f"\n**{_HEADLINES[judged.report.outcome]}**\n"
    for verdict in (*judged.report.blocking, *judged.report.warnings):
        yield from _verdict(verdict)
    yield "| rule | outcome | |\n|---|---|---|"
    for verdict in judged.report.verdicts:
        first = verdict.reason or (verdict.findings[0].message if verdict.findings else say(""))
        yield f"| {verdict.rule} | {verdict.outcome.value} | {first.markdown()} |"


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield f"### {verdict.rule} ({verdict.severity.word})\n"
    for finding in verdict.findings:
        yield from _finding(finding)
    if verdict.outcome is Outcome.FAIL:
        yield f"_{WHY[verdict.rule]}_\n"


def _finding(finding: Finding) -> Iterator[str]:
    yield finding.message.markdown() + "\n"
    yield from (f"- {detail.markdown()}" for detail in finding.details[:10])
    if len(finding.details) > 10:
        yield f"- … and {len(finding.details) - 10} more"
    if finding.remedy is None:
        return
    yield f"\n{finding.remedy.text.markdown()}\n"
    if finding.remedy.commands:
        fence = "`" * max(3, 1 + max(_longest_run(command) for command in finding.remedy.commands))
        yield "\n".join((fence + "sh", *finding.remedy.commands, fence)) + "\n"


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
