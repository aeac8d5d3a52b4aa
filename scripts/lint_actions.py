"""Finds in Actions and workflows what other tools do not: names that lead nowhere, inputs that arrive as another.

GitHub takes what is undefined as an empty text, and says nothing.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
LITERAL = re.compile(r"'(?:[^']|'')*'")
PINNED = re.compile(r"uses: (?!\./|\$/)(?!\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)")
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def main() -> int:
    found = [f"{path}: {problem}" for path, text in texts().items() for problem in problems(text)]
    print("\n".join(found) if found else "lint_actions: nothing found")
    return 1 if found else 0


def texts() -> dict[str, str]:
    """Return all Actions and workflows, by their path."""
    paths = [*ROOT.glob("actions/*/action.yml"), *ROOT.glob(".github/workflows/*.yml")]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}


def problems(text: str) -> Iterator[str]:
    yield from unpinned(text)
    content = yaml.safe_load(text)
    if "runs" in content:
        yield from of_action(content)
    else:
        yield from of_workflow(content)


def unpinned(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if PINNED.search(line):
            yield f"line {number}: what is used needs a commit and its version: `uses: owner/name@SHA # v1.2.3`"


def of_action(action: Mapping[str, Any]) -> Iterator[str]:
    steps, inputs, outputs = action["runs"]["steps"], action.get("inputs", {}), action.get("outputs", {})
    yield from of_steps(steps)
    yield from unknown("inputs", references("inputs", steps), inputs)
    yield from unknown("steps", references("steps", outputs), ids(steps))
    yield from of_names("inputs", inputs)
    yield from of_names("outputs", outputs)
    given = {name: value for step in steps for name, value in step.get("env", {}).items() if name.startswith("WITH_")}
    expected = {f"WITH_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in inputs}
    for variable in sorted(given.keys() | expected.keys()):
        if given.get(variable) != expected.get(variable):
            yield f"env.{variable}: {expected.get(variable, 'no input')} is expected, not {given.get(variable)}"


def of_workflow(workflow: Mapping[Any, Any]) -> Iterator[str]:
    on = workflow.get(True, {})  # YAML 1.1 reads `on` as a truth value
    events = [event for event in on.values() if isinstance(event, dict)] if isinstance(on, dict) else []
    inputs = {name for event in events for name in event.get("inputs", {})}
    yield from unknown("inputs", references("inputs", workflow["jobs"]), inputs)
    for event in events:
        yield from of_names("inputs", event.get("inputs", {}))
        yield from of_names("outputs", event.get("outputs", {}))
    for name, job in workflow["jobs"].items():
        steps = job.get("steps", [])
        yield from (f"jobs.{name}: {problem}" for problem in of_steps(steps))
        outputs = references("steps", job.get("outputs", {}))
        yield from (f"jobs.{name}.outputs: {one}" for one in unknown("steps", outputs, ids(steps)))


def of_steps(steps: list[Mapping[str, Any]]) -> Iterator[str]:
    for name, number in Counter(ids(steps)).items():
        if number > 1:
            yield f"two steps are called {name}"
    for number, step in enumerate(steps):
        run = step.get("run", "")
        if "${{" in run:
            yield f"steps[{number}].run: an expression becomes a part of the script; hand it over in `env`"
        if "GITHUB_ENV" in run:
            yield f"steps[{number}].run: every later step of the caller would get that variable"
        before = ids(steps[:number])
        yield from (f"steps[{number}]: {one}" for one in unknown("steps", references("steps", step), before))


def of_names(kind: str, named: Mapping[str, Any]) -> Iterator[str]:
    for name, about in named.items():
        if not KEBAB.fullmatch(name):
            yield f"{kind}.{name}: names are in kebab-case"
        if not (about or {}).get("description"):
            yield f"{kind}.{name}: a description is missing"
        if not isinstance((about or {}).get("default", ""), str) and "type" not in about:
            yield f"{kind}.{name}: the default has to be a text, 'true' rather than true"


def ids(steps: list[Mapping[str, Any]]) -> list[str]:
    return [step["id"] for step in steps if "id" in step]


def references(context: str, value: Any) -> set[str]:
    """Return the names after ``context.`` in all expressions of a value, however deep; an `if` needs no braces."""
    if isinstance(value, dict):
        bare = f"${{{{ {value['if']} }}}}" if isinstance(value.get("if"), str) else ""
        return references(context, [*value.values(), bare])
    if isinstance(value, list | tuple):
        return {name for item in value for name in references(context, item)}
    expressions = EXPRESSION.findall(value) if isinstance(value, str) else []
    return {name for one in expressions for name in re.findall(rf"(?<![\w.]){context}\.([\w-]+)", LITERAL.sub("", one))}


def unknown(context: str, used: set[str], known: Any) -> Iterator[str]:
    yield from (f"{context}.{name} is not defined" for name in sorted(used - set(known)))


if __name__ == "__main__":
    sys.exit(main())
