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


def stack_is_on_github(base: str) -> Unavailable:
    """Advisory: the pull request below is blocked where the stack goes astray, and this one goes no further."""
    return Unavailable(
        say(
            "Where the stack ends is known on GitHub: neither the clone nor the event file says what {base} goes into.",
            base=base,
        ),
        advisory=True,
    )


def no_production() -> Phrase:
    return say("there is no production branch here")


def no_reviews_yet() -> Phrase:
    return say("there is no pull request yet, so there are no reviews")


def not_in_history(what: str) -> Phrase:
    return say("history does not hold {what}", what=Phrase((what,)))


def squashed_from_nowhere(number: int | None) -> Unavailable:
    which = say("#{n}", n=number) if number else say("a pull request")
    return Unavailable(say("History does not say which branch {which} was squashed from.", which=which))


# What GitHub does not tell


def refused(path: str, said: str, permission: str) -> Unavailable:
    """GitHub refused to show something; ``permission`` is the App's permission that would allow it."""
    return Unavailable(
        say("GitHub refused to show {path}: {said}.", path=path, said=said.rstrip(".")),
        Remedy(
            say(
                "Give the App the permission {permission}, and accept it where the App is installed.",
                permission=permission,
            )
        ),
    )


def not_on_github(path: str) -> Unavailable:
    return Unavailable(
        say("GitHub does not know {path}, which it named itself.", path=path),
        Remedy(say("Run the check again; if that does not help, push the branch again.")),
    )


def no_tip_on_github(branch: str) -> Unavailable:
    return Unavailable(
        say("The branch {branch} is not on GitHub any more.", branch=branch),
        Remedy(say("Restore it, or choose another branch.")),
    )


def too_far_apart(one: str, other: str, count: int, most: int) -> Unavailable:
    return Unavailable(_not_compared(one, other, count, most))


def owes_too_much(source: str, branch: str, count: int, most: int) -> Unavailable:
    return Unavailable(
        _not_compared(source, branch, count, most),
        Remedy(say("Merge {source} back into {branch}, with a merge commit.", source=source, branch=branch)),
    )


def _not_compared(one: str, other: str, count: int, most: int) -> Phrase:
    return say(
        "{one} has {n} commits that {other} lacks; more than {most} are not compared.",
        one=one,
        other=other,
        n=count,
        most=most,
    )


def too_many_branches(most: int) -> Unavailable:
    return Unavailable(
        say("The repository has more than {most} branches; the others were not read.", most=most),
        Remedy(say("Delete branches that were merged, then run the check again.")),
    )


def too_many_tags(most: int) -> Unavailable:
    return Unavailable(
        say("The repository has more than {most} tags; the others were not read.", most=most),
        Remedy(say("Delete tags that nobody needs, then run the check again.")),
    )


def too_many_versions(branch: str, most: int) -> Unavailable:
    return Unavailable(
        say(
            "None of the {most} highest versions is in {branch}; lower ones were not looked for.",
            most=most,
            branch=branch,
        )
    )


def too_many_reviews(most: int) -> Unavailable:
    return Unavailable(say("The pull request has more than {most} reviews; the others were not read.", most=most))


def too_many_files(most: int) -> Unavailable:
    return Unavailable(
        say("The pull request changes more than {most} files; GitHub lists no more.", most=most),
        Remedy(say("Split the pull request.")),
    )


def arrival_not_known(branch: str, count: int, most: int) -> Unavailable:
    return Unavailable(
        say(
            "{n} commits came to {branch} one by one; by which pull requests was asked for {most} of them only.",
            n=count,
            branch=branch,
            most=most,
        ),
        Remedy(say("Bring branches to {branch} with a merge commit.", branch=branch)),
    )


def not_yet_mergeable() -> Unavailable:
    return Unavailable(
        say("GitHub has not computed yet whether head and base merge without conflicts."),
        Remedy(say("Run the check again in some minutes.")),
    )


def too_many_pushed(branch: str, count: int, most: int) -> Unavailable:
    return Unavailable(
        say(
            "The push brought {n} commits to {branch}; more than {most} are not looked up.",
            n=count,
            branch=branch,
            most=most,
        )
    )


def branch_created(branch: str) -> Phrase:
    return say("the push created {branch}", branch=branch)


def branch_deleted(branch: str) -> Phrase:
    return say("the push deleted {branch}", branch=branch)


def unknown_group() -> Unavailable:
    return Unavailable(
        say("Which pull requests this group of the merge queue consists of cannot be told from its commits."),
        Remedy(say("Let the queue merge with merge commits or by squashing, which name the pull request.")),
    )
