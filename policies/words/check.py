"""What a check says of a pull request, a push or a merge group as a whole; the rules' own sentences stand elsewhere.

A headline is one line without a full stop; it is shown where nothing can be formatted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from policies.phrase import Phrase, say
from policies.verdict import Outcome

STANDINGS: Mapping[tuple[Outcome, bool], tuple[str, str]] = MappingProxyType(
    {
        (Outcome.FAIL, True): ("✗", "broken"),
        (Outcome.UNKNOWN, True): ("?", "not known, blocks"),
        (Outcome.ERROR, True): ("?", "crashed, blocks"),
        (Outcome.FAIL, False): ("!", "warning"),
        (Outcome.UNKNOWN, False): ("?", "not known"),
        (Outcome.ERROR, False): ("?", "crashed"),
        (Outcome.PASS, False): ("✓", "kept"),
        (Outcome.SKIP, False): ("·", "nothing to judge"),
    }
)
"""A sign and a word for what a rule says, by whether that blocks."""

OUTCOMES: Mapping[Outcome | None, tuple[str, str]] = MappingProxyType(
    {
        Outcome.PASS: ("✓", "may be merged"),
        Outcome.FAIL: ("✗", "blocked"),
        Outcome.UNKNOWN: ("?", "not decided"),
        Outcome.ERROR: ("?", "not decided"),
        None: ("…", "still looking"),
    }
)
"""The same for a pull request."""

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "pull_request": "the pull request",
        "push": "the push",
        "branches": "the branches",
        "commits": "its commits",
        "elsewhere": "other branches that hold them",
        "drift": "what production has and others lack",
        "releases": "open releases",
        "tags": "tags",
        "merge": "a trial merge",
        "reviews": "reviews",
        "paths": "changed files",
        "metrics": "runs in MLflow",
    }
)
"""What a rule looks at, by the name of the fact."""


def count_of(count: int, word: str) -> Phrase:
    return say("{n} {word}", n=count, word=Phrase((word if count == 1 else f"{word}s",)))


# Headlines


def may_be_merged(warnings: int) -> Phrase:
    return say("May be merged") + (say(", {n}", n=count_of(warnings, "warning")) if warnings else say(""))


def nothing_wrong() -> Phrase:
    return say("Nothing is wrong with this push")


def and_more(count: int) -> Phrase:
    return say(" and {n} more", n=count)


def could_not_decide() -> Phrase:
    return say("Could not decide: ")


def for_github() -> Phrase:
    return say("Waiting for GitHub to work out whether head and base can be merged")


def looking() -> Phrase:
    return say("Looking at the pull request")


def of_several(number: int, count: int) -> Phrase:
    return say("Pull request #{number}, one of {n}: ", number=number, n=count)


def all_may_be_merged(count: int) -> Phrase:
    which = say("Both") if count == 2 else say("All {n}", n=count)
    return which + say(" pull requests may be merged")


def superseded() -> Phrase:
    return say("Superseded by a newer run of this check")


def nobody_waits() -> Phrase:
    return say("No open pull request has this commit any more")


# The first sentence of a page


def is_blocked(head: str, base: str, rules: Sequence[str]) -> Phrase:
    return say("{head} cannot be merged into {base} yet: blocked by {rules}.", head=head, base=base, rules=rules)


def is_not_decided(head: str, base: str, rules: Sequence[str]) -> Phrase:
    return say(
        "Whether {head} may be merged into {base} is not decided, because {rules} could not tell.",
        head=head,
        base=base,
        rules=rules,
    )


def is_free(head: str, base: str, warnings: int) -> Phrase:
    text = say("{head} may be merged into {base}.", head=head, base=base)
    if not warnings:
        return text + say(" Every rule that applies is kept.")
    return text + (say(" The warning below blocks nothing.") if warnings == 1 else say(" The warnings block nothing."))


def push_breaks(branch: str, rules: Sequence[str]) -> Phrase:
    return say(
        "A push to {branch} is at odds with {rules}. It has happened already; this says how to mend it.",
        branch=branch,
        rules=rules,
    )


def push_not_decided(branch: str, rules: Sequence[str]) -> Phrase:
    return say(
        "Whether a push to {branch} kept the rules is not decided, because {rules} could not tell.",
        branch=branch,
        rules=rules,
    )


def push_is_fine(branch: str) -> Phrase:
    return say("The push to {branch} kept the rules.", branch=branch)


def is_looked_at(head: str, base: str) -> Phrase:
    return say("Headgate is looking whether {head} may be merged into {base}.", head=head, base=base)


def comes_by_itself() -> Phrase:
    return say("The verdict follows by itself; there is nothing to do.")


def shares_a_commit(count: int) -> Phrase:
    return say(
        "{n} open pull requests have this commit as their head, so they share this check; the worst verdict decides.",
        n=count,
    )


def is_a_group(count: int) -> Phrase:
    return say(
        "The merge queue wants to merge {n}; the worst verdict decides for the whole group.",
        n=count_of(count, "pull request"),
    )


# Parts of a page


def to_mend() -> Phrase:
    return say("How to fix it:")


def what_helps() -> Phrase:
    return say("What helps:")


def why() -> Phrase:
    return say("Why the team has this rule:")


def more(count: int) -> Phrase:
    return say("… and {n} more", n=count)


def more_of_it(count: int) -> Phrase:
    return say(" And {n} more.", n=count)


def warnings() -> Phrase:
    return say("Warnings")


def every_rule() -> Phrase:
    return say("Every rule")


def shortened() -> Phrase:
    return say("Shortened: GitHub shows no more than this. `headgate check` in a clone lists everything.")


def marks_left_out(shown: int, total: int) -> Phrase:
    return say("{shown} of {total} remarks on lines are shown.", shown=shown, total=total)
