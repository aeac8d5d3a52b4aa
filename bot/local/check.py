"""Judges a branch, or the event of a workflow, in a local clone: subject → facts → report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.clock import utc_now
from bot.errors import NothingToJudge, Undecided, UsageProblem
from bot.gather.event import Event, MergeGroupEvent, PushEvent, read_event
from bot.gather.governing import policy_for, read_change
from bot.gather.local import LocalFacts
from bot.gather.policy import Policy, default_branch, find_policy, read_policy
from bot.gather.pushed import PushFacts
from bot.gather.source import Source, gather
from bot.git import subjects
from bot.git.clone import Clone
from bot.git.command import Git
from bot.judged import Judged
from policies.config import Config
from policies.evaluate import evaluate
from policies.facts import PullRequest, Sha
from policies.gitflow.model import BranchModel, bind
from policies.words import blind


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks at the command line; None is what they left open."""

    repo: Path = Path()
    head: str | None = None
    base: str | None = None
    event: Path | None = None
    config: Path | None = None
    extends: Path | None = None
    remote: str | None = None


def judge(question: Question, clock: Callable[[], datetime] = utc_now) -> tuple[Judged, ...]:
    """Answer a question: one judgement, or one for each pull request of a merge group.

    Raises UsageProblem and PolicyProblem for what the caller can mend, NothingToJudge where no merge is in sight.
    """
    clone = Clone(Git(question.repo), question.remote)
    if question.event:
        return _of_event(clone, read_event(question.event), question, clock)
    policy = find_policy(clone, question.config, question.extends)
    asked = _asked(clone, policy.config, question)
    note = () if question.base else (f"Judged as a pull request into {asked.base}; name another target with --base.",)
    return (_judged(_local(clone, policy.config, asked, opened=False), policy, clock(), note),)


def _of_event(clone: Clone, event: Event, question: Question, clock: Callable[[], datetime]) -> tuple[Judged, ...]:
    subject, branch = event.subject, event.default_branch or default_branch(clone)
    if isinstance(subject, PushEvent):
        policy = _governing(clone, branch, None, question)
        return (_judged(_push(clone, subject), policy, clock()),)
    if isinstance(subject, MergeGroupEvent):
        policy = _governing(clone, branch, None, question)
        grouped = _grouped(clone, subject)
        return tuple(_judged(_local(clone, policy.config, each), policy, clock()) for each in grouped)
    subject = _present(clone, subject)
    policy = _governing(clone, branch, subject, question)
    judged = _judged(_local(clone, policy.config, subject), policy, clock())
    return (replace(judged, change=read_change(clone, branch, subject, question.extends)),)


def _governing(clone: Clone, branch: str | None, subject: PullRequest | None, question: Question) -> Policy:
    if question.config is not None:
        return Policy(read_policy(question.config, question.extends), str(question.config))
    return policy_for(clone, branch, subject, question.extends)


def _judged(source: Source, policy: Policy, moment: datetime, notes: tuple[str, ...] = ()) -> Judged:
    facts = gather(source, policy.config, moment)
    if policy.note:
        notes = (*notes, policy.note)
    if policy.config.mlflow is not None:
        notes = (*notes, "Metrics are not compared here: the server does that, or headgate metrics.")
    return Judged(facts, evaluate(facts, policy.config), policy, notes)


def _local(clone: Clone, config: Config, pull_request: PullRequest, *, opened: bool = True) -> LocalFacts:
    model = bind(config.branches, clone.branches, [pull_request.base])
    base = model.classify(pull_request.base)
    if opened and base is not None and base.stack:
        pull_request = replace(pull_request, stack=blind.stack_is_on_github(pull_request.base))
    return LocalFacts(clone, pull_request, model, opened=opened)


def _push(clone: Clone, event: PushEvent) -> PushFacts:
    if event.before is None or event.after is None:
        done = "deleted" if event.after is None else "created"
        raise NothingToJudge(f"The push {done} {event.branch}; there is nothing to judge.")
    for sha in (event.before, event.after):
        if clone.git.sha(sha) is None:
            raise UsageProblem(f"The commit {sha} of the event is not in this clone; fetch it: {clone.fetch(sha)}")
    return PushFacts(clone, event)


def _present(clone: Clone, pull_request: PullRequest) -> PullRequest:
    """Take away the commits that this clone does not have, so that the rules say so."""
    head, base = pull_request.head_sha, pull_request.base_sha
    return replace(
        pull_request,
        head_sha=head if head and clone.git.sha(head) else None,
        base_sha=clone.base_tip(pull_request.base) or (base if base and clone.git.sha(base) else None),
    )


def _grouped(clone: Clone, event: MergeGroupEvent) -> list[PullRequest]:
    """Return the pull requests that a merge group consists of, from the merges that the queue made.

    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
    """
    for sha in (event.base_sha, event.head_sha):
        if clone.git.sha(sha) is None:
            raise UsageProblem(f"The commit {sha} of the event is not in this clone; fetch it: {clone.fetch(sha)}")
    found = []
    for commit, parents in clone.git.commits("--first-parent", event.head_sha, "--not", event.base_sha):
        said = subjects.read(commit.subject)
        if len(parents) < 2 or said.source is None:
            raise Undecided(
                f"The history does not say which branch {commit.sha[:10]} came from; only the App can know."
            )
        found.append(
            PullRequest(said.source, event.base, parents[1], parents[0], said.number, author=_author(clone, parents[1]))
        )
    return found


def _asked(clone: Clone, config: Config, question: Question) -> PullRequest:
    head = _head(clone, question.head)
    model = bind(config.branches, clone.branches)
    base = clone.name(question.base) if question.base else _usual_base(model, head)
    tip = clone.head_tip(head)
    return PullRequest(head, base, tip, clone.base_tip(base), author=_author(clone, tip) if tip else None)


def _head(clone: Clone, given: str | None) -> str:
    if given and given.startswith("refs/tags/"):
        raise NothingToJudge(f"{given} is a tag; only branches are judged.")
    if given and given != "HEAD":
        return clone.name(given)
    current = clone.current()
    if current is None:
        raise UsageProblem("No branch is checked out (the head is detached): name one with --head.")
    return current


def _usual_base(model: BranchModel, head: str) -> str:
    """Return where a branch goes when nobody says: to the first branch that its type merges into."""
    kind = model.classify(head)
    fallback = model.integration or model.production
    if kind is None or model.unbound(kind):
        if fallback is None:
            raise UsageProblem("There is neither an integration nor a production branch: name a target with --base.")
        return fallback
    target = model.target(kind)
    if target is None or kind.is_role:
        raise NothingToJudge(f"{head} is of type {kind.name}, which goes nowhere by itself; name a target with --base.")
    return target


def _author(clone: Clone, tip: Sha) -> str | None:
    author = next(commit.author for commit, _ in clone.git.commits("--max-count=1", tip))
    return subjects.login(author)
