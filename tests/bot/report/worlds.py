"""Pull requests and pushes as somebody might find them, judged: what the pages of the tests are made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.gather.policy import Policy
from bot.judged import Judged
from policies.config import Config, ConfigErrors, default, read
from policies.evaluate import evaluate
from policies.facts import (
    Arrival,
    Branches,
    Commit,
    Elsewhere,
    Facts,
    Merge,
    Mergeability,
    MergedPullRequest,
    PullRequest,
    Push,
    PushedCommit,
    Review,
    Sha,
    Tag,
    Unavailable,
)
from policies.phrase import say
from policies.verdict import Finding, Outcome, Place, Remedy, Report, Severity, Verdict

NOON = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
HEAD, MAIN, DEV = (Sha(digit * 40) for digit in "abc")

PRESET = Policy(default(), "preset gitflow")

FILE = b"""\
preset: gitflow
rules:
  bad-title: {severity: warning, hotfix: error}
  missing-approval:
    severity: error
    approvals: 2
  missing-story: off
"""
"""A policy file as a team writes it."""

BROKEN = b"""\
preset: gitflow
rules:
  bad-titel: error
  missing-approval: {severity: eror, approvals: two}
"""

SEEN = {
    "pull_request": say("{head} into {base}, opened by {who}", head="feature/x", base="main", who="ana"),
    "reviews": say("one approval, by {who}", who="ben"),
    "commits": say("2 commits that {base} lacks", base="main"),
    "merge": say("no conflicts"),
}
"""Facts as :mod:`policies.words.seen` tells them."""


def policy(data: bytes = FILE, organisation: Config | None = None) -> Policy:
    """Read a policy that is right."""
    config = read(data, organisation)
    assert isinstance(config, Config)
    return Policy(config, ".github/headgate.yml on main")


def errors(data: bytes = BROKEN) -> ConfigErrors:
    """Read a policy that is wrong."""
    found = read(data)
    assert isinstance(found, ConfigErrors)
    return found


def pull_request(head: str = "feature/x", base: str = "dev", number: int = 12, **more: Any) -> PullRequest:
    """Return a pull request that keeps every rule but for its branches."""
    fields: dict[str, Any] = {"title": "feat: forecast by store", "author": "ana", "body": ""} | more
    return PullRequest(head, base, HEAD, DEV if base == "dev" else MAIN, number, **fields)


def facts(subject: PullRequest, **more: Any) -> Facts:
    """Return facts in which nothing is wrong; ``more`` says what is."""
    known: dict[str, Any] = {
        "branches": Branches({"main": MAIN, "dev": DEV}),
        "commits": (Commit(HEAD, "feat: forecast by store", "ana"),),
        "elsewhere": (),
        "drift": (),
        "releases": (),
        "tags": (Tag("v1.2.0", on_base=True, at_start=True),),
        "merge": Merge(Mergeability.CLEAN),
        "reviews": (Review("ben", "approved", HEAD), Review("eve", "approved", HEAD)),
        "paths": frozenset({"forecast.py"}),
    }
    return Facts(NOON, subject, **(known | more))


def judged(subject: PullRequest, held: Policy = PRESET, **more: Any) -> Judged:
    """Judge a pull request."""
    known = facts(subject, **more)
    return Judged(known, evaluate(known, held.config), held)


def feature_into_main() -> Judged:
    """The chapter's first mistake."""
    return judged(pull_request(base="main", title="forecast by store"), policy())


def dirty_hotfix() -> Judged:
    """A hotfix that was started from the integration branch, with everything else wrong that can be."""
    stolen = [
        Commit(Sha(f"{n:040x}"), f"unfinished: part {n} of `{'x' * n}` | <b>", "ben", when=n) for n in range(1, 15)
    ]
    own = Commit(HEAD, "fix: division by zero", "ana", when=99)
    shared = frozenset(commit.sha for commit in stolen)
    dev = Elsewhere("dev", shared, shared, arrivals={stolen[0].sha: Arrival("feature/unfinished", 7)})
    return judged(
        pull_request("hotfix/1.2.5", "main", 31, title="Fix it"),
        policy(),
        commits=(*stolen, own),
        elsewhere=(dev,),
        reviews=(),
        merge=Merge(Mergeability.DIRTY, ("forecast.py", "data/stores.csv")),
    )


def warned() -> Judged:
    """May be merged, with two things to look at."""
    return judged(pull_request(title="forecast by store"), PRESET, reviews=())


def fine() -> Judged:
    return judged(pull_request())


def blind() -> Judged:
    """GitHub did not say which commits there are."""
    unseen = Unavailable(say("GitHub lists at most {n} commits of a pull request.", n=250))
    held = policy(b"rules: {foreign-commits: error}\n")
    return judged(pull_request(), held, elsewhere=unseen)


def pushed(*, direct: int = 2, squashed: bool = False, held: Policy = PRESET) -> Judged:
    """A push to main that went past the pull requests."""
    commits = [PushedCommit(Commit(Sha(f"{n:040x}"), f"quick fix {n}", "ben", when=n)) for n in range(direct)]
    if squashed:
        merged = MergedPullRequest(40, "release/1.3.0", "squash")
        commits.append(PushedCommit(Commit(HEAD, "Release 1.3.0 (#40)", "ana", when=9), merged))
    known = Facts(NOON, push=Push("main", tuple(commits)), branches=Branches({"main": MAIN, "dev": DEV}))
    return Judged(known, evaluate(known, held.config), held)


def at(moment: datetime, found: Judged) -> Judged:
    """Return the same judgement, made at another moment."""
    return replace(found, facts=replace(found.facts, as_of=moment), report=replace(found.report, as_of=moment))


def marked() -> Judged:
    """Findings with lines, as the rules about files have them: one that blocks, one that warns."""
    found = fine()
    conflict = Finding(
        say("{file} has the marks of a conflict.", file="forecast.py"),
        Remedy(say("Solve it and commit."), ("git mergetool",)),
        (say("between {one} and {other}", one="main", other="feature/x"),),
        Place("forecast.py", 7),
    )
    title = Finding(say("This line names no story."), place=Place("docs/plan.md", 3))
    whole = Finding(say("This file names no story."), place=Place("docs/all.md"))
    verdicts = (
        Verdict("bad-title", Severity.WARNING, Outcome.FAIL, (title, whole)),
        Verdict("merge-conflict", Severity.ERROR, Outcome.FAIL, (conflict,)),
    )
    return replace(found, report=Report(NOON, verdicts))
