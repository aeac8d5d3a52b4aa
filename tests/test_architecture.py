"""The rooms and what they may import, held against the real imports; and proof that a violation would be seen."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("actions", "bot", "policies", "sandbox")

PURE = frozenset(
    {
        "__future__",
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "difflib",
        "enum",
        "functools",
        "html",
        "inspect",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "shlex",
        "statistics",
        "string",
        "sys",
        "types",
        "typing",
        "unicodedata",
    }
)
"""The standard library's part that looks at nothing of the world outside."""

LIBRARIES = frozenset({"pydantic", "pydantic_core", "yaml", "re2", "semver", "scipy", "packaging"})

IMPURE_CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__", "breakpoint"})
IMPURE_METHODS = frozenset({"now", "today", "utcnow", "read_text", "read_bytes", "write_text", "write_bytes"})

PRESETS = "policies.presets"
"""The one place in `policies` that reads: its own YAML files, which ship with it."""

DEMO = "bot.demo"
"""The one room in `bot` that may use the sandbox."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    return module.partition(".")[0]


def imports_of(tree: ast.AST, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Yield the full names of all modules (and names in modules) that are imported, wherever in the file."""
    package = (module if is_package else module.rpartition(".")[0]).split(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def violations(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Return what a module does that its room may not do."""
    tree = ast.parse(source)
    imported = list(imports_of(tree, module, is_package=is_package))
    found = [f"{module} imports {name}" for name in imported if not _may_import(module, name)]
    if room_of(module) == "policies":
        found += [f"{module} {what}" for what in _impure(tree, module)]
    return found


def _may_import(module: str, name: str) -> bool:
    room, target = room_of(module), room_of(name)
    if target == "tests":
        return False
    if room == "policies":
        allowed = PURE | LIBRARIES | {"policies"}
        return target in allowed or (module == PRESETS and name.startswith("importlib.resources"))
    if room == "bot":
        reaches_pipeline = name == "bot.pipeline" or name.startswith("bot.pipeline.")
        if (module == "bot.web" or module.startswith("bot.web.")) and reaches_pipeline:
            return False
        return target != "sandbox" or module == DEMO or module.startswith(f"{DEMO}.")
    if room == "actions":
        shared = name == "policies" or name.startswith(("policies.mermaid", "policies.phrase"))
        trains = target == "mlflow" and module.startswith("actions.train")
        return target in sys.stdlib_module_names | {"actions"} or shared or trains
    return target not in ("bot", "policies")


def _impure(tree: ast.AST, module: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
            yield f"is asynchronous in line {node.lineno}"
        elif isinstance(node, ast.Name) and node.id in IMPURE_CALLS:
            yield f"uses {node.id} in line {node.lineno}"
        elif isinstance(node, ast.Attribute) and node.attr in IMPURE_METHODS and module != PRESETS:
            yield f"uses .{node.attr} in line {node.lineno}"
        elif isinstance(node, ast.Attribute) and _is_sys(node) and node.attr != "modules":
            yield f"uses sys.{node.attr} in line {node.lineno}"


def _is_sys(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "sys"


FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_every_module_keeps_to_its_room(path: Path) -> None:
    source = path.read_text("utf-8")
    assert violations(module_name(path), source, is_package=path.name == "__init__.py") == []


def test_every_room_is_looked_at() -> None:
    assert {room_of(module_name(path)) for path in FILES} == set(ROOMS)


def test_the_pure_part_of_the_standard_library_is_what_it_says() -> None:
    assert PURE - {"__future__"} <= sys.stdlib_module_names
    impure = {"asyncio", "importlib", "io", "logging", "os", "pathlib", "random", "socket", "subprocess", "time"}
    assert not PURE & impure


VIOLATIONS = {
    "policies reads the clock": ("policies.x", "import time"),
    "policies asks for the date": ("policies.x", "from datetime import datetime\nx = datetime.now()"),
    "policies asks for the day": ("policies.x", "import datetime\nx = datetime.date.today()"),
    "policies reads a file": ("policies.x", "x = open('y')"),
    "policies reads a file by its path": ("policies.x", "import pathlib"),
    "policies hands a way to read on": ("policies.x", "x = [open]"),
    "policies looks at the environment": ("policies.x", "import os"),
    "policies looks at the arguments": ("policies.x", "import sys\nx = sys.argv"),
    "policies runs a program": ("policies.x", "def f() -> None:\n    import subprocess"),
    "policies speaks HTTP": ("policies.gitflow.x", "import urllib.request"),
    "policies waits": ("policies.x", "async def f() -> None: ..."),
    "policies imports by name": ("policies.x", "from importlib import import_module"),
    "policies reads resources elsewhere": ("policies.config.x", "from importlib.resources import files"),
    "policies reads resources with bytes": ("policies.config.x", "def f(x): return x.read_bytes()"),
    "policies prints": ("policies.x", "print('x')"),
    "policies knows the bot": ("policies.x", "from bot import cli"),
    "policies knows the bot, relatively": ("policies.gitflow.x", "from ...bot import cli"),
    "policies knows the sandbox": ("policies.x", "import sandbox.story"),
    "policies uses an unknown library": ("policies.x", "import requests"),
    "the bot knows the tests": ("bot.cli", "from tests.policies import cases"),
    "the bot knows the sandbox": ("bot.gather.x", "from sandbox import story"),
    "the web does the work": ("bot.web.webhook", "from bot import pipeline"),
    "the web does the work, relatively": ("bot.web.webhook", "from .. import pipeline"),
    "another part of the bot that is called like the demo": ("bot.demonstration", "from sandbox.story import build"),
    "the web does part of the work": ("bot.web.pages", "from bot.pipeline import run"),
    "an Action knows the bot": ("actions.check.x", "from bot import cli"),
    "an Action judges": ("actions.check.x", "from policies.evaluate import evaluate"),
    "an Action uses a library": ("actions.lint.x", "import yaml"),
    "an Action that does not train uses MLflow": ("actions.test.x", "import mlflow"),
    "the sandbox knows the bot": ("sandbox.story", "from bot import git"),
    "the sandbox knows the policies": ("sandbox.story", "if True:\n    import policies.facts"),
    "the sandbox knows the tests": ("sandbox.story", "import tests"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_is_seen(name: str) -> None:
    module, source = VIOLATIONS[name]
    assert violations(module, source)


ALLOWED = {
    "policies uses itself": ("policies.x", "from policies.facts import Facts\nfrom . import rule"),
    "policies uses its libraries": ("policies.x", "import re2\nimport yaml\nfrom pydantic_core import ErrorDetails"),
    "policies handles dates": ("policies.x", "from datetime import datetime"),
    "policies knows its modules": ("policies.x", "import sys\nx = sys.modules"),
    "presets are read": (PRESETS, "from importlib.resources import files\nx = files('x').read_bytes()"),
    "the bot does what it likes": ("bot.cli", "import os, subprocess\nfrom policies.evaluate import evaluate"),
    "the demo plays in the sandbox": ("bot.demo.play", "from sandbox.story import build"),
    "the jobs do the work": ("bot.jobs", "from bot import pipeline"),
    "an Action escapes as the policies do": ("actions.toolkit", "from policies.phrase import inert"),
    "the Action train uses the MLflow that is there": ("actions.train.x", "import mlflow"),
    "the sandbox uses its libraries": ("sandbox.story", "import subprocess"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_is_not_taken_for_a_violation(name: str) -> None:
    module, source = ALLOWED[name]
    assert violations(module, source, is_package=module == PRESETS) == []
