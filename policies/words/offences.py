"""What is wrong, one function an offence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.facts import Arrival, Commit, Sha, oldest_first
from policies.phrase import Phrase, say

MOST_LISTED = 100
"""Commits that stand under one finding."""


def unknown_type(head: str) -> Phrase:
    return say("The name {head} matches no branch type.", head=head)


def reserved_name(head: str, account: str) -> Phrase:
    return say("The name {head} is reserved for pull requests of {account}.", head=head, account=account)


def type_and_names(kind: str, names: Sequence[str]) -> Phrase:
    return say("{kind}: {names}", kind=Phrase((kind,)), names=names)


def wrong_target(head: str, kind: str, base: str, targets: Sequence[str]) -> Phrase:
    if not targets:
        return say(
            "{head} is of type {kind}, which is not merged into anything, {base} included.", **_pair(head, kind, base)
        )
    return say(
        "{head} is of type {kind}: it merges into {right}, not into {base}.", right=targets, **_pair(head, kind, base)
    )


def _pair(head: str, kind: str, base: str) -> dict[str, str | Phrase]:
    return {"head": head, "kind": Phrase((kind,)), "base": base}


def needs_release(head: str, base: str) -> Phrase:
    return say("{head} reaches {base} through a release branch, not directly.", head=head, base=base)


def wrong_stack(head: str, base: str, root: str, targets: Sequence[str]) -> Phrase:
    return say(
        "{head} is stacked on {base}, which goes into {root}; it must end in {right}.",
        head=head,
        base=base,
        root=root,
        right=targets,
    )


def target_does_not_exist(head: str, kind: str, base: str, role: str) -> Phrase:
    return say(
        "{head} is of type {kind}: it merges into the {role} branch, not into {base}; there is no {role} branch yet.",
        role=Phrase((role,)),
        **_pair(head, kind, base),
    )


def feature_in_freeze(head: str, kind: str | None, base: str) -> Phrase:
    if kind is None:
        return say(
            "{base} is a release branch: only bugfixes go in, and nobody knows what {head} is.", head=head, base=base
        )
    return say(
        "{base} is a release branch: only bugfixes go in, and {head} is of type {kind}.", **_pair(head, kind, base)
    )


def foreign_commits(head: str, count: int, other: str) -> Phrase:
    return say(
        "{head} carries {commits} that {belong} to {other}.",
        head=head,
        commits=_commits(count),
        belong=Phrase(("belongs" if count == 1 else "belong",)),
        other=other,
    )


def _commits(count: int) -> Phrase:
    return say("{n} commit" if count == 1 else "{n} commits", n=count)


def commit_lines(
    commits: Sequence[Commit], arrivals: Mapping[Sha, Arrival] | None = None, total: int | None = None
) -> tuple[Phrase, ...]:
    """List commits, oldest first, with the pull request that brought each; the first hundred, and how many more."""
    lines = [_commit_line(commit, (arrivals or {}).get(commit.sha)) for commit in oldest_first(commits)[:MOST_LISTED]]
    more = max(total or 0, len(commits)) - len(lines)
    return (*lines, say("… and {n} more", n=more)) if more else tuple(lines)


def _commit_line(commit: Commit, arrival: Arrival | None) -> Phrase:
    line = say("{sha} {subject}", sha=commit.sha[:10], subject=commit.subject)
    if arrival is None or (arrival.number is None and arrival.branch is None):
        return line
    if arrival.number is None:
        return line + say(", brought by {branch}", branch=arrival.branch or "")
    if arrival.branch is None:
        return line + say(", brought by #{n}", n=arrival.number)
    return line + say(", brought by #{n} from {branch}", n=arrival.number, branch=arrival.branch)


def not_a_version(head: str, written: str) -> Phrase:
    return say("The name {head} has no valid version: {written} is not MAJOR.MINOR.PATCH.", head=head, written=written)


def version_exists(head: str, tag: str) -> Phrase:
    return say("The version of {head} is tagged already, as {tag}.", head=head, tag=tag)


def version_not_greater(head: str, version: str, tag: str) -> Phrase:
    return say("{head} goes backwards: {version} is not greater than {tag}.", head=head, version=version, tag=tag)


def not_the_next_patch(head: str, start: str, expected: str) -> Phrase:
    return say(
        "{head} was started from {start}, so its version must be {expected}.",
        head=head,
        start=start,
        expected=expected,
    )


def missing_back_merge(source: str, branch: str, count: int) -> Phrase:
    return say("{source} holds {commits} that {branch} lacks.", source=source, commits=_commits(count), branch=branch)


def parallel_release(head: str, others: Sequence[str]) -> Phrase:
    are = Phrase(("is" if len(others) == 1 else "are",))
    return say("{head} is not the only open release: {others} {are} open too.", head=head, others=others, are=are)


def conflict(head: str, base: str, paths: Sequence[str]) -> Phrase:
    where = say(": {paths}", paths=paths) if paths else say("")
    return say("{head} and {base} have changed the same lines{where}.", head=head, base=base, where=where)


def merge_commits(head: str, count: int) -> Phrase:
    commits = say("{n} merge commit" if count == 1 else "{n} merge commits", n=count)
    return say("{head} has {commits} in it.", head=head, commits=commits)


def bad_title(title: str, pattern: str, *, conventional: bool) -> Phrase:
    if conventional:
        return say("The title {title} is not a Conventional Commit, like {example}.", title=title, example=_EXAMPLE)
    return say("The title {title} does not match {pattern}.", title=title, pattern=pattern)


_EXAMPLE = "feat: forecast by store"


def missing_story(pattern: str) -> Phrase:
    return say("Neither title, branch nor body names a story ({pattern}).", pattern=pattern)


def missing_approval(have: int, wanted: int, teams: Sequence[str], stale: int) -> Phrase:
    text = say("The pull request has {have} of {wanted} approvals", have=have, wanted=wanted) + _from_teams(teams)
    if stale:
        counts = "does not count" if stale == 1 else "do not count"
        return text + say("; {n} more {counts}, because the head has moved since.", n=stale, counts=Phrase((counts,)))
    return text + say(".")


def missing_path_approval(glob: str, have: int, wanted: int, teams: Sequence[str]) -> Phrase:
    have_of = say("A change to {glob} has {have} of {wanted} approvals", glob=glob, have=have, wanted=wanted)
    return have_of + _from_teams(teams) + say(".")


def _from_teams(teams: Sequence[str]) -> Phrase:
    return say(" from {teams}", teams=teams) if teams else say("")


def direct_push(branch: str, count: int) -> Phrase:
    return say("{commits} reached {branch} without a pull request.", commits=_commits(count), branch=branch)


def squashed_release(head: str, branch: str, method: str, number: int | None) -> Phrase:
    by = say(" by #{n}", n=number) if number else say("")
    how = say("rebased" if method == "rebase" else "squashed")
    return say("{head} was {how} into {branch}{by} instead of being merged.", head=head, how=how, branch=branch, by=by)
