"""Why a rule has nothing to judge; follows the name of the rule and a colon."""

from __future__ import annotations

from collections.abc import Sequence

from policies.phrase import Phrase, say


def only_for(*types: str) -> Phrase:
    return say("judges {types} branches only", types=_either(types))


def only_into(*types: str) -> Phrase:
    return say("judges what goes into {types} branches only", types=_either(types))


def _either(words: Sequence[str]) -> Phrase:
    return Phrase((" and ".join(filter(None, (", ".join(words[:-1]), words[-1]))),))


def type_not_known() -> Phrase:
    return say("nobody knows what this branch is until its name says so")


def may_start_anywhere(kind: str) -> Phrase:
    return say("a branch of type {kind} may start anywhere", kind=kind)


def brings_commits_on_purpose(kind: str) -> Phrase:
    return say("a branch of type {kind} brings commits along on purpose", kind=kind)


def target_comes_first() -> Phrase:
    return say("which commits are foreign depends on the target, and the target is wrong")


def is_the_back_merge() -> Phrase:
    return say("this pull request is itself the back-merge")


def no_such_role(role: str) -> Phrase:
    return say("this branching model has no {role} branch", role=role)


def hotfix_names_topic() -> Phrase:
    return say("the hotfix is named after its topic, not after a version")


def no_title(number: int | None) -> Phrase:
    if number is not None:
        return say("the title of #{n} is on GitHub; history does not hold it", n=number)
    return say("there is no pull request yet, so there is no title to judge")


def no_approval_wanted() -> Phrase:
    return say("no approval is asked for here")


def metrics_are_compared_elsewhere() -> Phrase:
    return say("metrics are compared by the server, or with {command}", command="headgate metrics")


def not_yet_known() -> Phrase:
    return say("GitHub has not worked it out yet; it is looked at again in a moment")
