"""An organisation's policy may be tightened by a repository and not weakened.

What the organisation's policy says, its preset included, is the floor: a severity may only rise, an option may only
move the way it is marked as stricter, a branch type may only merge into less. A rule with ``may_relax: true`` is free.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.catalogue import BY_NAME
from policies.config.document import Document, Path, Problem
from policies.config.policy import Config, RuleSetting
from policies.gitflow.model import BranchType
from policies.rule import Stricter
from policies.words import faults


def weakened(document: Document, config: Config, organisation: Config) -> list[Problem]:
    """Return where ``config``, read from ``document``, asks for less than the organisation does."""
    name = config.extends or "The organisation"
    problems = [*_rules(document, config, organisation, name), *_branches(document, config, organisation, name)]
    if config.preset != organisation.preset:
        problems.append(_fixed(document, ("preset",), name))
    if ("mlflow",) in organisation.said:
        problems += [_fixed(document, path, name) for path in sorted(config.said & organisation.said) if _is_leaf(path, config)]
    return problems


def _fixed(document: Document, path: Path, name: str) -> Problem:
    return Problem(document.where(path, key=True), faults.fixed_by_organisation(".".join(map(str, path)), name))


def _is_leaf(path: tuple[str, ...], config: Config) -> bool:
    return path[0] == "mlflow" and not any(len(p) > len(path) and p[: len(path)] == path for p in config.said)


def _rules(document: Document, config: Config, organisation: Config, name: str) -> Iterator[Problem]:
    for rule, floor in organisation.rules.items():
        if floor.may_relax:
            continue
        mine = config.rules[rule]
        yield from _severities(document, rule, mine, floor, [kind.name for kind in config.branches], name)
        for option, field in BY_NAME[rule].options.model_fields.items():
            word = field.alias or option
            way = next((mark for mark in field.metadata if isinstance(mark, Stricter)), None)
            free = way is None and ("rules", rule, word) not in organisation.said
            if not free and not _as_strict(getattr(mine.options, option), getattr(floor.options, option), way, mine, floor):
                where = document.where(("rules", rule, word), key=True)
                yield Problem(where, faults.weaker_option(rule, word, name))


def _severities(
    document: Document, rule: str, mine: RuleSetting, floor: RuleSetting, types: list[str], name: str
) -> Iterator[Problem]:
    if mine.severity < floor.severity:
        where = document.where(("rules", rule, "severity"))
        yield Problem(where, faults.weaker_severity(rule, None, mine.severity.word, floor.severity.word, name))
        return
    for kind in types:
        here, there = mine.severity_for(kind), floor.severity_for(kind)
        if here < there:
            where = document.where(("rules", rule, kind))
            yield Problem(where, faults.weaker_severity(rule, kind, here.word, there.word, name))


def _as_strict(mine: object, floor: object, way: Stricter | None, here: RuleSetting, there: RuleSetting) -> bool:
    """Compare one option; a mapping by branch type is compared entry by entry against the general value."""
    if mine == floor:
        return True
    if isinstance(mine, dict) and isinstance(floor, dict) and way is not None:
        general_here, general_there = getattr(here.options, "approvals", 0), getattr(there.options, "approvals", 0)
        return all(mine.get(key, general_here) >= floor.get(key, general_there) for key in {*mine, *floor})
    if way is Stricter.MORE and isinstance(mine, int) and isinstance(floor, int):
        return mine >= floor
    if way is Stricter.LESS and isinstance(mine, int) and isinstance(floor, int):
        return mine <= floor
    return (way is Stricter.ON and mine is True) or (way is Stricter.OFF and mine is False)


def _branches(document: Document, config: Config, organisation: Config, name: str) -> Iterator[Problem]:
    floors = {kind.name: kind for kind in organisation.branches}
    for kind in config.branches:
        floor = floors.get(kind.name)
        where = document.where(("branches", kind.name), key=True)
        if floor is None:
            if kind.into or kind.stack:
                yield Problem(where, faults.new_type_may_not_merge(kind.name, name))
            continue
        for key in _extended(kind, floor):
            yield Problem(where, faults.weaker_branch(kind.name, key, name))
        if kind.patterns != floor.patterns and ("branches", kind.name) in organisation.said:
            yield _fixed(document, ("branches", kind.name), name)


def _extended(kind: BranchType, floor: BranchType) -> Iterator[str]:
    if not set(kind.into) <= set(floor.into):
        yield "into"
    if not set(kind.starts_from) <= set(floor.starts_from):
        yield "from"
    if kind.stack and not floor.stack:
        yield "stack"
