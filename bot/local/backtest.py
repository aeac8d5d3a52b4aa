"""Replays the merges of a clone through the rules: what would have been blocked, had the policy been there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.errors import UsageProblem
from bot.gather.policy import Policy, default_branch, find_policy
from bot.gather.replay import Past, PastFacts
from bot.gather.source import gather
from bot.git.clone import Clone
from bot.git.command import Git, moment
from bot.git.history import History
from bot.git.merges import FoundMerge, Kind, find_merges, read_lines, remembered
from bot.local.check import Question
from policies.evaluate import evaluate
from policies.facts import Sha
from policies.gitflow.model import BranchModel, bind
from policies.verdict import Outcome, Report


@dataclass(frozen=True, slots=True)
class Replayed:
    """One merge and what would have been said of it; ``report`` is None where nothing names the branch."""

    merge: FoundMerge
    subject: str
    when: datetime
    branch_type: str | None
    report: Report | None

    @property
    def outcome(self) -> Outcome:
        """The verdict; a merge whose branch nobody can name is undecided."""
        return self.report.outcome if self.report else Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Backtest:
    """All merges in chronological order, and what was left out: branches merged with their own copy."""

    policy: Policy
    model: BranchModel
    replayed: tuple[Replayed, ...]
    syncs: int
    unbound: str | None = None
    """The default branch, where it plays no role in the policy: merges on it were not looked at."""


Progress = Callable[[Iterable[FoundMerge], int], Iterable[FoundMerge]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which merges to replay: the newest ``last``, and none that the revision ``since`` contains."""

    last: int | None = None
    since: str | None = None


def backtest(
    question: Question, stretch: Stretch = Stretch(), progress: Progress = lambda merges, _: merges
) -> Backtest:
    """Replay the merges of a clone, by the policy that ``question`` names or the clone has."""
    clone = Clone(Git(question.repo), question.remote)
    policy = find_policy(clone, question.config, question.extends)
    if clone.is_shallow:
        commands = " && ".join(clone.unshallow)
        raise UsageProblem(f"This clone is shallow, so most merges are not in it. Fetch the rest: {commands}")
    history = History(clone.git, clone.branches.tips.values())
    model = remembered(bind(policy.config.branches, clone.branches), history)
    lines = read_lines(history, model, clone.branches.tips)
    merges = find_merges(clone.git, history, model, lines, _revision(clone, stretch.since))
    past = Past(clone.git, history, model, lines)
    judged = [merge for merge in merges if merge.kind is not Kind.SYNC]
    chosen = judged[-stretch.last :] if stretch.last else judged
    replayed = tuple(_replay(past, policy, merge) for merge in progress(chosen, len(chosen)))
    default = default_branch(clone)
    unbound = default if default is not None and model.classify(default) is None else None
    return Backtest(policy, model, replayed, len(merges) - len(judged), unbound)


def _revision(clone: Clone, since: str | None) -> Sha | None:
    if since is None:
        return None
    sha = clone.git.sha(since)
    if sha is None:
        raise UsageProblem(f"{since} is no commit, tag or branch of this clone; name one with --since.")
    return sha


def _replay(past: Past, policy: Policy, merge: FoundMerge) -> Replayed:
    commit = past.history.nodes[merge.sha].commit
    when = moment(commit.when)
    if merge.source is None:
        return Replayed(merge, commit.subject, when, None, None)
    source = PastFacts(past, merge)
    facts = gather(source, policy.config, when)
    kind = past.model.head(source.subject)
    return Replayed(merge, commit.subject, when, kind.name if kind else None, evaluate(facts, policy.config))


def by_type(replayed: Iterable[Replayed]) -> Iterator[tuple[str, list[Replayed]]]:
    """Group merges by branch type, most frequent first; branches of no type, and without a name, are groups too."""
    groups: dict[str, list[Replayed]] = {}
    for each in replayed:
        groups.setdefault(type_of(each), []).append(each)
    yield from sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def type_of(each: Replayed) -> str:
    """Return the branch type to count a merge under."""
    return "(no name)" if each.report is None else each.branch_type or "(no type)"
