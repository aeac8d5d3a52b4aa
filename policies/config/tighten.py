"""An organisation's policy may be tightened by a repository and not weakened.

What the organisation's policy says, its preset included, is the floor: a severity may only rise, an option may only
move the way it is marked as stricter, a branch type may only be called by fewer names and merge into less. A rule with
``may_relax: true`` is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from policies.catalogue import BY_NAME
from policies.config.document import Document, Path, Problem
from policies.config.overlay import overruled
from policies.config.policy import Config, RuleSetting
from policies.config.stricter import as_strict
from policies.facts import Branches
from policies.gitflow.model import BranchType, bind
from policies.verdict import Severity
from policies.words import faults


def weakened(document: Document, config: Config, organisation: Config) -> list[Problem]:
    """Return where ``config``, read from ``document``, asks for less than the organisation does."""
    name = config.extends or "The organisation"
    problems = [*_rules(document, config, organisation, name), *_branches(document, config, organisation, name)]
    if config.preset != organisation.preset:
        problems.append(_fixed(document, ("preset",), name))
    problems += [_fixed(document, path, name) for path in overruled(organisation.mlflow, config.mlflow)]
    return problems


def _fixed(document: Document, path: Path, name: str) -> Problem:
    return Problem(document.where(path, key=True), faults.fixed_by_organisation(".".join(map(str, path)), name))


def _rules(document: Document, config: Config, organisation: Config, name: str) -> Iterator[Problem]:
    types = [kind.name for kind in config.branches]
    for rule, floor in organisation.rules.items():
        if not floor.may_relax:
            for kind, here, there in _lowered(config.rules[rule], floor, types):
                where = document.where(("rules", rule, kind or "severity"))
                yield Problem(where, faults.weaker_severity(rule, kind, here.word, there.word, name))
            yield from _options(document, rule, config.rules[rule], floor, name)


def _lowered(
    mine: RuleSetting, floor: RuleSetting, types: Iterable[str]
) -> Iterator[tuple[str | None, Severity, Severity]]:
    """Yield what is lower than the floor: once if that is so in general, else by branch type."""
    if mine.severity < floor.severity:
        yield None, mine.severity, floor.severity
        return
    compared = ((kind, mine.severity_for(kind), floor.severity_for(kind)) for kind in types)
    yield from ((kind, here, there) for kind, here, there in compared if here < there)


def _options(document: Document, rule: str, mine: RuleSetting, floor: RuleSetting, name: str) -> Iterator[Problem]:
    """A rule that the organisation judges nowhere has no floor; a repository that turns it on says how."""
    if not any((floor.severity, *floor.per_type.values())):
        return
    for option, field in BY_NAME[rule].options.model_fields.items():
        if not as_strict(option, mine.options, floor.options):
            word = field.alias or option
            yield Problem(document.where(("rules", rule, word), key=True), faults.weaker_option(rule, word, name))


def _branches(document: Document, config: Config, organisation: Config, name: str) -> Iterator[Problem]:
    floors = {kind.name: kind for kind in organisation.branches}
    model = bind(organisation.branches, Branches({}))
    targets = config.rules["wrong-merge-target"]
    for kind in config.branches:
        where = document.where(("branches", kind.name), key=True)
        # A target that is taken away is refused by this rule only, and other rules are silent where it speaks.
        refused = targets.severity_for(kind.name) is Severity.ERROR
        if kind.name in floors:
            for key in _loosened(kind, floors[kind.name], refused=refused):
                at = document.where(("branches", kind.name, key), key=True)
                yield Problem(at, faults.weaker_branch(kind.name, key, name))
        elif kind.into or kind.stack:
            yield Problem(where, faults.new_type_may_not_merge(kind.name, name))
        elif not refused:
            yield Problem(where, faults.new_type_needs_target_rule(kind.name))
        else:
            single = (pattern.shown for pattern in kind.patterns if pattern.is_fixed)
            taken = (branch for branch in single if model.classify(branch) or model.reserved_for(branch))
            yield from (Problem(where, faults.name_is_taken(branch, kind.name, name)) for branch in taken)


def _loosened(kind: BranchType, floor: BranchType, *, refused: bool) -> Iterator[str]:
    """Yield what of a branch type is not as strict as the organisation has it."""
    if not _called_the_same(kind, floor):
        yield "names"
    if set(kind.starts_from) != set(floor.starts_from):  # less is not stricter: what starts nowhere has nothing foreign
        yield "from"
    if set(kind.into) != set(floor.into) and not (refused and set(kind.into) < set(floor.into)):
        yield "into"
    if kind.stack != floor.stack and not (refused and floor.stack):
        yield "stack"


def _called_the_same(kind: BranchType, floor: BranchType) -> bool:
    """Say whether no branch loses its type, but for topics (features, bugfixes), which may be called by fewer names.

    A role may name the first of its names only: ``with_all_names`` gives it the others back.
    """
    if floor.is_role:
        return kind.patterns == floor.patterns[: len(kind.patterns)]
    if floor.stack:
        return set(kind.patterns) <= set(floor.patterns)
    return set(kind.patterns) == set(floor.patterns)


def with_all_names(branches: Iterable[BranchType], organisation: Config) -> tuple[BranchType, ...]:
    """Give each role all names that the organisation has for it.

    Otherwise ``production: main`` would leave a repository without a production branch to judge where it has only a
    ``master``.
    """
    floors = {kind.name: kind for kind in organisation.branches if kind.is_role}
    return tuple(
        replace(kind, patterns=floors[kind.name].patterns) if kind.name in floors else kind for kind in branches
    )
