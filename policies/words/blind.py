"""What kept us from judging: shown instead of a verdict, never as success."""

from __future__ import annotations

from policies.facts import Unavailable
from policies.phrase import Phrase, say
from policies.verdict import Remedy


def too_many_commits(count: int, most: int) -> Unavailable:
    return Unavailable(
        say("The pull request has {n} commits; more than {most} are not compared.", n=count, most=most),
        Remedy(say("Split the pull request, or merge its base into the head branch.")),
    )


def rule_crashed(rule: str, kind: str) -> Phrase:
    return say("The rule {rule} failed with {kind}. This is a fault in Headgate.", rule=rule, kind=kind)


def report_fault() -> Remedy:
    return Remedy(say("Report it, with the output of the command below."), ("headgate check --format json",))


def shallow(commands: tuple[str, ...]) -> Unavailable:
    return Unavailable(
        say("This clone is shallow: commits that decide may be missing."),
        Remedy(say("Fetch the whole history, then check again."), commands),
    )


def single_branch(remote: str, commands: tuple[str, ...]) -> Unavailable:
    return Unavailable(
        say("This clone fetches only some branches of {remote}.", remote=remote),
        Remedy(say("Fetch all of them, then check again."), commands),
    )


def no_branch(branch: str) -> Phrase:
    return say("The branch {branch} is not in this clone.", branch=branch)


def git_failed(said: str) -> Unavailable:
    return Unavailable(say("Git could not answer: {said}.", said=said))


def no_tags(fetch: str) -> Unavailable:
    return Unavailable(say("This clone does not fetch tags."), Remedy(say("Fetch them, then check again."), (fetch,)))


def unrelated(head: str, base: str) -> Unavailable:
    return Unavailable(
        say("{head} and {base} have no commit in common.", head=head, base=base),
        Remedy(say("Start the branch again from {base}.", base=base)),
    )


def old_git() -> Unavailable:
    return Unavailable(
        say("A trial merge needs git 2.38 or newer."), Remedy(say("Update Git, then check again."), ("git --version",))
    )


def reviews_are_on_github() -> Unavailable:
    return Unavailable(say("Reviews are on GitHub; neither the clone nor the event file holds them."))


def no_production() -> Phrase:
    return say("there is no production branch here")


def no_reviews_yet() -> Phrase:
    return say("there is no pull request yet, so there are no reviews")


def not_in_history(what: str) -> Phrase:
    return say("history does not hold {what}", what=Phrase((what,)))


def squashed_from_nowhere(number: int | None) -> Unavailable:
    which = say("#{n}", n=number) if number else say("a pull request")
    return Unavailable(say("History does not say which branch {which} was squashed from.", which=which))
