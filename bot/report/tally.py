"""A backtest for people (tables) and for programs (JSON): what would have been blocked, and by which rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.local.backtest import Backtest, Replayed, by_type, type_of
from bot.report.machine import FORMAT, dumps
from bot.report.terminal import styled
from policies.phrase import visible
from policies.verdict import Outcome

NEWEST = 10
"""Blocked merges that are shown; JSON has them all."""


def show(result: Backtest, seconds: float, console: Console) -> None:
    """Print the tables; ``seconds`` is what the replay took, the reading of the history included."""
    replayed = result.replayed
    per_merge = f", {seconds / len(replayed) * 1000:.1f} ms each" if replayed else ""
    console.print(
        f"{len(replayed)} merges replayed in {seconds:.1f} s{per_merge}; policy: {visible(result.policy.label)}",
        soft_wrap=True,
        markup=False,
    )
    roles = ", ".join(f"{role} {visible(name)}" for role, name in result.model.roles.items() if name)
    console.print(f"{roles or 'no long-lived branch found'}", soft_wrap=True, style="dim")
    if result.syncs:
        console.print(
            f"{result.syncs} merges left out: a branch and its own copy, or an update from its base", style="dim"
        )
    if replayed:
        _types(replayed, console)
        _rules(replayed, console)
        _newest(replayed, console)
    notes = ["Approvals, conflicts and squashed pull requests are not in the history and were not judged."]
    if result.unbound:
        notes.insert(
            0, f"{visible(result.unbound)}, the default branch, plays no role in this policy: bind it in branches."
        )
    if result.policy.note:
        notes.append(result.policy.note)
    for note in notes:
        console.print(Text(note, "dim italic"), soft_wrap=True)


def _types(replayed: Iterable[Replayed], console: Console) -> None:
    table = Table(
        Column("branch type", no_wrap=True), box=None, header_style="bold", title="By branch type", title_justify="left"
    )
    for heading in ("merges", "would pass", "with warnings", "blocked", "undecided"):
        table.add_column(heading, justify="right")
    for name, group in by_type(replayed):
        counts = Counter(each.outcome for each in group)
        warned = sum(1 for each in group if each.outcome is Outcome.PASS and each.report and each.report.warnings)
        undecided = counts[Outcome.UNKNOWN] + counts[Outcome.ERROR]
        cells = (len(group), counts[Outcome.PASS], warned, counts[Outcome.FAIL], undecided)
        table.add_row(Text(visible(name)), *(str(cell) if cell else "·" for cell in cells))
    console.print()
    console.print(table)


def _rules(replayed: Sequence[Replayed], console: Console) -> None:
    blocking, warning = _by_rule(replayed)
    if not blocking and not warning:
        return
    types = [name for name, _ in by_type(each for each in replayed if each.report)]
    table = Table(
        Column("rule", no_wrap=True), "", box=None, header_style="bold", title="By rule", title_justify="left"
    )
    for name in types:
        table.add_column(Text(visible(name)), justify="right")
    for counts, word, style in ((blocking, "blocks", "red"), (warning, "warns", "yellow")):
        for rule, per_type in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
            cells = (str(per_type[name]) if per_type[name] else "·" for name in types)
            table.add_row(rule, Text(word, style), *cells)
    console.print()
    console.print(table)


def _by_rule(replayed: Iterable[Replayed]) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    blocking: dict[str, Counter[str]] = {}
    warning: dict[str, Counter[str]] = {}
    for each in replayed:
        if each.report is None:
            continue
        for verdicts, counts in ((each.report.blocking, blocking), (each.report.warnings, warning)):
            for verdict in verdicts:
                counts.setdefault(verdict.rule, Counter())[type_of(each)] += 1
    return blocking, warning


def _newest(replayed: Sequence[Replayed], console: Console) -> None:
    blocked = [each for each in replayed if each.outcome is Outcome.FAIL][-NEWEST:]
    if not blocked:
        return
    console.print()
    console.print("Newest that would have been blocked", style="bold")
    for each in reversed(blocked):
        owner = "fork:" if each.merge.fork else ""
        pair = f"{owner}{visible(str(each.merge.source))} → {visible(each.merge.target)}"
        console.print(
            Text.assemble((f"{each.when:%Y-%m-%d} {each.merge.sha[:10]} ", "dim"), (pair, "bold")), soft_wrap=True
        )
        for verdict in each.report.blocking if each.report else ():
            console.print(
                Text.assemble((f"    {verdict.rule}: ", "red"), styled(verdict.findings[0].message)), soft_wrap=True
            )
    console.print()


def as_json(result: Backtest, seconds: float) -> str:
    """Return the JSON text: totals, counts by branch type and rule, and one entry a merge."""
    blocking, warning = _by_rule(result.replayed)
    return dumps(
        {
            "format": FORMAT,
            "policy": result.policy.label,
            "roles": dict(result.model.roles),
            "merges": len(result.replayed),
            "left_out": result.syncs,
            "seconds": round(seconds, 3),
            "verdicts": Counter(each.outcome.value for each in result.replayed),
            "by_type": {
                name: Counter(each.outcome.value for each in group) for name, group in by_type(result.replayed)
            },
            "by_rule": {"blocks": blocking, "warns": warning},
            "replayed": [_entry(each) for each in result.replayed],
        }
    )


def _entry(each: Replayed) -> dict[str, Any]:
    report = each.report
    return {
        "sha": each.merge.sha,
        "when": each.when.isoformat(),
        "number": each.merge.number,
        "head": each.merge.source,
        "base": each.merge.target,
        "type": each.branch_type,
        "subject": each.subject,
        "verdict": each.outcome.value,
        "blocked_by": [_said(verdict.rule, verdict.findings) for verdict in report.blocking] if report else [],
        "warned_by": [verdict.rule for verdict in report.warnings] if report else [],
    }


def _said(rule: str, findings: Iterable[Any]) -> dict[str, Any]:
    return {"rule": rule, "messages": [finding.message.plain() for finding in findings]}
