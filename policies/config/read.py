"""Reads a policy file over its preset, or over an organisation's policy; all problems are found in one go."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from pydantic import ValidationError

from policies import presets
from policies.catalogue import CATALOGUE
from policies.config import tighten
from policies.config.document import MOST_PROBLEMS, Document, Problem, parse
from policies.config.file import MOST_TYPES, Branch, PolicyFile
from policies.config.overlay import laid_over
from policies.config.policy import Config, ConfigErrors, RuleSetting
from policies.config.problems import problems_of
from policies.config.rules import OWN_KEYS, read_rules
from policies.gitflow.model import ANY, BranchType
from policies.rule import Options
from policies.verdict import Severity
from policies.words import faults

DEFAULT_PRESET = "gitflow"


def read(data: bytes, organisation: Config | None = None) -> Config | ConfigErrors:
    """Read a policy file; ``organisation`` is the policy that its ``extends`` names, already read."""
    document = parse(data)
    if not isinstance(document, Document):
        return ConfigErrors(document)
    given, found = _validated(document)
    problems = [*document.problems, *found]
    beneath = organisation or _preset(_preset_name(document))
    branches = _branches(given, beneath, new_first=organisation is None)
    problems += islice(_unknown_types(document, branches), MOST_PROBLEMS)
    problems += _misnamed(document, branches, beneath)
    rules, rule_problems = read_rules(document, beneath.rules, [kind.name for kind in branches])
    config = Config(
        preset=given.preset or beneath.preset,
        branches=branches,
        rules=rules,
        mlflow=laid_over(beneath.mlflow, given.mlflow),
        extends=given.extends,
        said=frozenset(path for path in map(_text_path, document.keys) if path),
    )
    problems += rule_problems
    if organisation is not None and not problems:
        problems += tighten.weakened(document, config, organisation)
        config = replace(config, branches=tighten.with_all_names(branches, organisation))
    return ConfigErrors(_ordered(problems)) if problems else config


def _ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    ordered = sorted(set(problems), key=lambda problem: (problem.position, problem.message.plain()))
    if len(ordered) <= MOST_PROBLEMS:
        return tuple(ordered)
    rest = Problem(ordered[MOST_PROBLEMS].position, faults.too_many_problems(MOST_PROBLEMS))
    return (*ordered[:MOST_PROBLEMS], rest)


def default() -> Config:
    """Return the policy of a repository that has no policy file."""
    return _preset(DEFAULT_PRESET)


def _text_path(path: tuple[str | int, ...]) -> tuple[str, ...]:
    return tuple(part for part in path if isinstance(part, str))


def _preset_name(document: Document) -> str:
    name = document.value.get("preset")
    return name if isinstance(name, str) and name in presets.NAMES else DEFAULT_PRESET


def _validated(document: Document) -> tuple[PolicyFile, list[Problem]]:
    """Return what the file says, and its problems; a branch that is wrong is left out, so that the rest is read."""
    try:
        return PolicyFile.model_validate_json(json.dumps(document.value)), []
    except ValidationError as error:
        usable = {"branches": dict(islice(_usable_branches(document.value.get("branches")), MOST_TYPES))}
        return PolicyFile.model_validate_json(json.dumps(usable)), problems_of(error, document, PolicyFile)


def _usable_branches(given: object) -> Iterator[tuple[str, object]]:
    if isinstance(given, dict):
        yield from ((name, entry) for name, entry in given.items() if _reads(name, entry))


def _reads(name: str, entry: object) -> bool:
    try:
        PolicyFile.model_validate_json(json.dumps({"branches": {name: entry}}))
    except ValidationError:
        return False
    return True


def _branches(given: PolicyFile, beneath: Config, *, new_first: bool = True) -> tuple[BranchType, ...]:
    """Lay the file's branch types over those beneath.

    New ones come first, because the team meant them; over an organisation's they come last, so that they cannot take
    its names.
    """
    known = {kind.name: kind for kind in beneath.branches}
    new = [_laid_over(BranchType(name, ()), entry) for name, entry in given.branches.items() if name not in known]
    old = [_laid_over(kind, given.branches.get(kind.name, Branch())) for kind in beneath.branches]
    return (*new, *old) if new_first else (*old, *new)


def _laid_over(kind: BranchType, entry: Branch) -> BranchType:
    if entry.names is not None:
        kind = replace(kind, patterns=tuple(name.pattern() for name in entry.names))
    if entry.from_ is not None:
        kind = replace(kind, starts_from=entry.from_)
    if entry.into is not None:
        kind = replace(kind, into=entry.into)
    return replace(kind, stack=entry.stack) if entry.stack is not None else kind


def _unknown_types(document: Document, branches: Iterable[BranchType]) -> Iterator[Problem]:
    """Find words in ``from`` and ``into`` that name no branch type."""
    types = {kind.name for kind in branches}
    entries = document.value.get("branches")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        for key, known in (("from", {*types, ANY}), ("into", types)):
            named = entry.get(key, []) if isinstance(entry, dict) else []
            for index, word in enumerate(
                [named] if isinstance(named, str) else named if isinstance(named, list) else []
            ):
                if isinstance(word, str) and word not in known:
                    yield Problem(document.where(("branches", name, key, index)), faults.unknown_type(word, known))


def _misnamed(document: Document, branches: Iterable[BranchType], beneath: Config) -> Iterator[Problem]:
    """Find new types without names, and types that are called like something else."""
    for kind in branches:
        where = document.where(("branches", kind.name), key=True)
        if not kind.patterns:
            yield Problem(where, faults.type_needs_names(kind.name, [known.name for known in beneath.branches]))
        if kind.name == ANY or kind.name in OWN_KEYS:
            yield Problem(where, faults.type_name_has_meaning(kind.name))
        like = next((rule for rule in CATALOGUE if kind.name in option_names(rule.options)), None)
        if like is not None:
            yield Problem(where, faults.type_named_like_option(kind.name, like.name))


def option_names(options: type[Options]) -> frozenset[str]:
    """Return the words for the options of a rule."""
    return frozenset(field.alias or name for name, field in options.model_fields.items())


@functools.lru_cache(maxsize=len(presets.NAMES))
def _preset(name: str) -> Config:
    """Read a built-in policy, which stands on nothing but the rules' own defaults."""
    bare = {rule.name: RuleSetting(Severity.OFF, rule.options()) for rule in CATALOGUE}
    document = parse(presets.source(name))
    if not isinstance(document, Document):
        raise AssertionError(f"the preset {name} is broken")  # a test reads them all
    given = PolicyFile.model_validate_json(json.dumps(document.value))
    branches = _branches(given, Config(name, (), bare))
    rules, problems = read_rules(document, bare, [kind.name for kind in branches])
    if problems:
        raise AssertionError(f"the preset {name} is broken: {problems[0].message.plain()}")
    return Config(name, branches, _without_lines(rules))


def _without_lines(rules: Mapping[str, RuleSetting]) -> dict[str, RuleSetting]:
    return {name: replace(setting, line=None) for name, setting in rules.items()}
