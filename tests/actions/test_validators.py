"""No tool that reads Actions and workflows has anything to say of ours; together they find every fault of faults.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.lint_actions import ROOT, texts
from tests.actions.faults import STATIC, Fault
from tests.actions.once import once
from tests.actions.validators import languageservice, problems, schemas, write, zizmor

OURS = texts()

Found = dict[str, set[str]]
"""The tools that find something, by the name of the fault."""


def test_there_is_something_to_read() -> None:
    assert {path for path in OURS if path.startswith("actions/")} == {
        f"actions/{name}/action.yml" for name in ("check", "lint", "test", "train")
    }
    assert len(OURS) > 4


def test_the_schemas_have_nothing_to_say() -> None:
    assert schemas([ROOT / path for path in OURS]) == {}


def test_zizmors_strictest_persona_has_nothing_to_say(tmp_path: Path) -> None:
    write(tmp_path, OURS)
    assert zizmor(tmp_path) == ""


def test_githubs_language_service_has_nothing_to_say() -> None:
    assert [line for lines in languageservice.said([(path, OURS) for path in OURS]) for line in lines] == []


@pytest.mark.parametrize("path", OURS)
def test_our_own_lint_has_nothing_to_say(path: str) -> None:
    assert list(problems(OURS[path])) == []


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return {name: set(tools) for name, tools in json.loads(once(tmp_path_factory, "faults", ask)).items()}


def ask(folder: Path) -> str:
    """Show every fault to every tool."""
    faulty = {fault.name: fault.put_into(OURS[fault.file]) for fault in STATIC}
    paths = [write(folder / str(number), {one.file: faulty[one.name]})[0] for number, one in enumerate(STATIC)]
    by_schema = schemas(paths)
    by_service = languageservice.said([(one.file, OURS | {one.file: faulty[one.name]}) for one in STATIC])
    found: dict[str, list[str]] = {}
    for number, fault in enumerate(STATIC):
        said = {
            "schemas": paths[number] in by_schema,
            "language service": bool(by_service[number]),
            "own lint": any(problems(faulty[fault.name])),
            "zizmor": bool(zizmor(folder / str(number))),
        }
        found[fault.name] = [tool for tool, finds in said.items() if finds]
    return json.dumps(found)


@pytest.mark.parametrize("fault", STATIC, ids=lambda fault: fault.name.replace(" ", "-"))
def test_every_fault_is_found(found: Found, fault: Fault) -> None:
    assert found[fault.name]


@pytest.mark.parametrize("tool", ["schemas", "language service", "own lint", "zizmor"])
def test_every_tool_is_needed(found: Found, tool: str) -> None:
    assert {tool} in found.values()
