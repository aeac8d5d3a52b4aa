"""What is wrong with a policy file: for the maintainer, with the word they probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from policies.phrase import Phrase, say


def _nearest(word: str, known: Iterable[str]) -> Phrase:
    """Return a hint: the nearest legal word, or all of them where they are few."""
    words = sorted(known)
    near = get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    if near:
        return say(" Did you mean {near}?", near=near[0])
    return say(" Known here: {words}.", words=words) if words else say("")


def not_yaml(problem: str) -> Phrase:
    return say("This is not valid YAML: {problem}.", problem=problem)


def not_text() -> Phrase:
    return say("The file is not UTF-8 text.")


def bad_character(code: int) -> Phrase:
    return say("The character {code} may not stand in YAML.", code=f"U+{code:04X}")


def too_large(size: int, most: int) -> Phrase:
    return say("The file has {size} bytes; at most {most} are read.", size=size, most=most)


def too_deep(most: int) -> Phrase:
    return say("The nesting is deeper than {most} levels.", most=most)


def too_many_values(most: int) -> Phrase:
    return say("The file expands to more than {most} values; write aliases out where they are needed.", most=most)


def too_many_problems(most: int) -> Phrase:
    return say("There are more than {most} problems; the others are not shown.", most=most)


def not_a_mapping() -> Phrase:
    return say("The file must be a mapping of settings, like {example}.", example="preset: gitflow")


def key_not_text() -> Phrase:
    return say("A key must be plain text.")


def tag_refused(tag: str) -> Phrase:
    return say("The tag {tag} is not supported.", tag=tag)


def duplicate_key(key: str, line: int) -> Phrase:
    return say("The key {key} stands here twice; first on line {line}.", key=key, line=line)


def unknown_key(key: str, known: Iterable[str]) -> Phrase:
    return say("The key {key} is not known here.", key=key) + _nearest(key, known)


def unknown_rule(name: str, known: Iterable[str]) -> Phrase:
    return say("There is no rule {name}.", name=name) + _nearest(name, known)


def unknown_option(rule: str, name: str, known: Iterable[str]) -> Phrase:
    return say("{name} is neither an option of {rule} nor a branch type.", name=name, rule=rule) + _nearest(name, known)


def unknown_type(name: str, known: Iterable[str]) -> Phrase:
    return say("There is no branch type {name}.", name=name) + _nearest(name, known)


def wrong_type(wanted: str, given: str) -> Phrase:
    return say("This must be {wanted}, not {given}.", wanted=Phrase((wanted,)), given=Phrase((given,)))


def not_one_of(value: str, known: Iterable[str]) -> Phrase:
    words = list(known)
    hint = get_close_matches(value.lower(), words, n=1, cutoff=0.6)
    text = say("{value} is not one of {words}.", value=value, words=words)
    return text + say(" Did you mean {near}?", near=hint[0]) if hint else text


def out_of_range(bound: str) -> Phrase:
    return say("This must {bound}.", bound=Phrase((bound,)))


def missing_key(key: str) -> Phrase:
    return say("The key {key} is missing here.", key=key)


def bad_regex(pattern: str, reason: str) -> Phrase:
    return say(
        "The regular expression {pattern} is refused: {reason}. It is RE2: no look-around, no back-references.",
        pattern=pattern,
        reason=reason,
    )


def does_not_fit(example: str) -> Phrase:
    return say("This does not have the form of {example}.", example=example)


def plain(reason: str) -> Phrase:
    """For reasons that are ours."""
    return say("{reason}.", reason=Phrase((reason,)))


def refused(reason: str) -> Phrase:
    """For what a library says; it may quote the file."""
    return say("This is refused: {reason}.", reason=reason)


def bad_type_name(name: str) -> Phrase:
    return say(
        "A branch type cannot be called {name}: use up to 40 characters of a-z, 0-9, {dash} and {underscore}.",
        name=name,
        dash="-",
        underscore="_",
    )


def type_name_has_meaning(kind: str) -> Phrase:
    return say("A branch type cannot be called {kind}: the word has a meaning of its own.", kind=kind)


def one_of_glob_and_regex() -> Phrase:
    return say("A name has either {glob} or {regex}.", glob="glob", regex="regex")


def type_needs_names(kind: str, known: Iterable[str]) -> Phrase:
    near = get_close_matches(kind.lower(), sorted(known), n=1, cutoff=0.6)
    hint = say(" Did you mean {near}?", near=near[0]) if near else say("")
    return say("The new branch type {kind} needs {names}.", kind=kind, names="names") + hint


def type_named_like_option(kind: str, rule: str) -> Phrase:
    return say(
        "A branch type cannot be called {kind}: the rule {rule} has an option of that name.", kind=kind, rule=rule
    )


def weaker_severity(rule: str, kind: str | None, here: str, there: str, organisation: str) -> Phrase:
    where = say(" for {kind}", kind=kind) if kind else say("")
    return say(
        "{organisation} has {rule} at {there}{where}; a repository may raise that, not lower it to {here}.",
        organisation=organisation,
        rule=rule,
        there=there,
        where=where,
        here=here,
    )


def weaker_option(rule: str, option: str, organisation: str) -> Phrase:
    return say(
        "{organisation} has set {option} of {rule}; a repository may make it stricter, nothing else.",
        organisation=organisation,
        option=option,
        rule=rule,
    )


def fixed_by_organisation(key: str, organisation: str) -> Phrase:
    return say("{organisation} has set {key}; a repository cannot change it.", organisation=organisation, key=key)


def weaker_branch(kind: str, key: str, organisation: str) -> Phrase:
    return say(
        "{organisation} has branch type {kind}; its {key} cannot be changed like this, because that would be laxer.",
        organisation=organisation,
        kind=kind,
        key=key,
    )


def new_type_may_not_merge(kind: str, organisation: str) -> Phrase:
    return say(
        "{kind} is not a branch type of {organisation}, so it may merge nowhere: write {into}.",
        kind=kind,
        organisation=organisation,
        into="into: []",
    )


def new_type_needs_target_rule(kind: str) -> Phrase:
    return say(
        "The new branch type {kind} needs {rule} at {severity}: only that keeps it from being merged.",
        kind=kind,
        rule="wrong-merge-target",
        severity="error",
    )


def name_is_taken(branch: str, kind: str, organisation: str) -> Phrase:
    return say(
        "{branch} has a branch type in the policy of {organisation}; {kind} cannot take it over.",
        branch=branch,
        organisation=organisation,
        kind=kind,
    )
