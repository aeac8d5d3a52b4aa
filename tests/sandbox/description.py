"""GitHub's own description of its REST API and webhooks, as githubkit has generated it from GitHub's OpenAPI.

githubkit has a method for every operation. Its docstring names the route, its body the models of request and answer;
both are read here from the source, one method at a time, because importing everything takes seconds.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Union

from githubkit.versions import LATEST_VERSION, VERSIONS
from pydantic import TypeAdapter

SCHEMAS = f"githubkit_schemas.{VERSIONS[LATEST_VERSION]}"
"""The newest dated version of the API that is installed."""

_ROUTE = re.compile(r"^        (GET|POST|PUT|PATCH|DELETE) (/\S*)$", re.MULTILINE)
_END = re.compile(r"^    (@overload|def |async def )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``request`` and ``answer`` are None where GitHub describes no body."""

    request: TypeAdapter[Any] | None
    answer: TypeAdapter[Any] | None
    query: frozenset[str]
    """The names that may stand in the query."""


@cache
def _places() -> dict[tuple[str, str], tuple[Path, int]]:
    """Return where each route stands: the file, and how far into it."""
    spec = importlib.util.find_spec(f"{SCHEMAS}.rest")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    # each route stands there twice; the asynchronous method comes last and is the one that is read
    return {
        (found[1], found[2]): (path, found.end())
        for path in sorted(folder.glob("*.py"))
        for found in _ROUTE.finditer(path.read_text("utf-8"))
    }


def exists(method: str, route: str) -> bool:
    """Say whether GitHub has such a route, under just these names of parameters."""
    return (method, route) in _places()


@cache
def operation(method: str, route: str) -> Operation:
    """Return what GitHub says of an operation; raises KeyError for one that GitHub does not have."""
    path, start = _places()[method, route]
    text = path.read_text("utf-8")
    end = _END.search(text, start)
    body = text[text.index('"""', start) + 3 : end.start() if end else len(text)]
    tree = ast.parse(textwrap.dedent(body))
    return Operation(_request(tree), _answer(tree), frozenset(_query(tree)))


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
            yield node


def _request(tree: ast.AST) -> TypeAdapter[Any] | None:
    return next((_adapter(call.args[0]) for call in _calls(tree, "type_validate_python")), None)


def _answer(tree: ast.AST) -> TypeAdapter[Any] | None:
    keywords = (keyword for call in _calls(tree, "arequest") for keyword in call.keywords)
    return next((_adapter(keyword.value) for keyword in keywords if keyword.arg == "response_model"), None)


def _query(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "params"
            and isinstance(node.value, ast.Dict)
        ):
            yield from (str(ast.literal_eval(key)) for key in node.value.keys if key is not None)


def _adapter(annotation: ast.expr) -> TypeAdapter[Any]:
    """Return what validates a type that is written in the source."""
    models = importlib.import_module(f"{SCHEMAS}.models")
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    typing = importlib.import_module("typing")
    known = {name: getattr(typing, name, None) or getattr(models, name, None) for name in names}
    known = {name: value for name, value in known.items() if value is not None}
    return TypeAdapter(eval(ast.unparse(annotation), known))  # noqa: S307 (githubkit's own source, not foreign text)


@cache
def webhook(event: str, action: str | None) -> TypeAdapter[Any]:
    """Return what validates a webhook; raises KeyError for an action that GitHub does not have."""
    models = importlib.import_module(f"{SCHEMAS}.models")
    name = "Webhook" + "".join(word.capitalize() for word in f"{event}_{action or ''}".split("_"))
    # the module of an event, below, loads all of its actions, which takes seconds
    found = [one for end in ("", "Oneof0", "Oneof1") if (one := getattr(models, name + end, None)) is not None]
    if found:
        either: Any = Union[tuple(found)]  # noqa: UP007 (a union of models known only now)
        return TypeAdapter(either)
    types = importlib.import_module(f"{SCHEMAS}.webhooks.{event}").action_types
    return TypeAdapter(types[action] if isinstance(types, dict) else types)
