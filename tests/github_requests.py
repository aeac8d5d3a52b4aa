"""Finds what the code asks of GitHub: the method and address of every call on an :class:`bot.github.port.Api`."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

METHODS = {"get": "GET", "pages": "GET", "post": "POST", "patch": "PATCH", "delete": "DELETE"}
API = re.compile(r"(^|[._])(api|app\(\))$")
"""How an Api is called in the code."""


@dataclass(frozen=True, order=True)
class Request:
    """``path`` has a star for every name in it."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def requests(folder: Path) -> list[Request]:
    """Return all requests, sorted. Fails on a call whose address cannot be followed, so that none is overlooked."""
    return sorted({request for path in folder.rglob("*.py") for request in _of_module(ast.parse(path.read_text()))})


def _of_module(tree: ast.Module) -> Iterator[Request]:
    values = _values(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS and _is_api(call.func.value):
            yield from _direct(call, METHODS[call.func.attr], values)
        elif any(_is_api(argument) for argument in call.args):  # a helper that reads
            paths = {path for argument in call.args for path in _texts(argument, values)}
            yield from (Request("GET", path) for path in paths if path.startswith("/"))


def _is_api(node: ast.expr) -> bool:
    return API.search(ast.unparse(node)) is not None


def _direct(call: ast.Call, method: str, values: Values) -> Iterator[Request]:
    address = call.args[0]
    paths = {path for path in _texts(address, values) if path.startswith("/")}
    handed_on = isinstance(address, ast.Name) and address.id in values.parameters
    assert paths or handed_on, f"line {call.lineno}: where does {ast.unparse(call)} go?"
    yield from (Request(method, path) for path in paths)


@dataclass(frozen=True)
class Values:
    """What names of a module may stand for: what is assigned to them, or what the function of that name returns."""

    expressions: dict[str, list[ast.expr]]
    parameters: frozenset[str]


def _values(tree: ast.Module) -> Values:
    expressions = defaultdict(list)
    parameters = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            expressions[node.targets[0].id].append(node.value)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parameters |= {argument.arg for argument in node.args.args}
            returned = (each.value for each in ast.walk(node) if isinstance(each, ast.Return))
            expressions[node.name] += [value for value in returned if value is not None]
    return Values(dict(expressions), frozenset(parameters))


def _texts(node: ast.expr, values: Values, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the texts that an expression may have, with a star for what cannot be known."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.JoinedStr):
        return {"".join(parts) for parts in product(*(_texts(part, values, seen) for part in node.values))}
    if isinstance(node, ast.FormattedValue):
        return _texts(node.value, values, seen)
    if ast.unparse(node).endswith("repository.path"):
        return {"/repos/*/*"}
    name = _name(node.func if isinstance(node, ast.Call) else node)
    if name is None or name in seen or name not in values.expressions:
        return {"*"}
    return set().union(*(_texts(each, values, seen | {name}) for each in values.expressions[name])) or {"*"}


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None
