"""What comes out of the middle of both flows, from GitHub and from a clone: facts, report, and the policy that held."""

from __future__ import annotations

from dataclasses import dataclass

from bot.gather.policy import Policy
from policies.facts import Facts
from policies.verdict import Report


@dataclass(frozen=True, slots=True)
class Judged:
    """One pull request or push with its report. ``notes`` are things a reader should know, one sentence each."""

    facts: Facts
    report: Report
    policy: Policy
    notes: tuple[str, ...] = ()
