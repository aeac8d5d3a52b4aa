"""What comes out of the middle of both flows, from GitHub and from a clone: facts, report, and the policy that held."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.gather.policy import Policy
from bot.report.change import PolicyChange
from policies.evaluate import evaluate
from policies.facts import Facts
from policies.verdict import Outcome, Report, worst


@dataclass(frozen=True, slots=True)
class Judged:
    """One pull request or push with its report. ``notes`` are things a reader should know, one sentence each.

    ``change`` is what the pull request does to the policy, where it does anything.
    """

    facts: Facts
    report: Report
    policy: Policy
    notes: tuple[str, ...] = ()
    change: PolicyChange | None = None

    @property
    def outcome(self) -> Outcome:
        """That of the report; and nothing passes that would break the policy."""
        return worst((self.report.outcome, Outcome.FAIL if self.change and self.change.errors else Outcome.PASS))


async def decide(facts: Facts, policy: Policy) -> Judged:
    """Hold facts against a policy; beside the event loop where runs are compared, of which there may be thousands."""
    if isinstance(facts.metrics, tuple):
        return Judged(facts, await asyncio.to_thread(evaluate, facts, policy.config), policy)
    return Judged(facts, evaluate(facts, policy.config), policy)
