"""A report as Markdown, for the summary page of a workflow run."""

from __future__ import annotations

from collections.abc import Iterator

from bot.judged import Judged
from bot.report.blocks import every_rule, verdict_blocks
from bot.report.fit import joined
from policies.facts import PullRequest
from policies.phrase import say
from policies.verdict import Outcome
from policies.words import policy

_HEADLINES = {
    Outcome.PASS: "✅ May be merged",
    Outcome.FAIL: "❌ Blocked",
    Outcome.UNKNOWN: "❔ Could not decide",
    Outcome.ERROR: "❗ Could not decide: a rule failed",
}


def page(judged: tuple[Judged, ...]) -> str:
    """Return the whole page; every foreign text in it is inert."""
    return joined([block for each in judged for block in _judged(each)]) + "\n"


def _judged(judged: Judged) -> Iterator[str]:
    pull_request = judged.facts.pull_request
    if isinstance(pull_request, PullRequest):
        yield "## " + say("{head} → {base}", head=pull_request.head, base=pull_request.base).markdown()
    yield f"**{_HEADLINES[judged.report.outcome]}**"
    for verdict in (*judged.report.blocking, *judged.report.warnings):
        yield from verdict_blocks(verdict)
    yield every_rule(judged.report.verdicts)
    yield policy.about(judged.policy.label).markdown()
