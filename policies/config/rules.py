"""The `rules:` section: a severity, or a mapping of severity, branch types and the options of that one rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice

from pydantic import ValidationError

from policies.catalogue import BY_NAME
from policies.config.document import MOST_PROBLEMS, Document, Problem, Value
from policies.config.policy import RuleSetting
from policies.config.problems import described, problems_of
from policies.phrase import Phrase
from policies.rule import Options, Rule
from policies.verdict import Severity
from policies.words import faults

SEVERITIES = {severity.word: severity for severity in Severity}
OWN_KEYS = ("severity", "may_relax")


def read_rules(
    document: Document, beneath: Mapping[str, RuleSetting], types: Iterable[str]
) -> tuple[dict[str, RuleSetting], list[Problem]]:
    """Lay the file's rules over the settings beneath; ``types`` are the names of all branch types."""
    settings, problems = dict(beneath), list[Problem]()
    given = document.value.get("rules")
    for name, entry in given.items() if isinstance(given, dict) else ():
        if len(problems) > MOST_PROBLEMS:
            break
        rule = BY_NAME.get(name)
        if rule is None:
            where = document.where(("rules", name), key=True)
            problems.append(Problem(where, faults.unknown_rule(name, BY_NAME)))
            continue
        reading = _Entry(document, rule, tuple(types))
        settings[name] = reading.over(settings[name], entry)
        problems += reading.problems
    return settings, problems


class _Entry:
    """Reads the entry of one rule and collects what is wrong with it."""

    def __init__(self, document: Document, rule: Rule, types: tuple[str, ...]) -> None:
        self.document, self.rule, self.types = document, rule, types
        self.options = {f.alias or n: n for n, f in rule.options.model_fields.items()}
        self.problems: list[Problem] = []

    def over(self, beneath: RuleSetting, entry: Value) -> RuleSetting:
        line = self.document.where(("rules", self.rule.name), key=True).line
        if not isinstance(entry, dict):
            severity = self._severity((), entry)
            return RuleSetting(
                beneath.severity if severity is None else severity, beneath.options, {}, beneath.may_relax, line
            )
        severity = self._severity(("severity",), entry["severity"]) if "severity" in entry else None
        per_type = {} if severity is not None else dict(beneath.per_type)
        for key, value in entry.items():
            if key in OWN_KEYS or key in self.options or len(self.problems) > MOST_PROBLEMS:
                continue
            if key not in self.types:
                self._problem((key,), faults.unknown_option(self.rule.name, key, self._words()), key=True)
            elif (named := self._severity((key,), value)) is not None:
                per_type[key] = named
        may_relax = self._may_relax(entry, beneath)
        options = self._options(beneath.options, entry)
        return RuleSetting(beneath.severity if severity is None else severity, options, per_type, may_relax, line)

    def _severity(self, path: tuple[str, ...], value: Value) -> Severity | None:
        if isinstance(value, str) and value in SEVERITIES:
            return SEVERITIES[value]
        if isinstance(value, str):
            self._problem(path, faults.not_one_of(value, SEVERITIES))
        else:
            self._problem(path, faults.wrong_type("off, warning or error", described(value)))
        return None

    def _may_relax(self, entry: Mapping[str, Value], beneath: RuleSetting) -> bool:
        value = entry.get("may_relax", beneath.may_relax)
        if isinstance(value, bool):
            return value
        self._problem(("may_relax",), faults.wrong_type("true or false", described(value)))
        return False

    def _options(self, beneath: Options, entry: Mapping[str, Value]) -> Options:
        given = {key: value for key, value in entry.items() if key in self.options}
        self._check_types(given)
        try:
            read = self.rule.options.model_validate_json(json.dumps(given))
        except ValidationError as error:
            self.problems += problems_of(error, self.document, self.rule.options, ("rules", self.rule.name))
            return beneath
        return beneath.model_copy(update={self.options[key]: getattr(read, self.options[key]) for key in given})

    def _check_types(self, given: Mapping[str, Value]) -> None:
        """The keys of a `for:` option are branch types."""
        per_type = given.get("for")
        for kind in islice(per_type, MOST_PROBLEMS) if isinstance(per_type, dict) else ():
            if kind not in self.types:
                self._problem(("for", kind), faults.unknown_type(kind, self.types), key=True)

    def _words(self) -> list[str]:
        return [*OWN_KEYS, *self.options, *self.types]

    def _problem(self, path: tuple[str, ...], message: Phrase, *, key: bool = False) -> None:
        self.problems.append(Problem(self.document.where(("rules", self.rule.name, *path), key=key), message))
