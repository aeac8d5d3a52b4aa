"""Turns pydantic's errors into problems with a place in the file and words that a maintainer understands."""

from __future__ import annotations

import typing
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policies.config.document import MOST_PROBLEMS, Document, Path, Problem
from policies.gitflow.pattern import PatternError
from policies.phrase import Phrase
from policies.words import faults

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

_BOUNDS = {
    "greater_than_equal": "be at least {ge:g}",
    "less_than_equal": "be at most {le:g}",
    "finite_number": "be a finite number",
    "too_short": "have at least {min_length} item",
    "too_long": "have at most {max_length} items",
    "string_too_short": "have at least {min_length} character",
    "string_too_long": "have at most {max_length} characters",
}


_EXAMPLES = {
    "extends": "acme/.github",
    "jira": "https://example.atlassian.net",
    "alias": "models:/sales-forecast@champion",
    "run": "0123456789abcdef0123456789abcdef",
}
"""What a key looks like whose form is checked with a pattern."""


def problems_of(error: ValidationError, document: Document, model: type[BaseModel], at: Path = ()) -> list[Problem]:
    """Return one problem an error; ``at`` is where in the file the validated value stands."""
    found = []
    for detail in error.errors()[:MOST_PROBLEMS]:
        if detail["type"] == "too_short" and detail["input"]:
            continue  # the list has items; that they are wrong is said of each
        path = (*at, *detail["loc"])
        about_key = detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)
        found.append(Problem(document.where(path, key=about_key), _message(detail, model)))
    return found


def _message(detail: ErrorDetails, model: type[BaseModel]) -> Phrase:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return faults.unknown_key(str(detail["loc"][-1]), _keys_at(model, detail["loc"][:-1]))
    if kind == "missing":
        return faults.missing_key(str(detail["loc"][-1]))
    if kind == "literal_error":
        return _not_listed(detail["input"], str(context["expected"]))
    if kind == "glob_or_regex":
        return faults.one_of_glob_and_regex()
    if kind == "string_pattern_mismatch" and detail["loc"][-1] == "[key]":
        return faults.bad_type_name(_shown(detail["input"]))
    if kind == "string_pattern_mismatch":
        return faults.does_not_fit(_EXAMPLES[str(detail["loc"][-1])])
    if kind == "value_error" and isinstance(context.get("error"), PatternError):
        return faults.bad_regex(_shown(detail["input"]), str(context["error"]).removesuffix(" - compile failed"))
    if kind in _KINDS:
        return faults.wrong_type(_KINDS[kind], described(detail["input"]))
    if kind in _BOUNDS:
        return faults.out_of_range(_BOUNDS[kind].format(**context))
    return faults.plain(detail["msg"]) if kind == "plain" else faults.refused(detail["msg"])


def _not_listed(value: object, expected: str) -> Phrase:
    if isinstance(value, str):
        return faults.not_one_of(value, _literals(expected))
    return faults.wrong_type(expected.replace("'", ""), described(value))


def described(value: object) -> str:
    """Name the kind of a value as YAML knows it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    kinds: dict[type, str] = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a mapping"}
    return kinds.get(type(value), "something else")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("regex") or value.get("glob")
    return value if isinstance(value, str) else described(value)


def _literals(expected: str) -> list[str]:
    """Read pydantic's "'a', 'b' or 'c'"."""
    return [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]


def _keys_at(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Return the keys that are legal at a path, by following the models' fields."""
    here: type[BaseModel] = model
    for part in path:
        for name, field in here.model_fields.items():
            if part in (name, field.alias):
                here = next(iter(_models_in(field.annotation)), here)
    return [field.alias or name for name, field in here.model_fields.items()]


def _models_in(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)
