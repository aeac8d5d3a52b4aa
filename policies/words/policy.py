"""What people read about the policy itself: where it asks for a rule, what is wrong with it, what a new one does."""

from __future__ import annotations

from collections.abc import Sequence

from policies.phrase import Phrase, say
from policies.words.check import count_of


def how_it_came_about() -> Phrase:
    return say("How each verdict came about")


def asked_by_file(label: str, line: int) -> Phrase:
    return say("line {line} of {label}", label=label, line=line)


def asked_by_organisation(path: str, repository: str, line: int) -> Phrase:
    return say("line {line} of {path} in {repository}", path=path, repository=repository, line=line)


def asked_by_preset(name: str) -> Phrase:
    return say("preset {name}", name=name)


def severity(word: str, kind: str | None) -> Phrase:
    text = say("{word}", word=word)
    return text + say(" for branches of type {kind}", kind=kind) if kind else text


def switched_off(rules: Sequence[str]) -> Phrase:
    return say("Switched off in this policy: {rules}.", rules=rules)


def what_was_seen(moment: str) -> Phrase:
    return say("What Headgate saw, as of {moment}", moment=Phrase((moment,)))


def as_of(moment: str) -> Phrase:
    return say("As of {moment}.", moment=Phrase((moment,)))


def policy_broken(label: str, line: int) -> Phrase:
    return say("Could not decide: {label}, line {line}: ", label=label, line=line)


def breaks_policy(path: str, line: int) -> Phrase:
    return say("This pull request breaks {path}, line {line}: ", path=path, line=line)


def about(label: str) -> Phrase:
    """Explain to somebody who sees a check of ours for the first time where the rules come from."""
    return say(
        "Headgate holds pull requests against the rules that the team has chosen, here in {label}. "
        "A rule at {error} blocks the merge, a rule at {warning} does not.",
        label=label,
        error="error",
        warning="warning",
    )


def policy_cannot_be_used(label: str, problems: int) -> Phrase:
    return say("The policy, {label}, cannot be used: it has {n}.", label=label, n=count_of(problems, "problem"))


def not_about_the_change() -> Phrase:
    return say("This is not about the change in the pull request. While the policy is broken, nothing is decided.")


def mend_policy() -> Phrase:
    return say(
        "Mend the file in a pull request into the default branch, and try it in a clone first. "
        "That pull request is judged by the preset {preset}, so it can be merged.",
        preset="gitflow",
    )


def mend_policy_of_others() -> Phrase:
    return say("Ask those who keep that file to mend it; the check then runs again.")


def mend_policy_here() -> Phrase:
    return say("Mend the file in this pull request, and try it in a clone first.")


def at(line: int, column: int) -> Phrase:
    return say("line {line}, column {column}: ", line=line, column=column)


def changes_policy() -> Phrase:
    return say("This pull request changes the policy")


def brings_broken_policy(head: str, base: str, path: str, rules: Sequence[str]) -> Phrase:
    text = say("{head} cannot be merged into {base}: its {path} cannot be used.", head=head, base=base, path=path)
    return text + say(" It is also blocked by {rules}.", rules=rules) if rules else text


def breaks_the_policy() -> Phrase:
    return say("The policy in this pull request cannot be used")


def judged_by_present() -> Phrase:
    return say("It was judged by the policy that holds now.")


def effect(total: int, different: int) -> Phrase:
    if not total:
        return say("The new policy has no effect yet: no other pull request is open.")
    others = say("one other open pull request" if total == 1 else "{n} other open pull requests", n=total)
    if not different:
        return say("The new policy changes no verdict on the {others}.", others=others)
    some = say("the {others}" if total == 1 else "{n} of {others}", n=different, others=others)
    are = say("is" if different == 1 else "are")
    return say("With the new policy, {some} {are} judged differently:", some=some, are=are)


def effect_is_not_known() -> Phrase:
    return say("What the new one means for other open pull requests, only the App can show.")


def judges_runs_alike() -> Phrase:
    return say("both policies judge runs alike")


def takes_effect_on(branch: str) -> Phrase:
    return say("The new policy takes effect when it reaches {branch}, the default branch.", branch=branch)


def newly_blocks(rules: Sequence[str]) -> Phrase:
    return say("{rules} would block", rules=rules)


def no_longer_blocks(rules: Sequence[str]) -> Phrase:
    return say("{rules} would block no more", rules=rules)


def misspelt(found: str, meant: str) -> Phrase:
    return say("There is {found}: rename it to {meant}.", found=found, meant=meant)


def not_a_file(path: str) -> Phrase:
    return say("{path} is not a file.", path=path)


def organisation_not_readable(full_name: str) -> Phrase:
    return say(
        "{name} has no policy that can be read: install the App there, or take {key} out.",
        name=full_name,
        key="extends",
    )


def extended_twice(full_name: str, further: str) -> Phrase:
    return say(
        "{name} extends {further}; a policy that is extended must stand on its own.", name=full_name, further=further
    )


def larger_than_github_gives(most: int) -> Phrase:
    return say("The file is larger than GitHub gives out; at most {most} bytes are read.", most=most)
