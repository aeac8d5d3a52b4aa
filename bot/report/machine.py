"""A report for programs: stable JSON, described in `docs/json.md`."""

from __future__ import annotations

import json
from typing import Any

from bot.judged import Judged
from policies.facts import PullRequest, Push
from policies.verdict import Finding, Outcome, Verdict, worst
from policies.words.why import WHY

FORMAT = 1
"""Rises when a key changes its meaning or goes away; new keys do not raise it."""


def as_json(judged: tuple[Judged, ...]) -> str:
    """Return the JSON text of a judgement; several (a merge group) stand under ``pull_requests``."""
    if len(judged) == 1:
        return dumps({"format": FORMAT, **_judged(judged[0])})
    verdict = worst(each.outcome for each in judged).value
    return dumps({"format": FORMAT, "verdict": verdict, "pull_requests": [_judged(each) for each in judged]})


def dumps(value: object) -> str:
    """Return indented JSON in ASCII, so that a branch name cannot reach the terminal as control characters."""
    return json.dumps(value, indent=2, allow_nan=False)


def _judged(judged: Judged) -> dict[str, Any]:
    return {
        "verdict": judged.outcome.value,
        "rules": [_verdict(verdict) for verdict in judged.report.verdicts],
        **_subject(judged),
        "policy": judged.policy.label,
        "as_of": judged.report.as_of.isoformat(),
        "notes": list(judged.notes),
        **_change(judged),
    }


def _change(judged: Judged) -> dict[str, Any]:
    if judged.change is None or judged.change.errors is None:
        return {}
    problems = judged.change.errors.problems
    return {
        "policy_errors": [
            {"line": each.position.line, "column": each.position.column, "message": each.message.plain()}
            for each in problems
        ]
    }


def _subject(judged: Judged) -> dict[str, Any]:
    pull_request, push = judged.facts.pull_request, judged.facts.push
    if isinstance(pull_request, PullRequest):
        return {
            "head": pull_request.head,
            "base": pull_request.base,
            "head_sha": pull_request.head_sha,
            "base_sha": pull_request.base_sha,
            "number": pull_request.number,
        }
    return {"branch": push.branch} if isinstance(push, Push) else {}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    said: dict[str, Any] = {
        "rule": verdict.rule,
        "outcome": verdict.outcome.value,
        "severity": verdict.severity.word,
        "blocks": verdict.blocks,
        "findings": [_finding(finding) for finding in verdict.findings],
    }
    if verdict.reason is not None:
        said["reason"] = verdict.reason.plain()
    if verdict.outcome is Outcome.FAIL:
        said["why"] = WHY[verdict.rule]
    return said


def _finding(finding: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {
        "message": finding.message.plain(),
        "remedy": finding.remedy.text.plain() if finding.remedy else None,
        "commands": list(finding.remedy.commands) if finding.remedy else [],
        "details": [detail.plain() for detail in finding.details],
    }
    if finding.place is not None:
        said |= {"path": finding.place.path, "line": finding.place.line}
    return said
