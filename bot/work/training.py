"""Waiting for training: its workflow says when it has ended, MLflow does not, so somebody has to look now and then."""

from __future__ import annotations

from bot.gather.remote.reader import Reader
from bot.gather.remote.tracked import is_tracked
from bot.jobs.port import Later
from bot.jobs.target import PullRequestTarget, WorkflowTarget
from bot.tracking import polling
from bot.work.world import World
from policies.catalogue import BY_NAME
from policies.facts import Absent, Facts, PullRequest, Sha
from policies.metrics.runs import ModelRuns
from policies.phrase import Phrase
from policies.verdict import Outcome, Report, Verdict
from policies.words import runs as words

MISSED = frozenset({"missing-run", "stale-run"})
"""Rules that a run which somebody starts by hand would keep; nobody else tells us of it."""


async def look(world: World, target: WorkflowTarget) -> None:
    """Ask for a look at the pull requests with this head, if runs of it matter."""
    repository, sha = target.repository, Sha(target.sha)
    if await is_tracked(world.known(repository), sha):
        for seen in await world.store.open_at(repository.id, sha):
            await world.queue.enqueue(PullRequestTarget(repository, seen.number), "workflow")


def look_again(reader: Reader, facts: Facts, report: Report) -> Later | None:
    """Return when to look for runs again; None if there is nothing to wait for."""
    broken = {verdict.rule for verdict in report.verdicts if verdict.outcome is Outcome.FAIL}
    metrics = facts.metrics
    if isinstance(metrics, tuple):
        metrics = tuple(found for found in metrics if _matters(found, facts))
    at = polling.look_again(metrics, reader.since, reader.now, missed=bool(broken & MISSED))
    return None if at is None else Later(at, "Runs may still come")


def waits_for(facts: Facts, report: Report) -> Phrase | None:
    """Say what a verdict has to wait for: training that goes on, if the change concerns it.

    What was measured so far may be one seed of five, so it neither passes nor blocks. What is wrong besides is said at
    once.
    """
    subject = facts.pull_request
    if any(verdict.outcome is not Outcome.UNKNOWN and not _on_metrics(verdict) for verdict in report.blocking):
        return None
    if not isinstance(facts.metrics, tuple) or not isinstance(subject, PullRequest):
        return None
    going = next((found for found in facts.metrics if polling.trains(found) and _concerned(found, facts)), None)
    return None if going is None else words.waits(going.training, subject.head_sha)


def _matters(found: ModelRuns, facts: Facts) -> bool:
    """Say whether a verdict may change with what becomes of the runs: where there are none, none may be needed."""
    return _concerned(found, facts) or not isinstance(found.candidate, Absent)


def _on_metrics(verdict: Verdict) -> bool:
    return "metrics" in BY_NAME[verdict.rule].needs


def _concerned(found: ModelRuns, facts: Facts) -> bool:
    """Without word of the policy, or of the files that have changed, any change may concern the training."""
    return not isinstance(facts.paths, frozenset) or found.settings.may_need_run(facts.paths)
