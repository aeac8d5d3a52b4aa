"""Breaks `lint` and `test` on purpose, and proves that what their tests ask for is then not so.

Each broken copy is published under a commit of its own, and one run of act has a step for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.actions.act import CHECKOUT, ROOT, Act, Run, Step, job, ours, publish
from tests.actions.faults import Fault

FILES = {
    "lint/a,b.py": "import os\n\n\ndef broken():\n    return undefined\n"
    + "print(undefined)\n" * 10
    + f"x = '{'y' * 110}'\n",
    "test/test_a.py": (
        "def deeper():\n    raise ValueError\n\n\n"
        "def test_a():\n    print('\\n::error::forged')\n    deeper()\n\n\ndef test_b():\n    pass\n"
    ),
    "empty/readme": "",
}


def lint_holds(step: Step) -> None:
    assert step.result == "failure"
    assert (step.outputs["errors"], step.outputs["warnings"]) == ("11", "2")
    assert step.outputs["report"].endswith("report.json")
    assert [len(step.errors), len(step.warnings)] == [10, 2]
    assert [step.errors[0].properties[key] for key in ("file", "line", "title")] == ["lint/a,b.py", "5", "flake8 F821"]
    assert "| error | F821 | 11 | `lint/a,b.py:5` |" in step.summary


def suite_holds(step: Step) -> None:
    assert step.result == "failure"
    assert (step.outputs["passed"], step.outputs["failed"]) == ("1", "1")
    places = [(one.properties.get("file"), one.properties.get("line")) for one in step.annotations]
    assert places == [("test/test_a.py", "2")]
    assert "| `test_a::test_a` | `test/test_a.py:2` |" in step.summary


def empty_holds(step: Step) -> None:
    assert step.result == "failure"


@dataclass(frozen=True, slots=True)
class Mutant:
    """An Action with a fault, where it is run, and what has to be so without the fault."""

    action: str
    folder: str
    holds: Callable[[Step], None]
    fault: Fault | None = None


LINT, TEST, TOOLKIT = "actions/lint/action.yml", "actions/test/action.yml", "actions/toolkit.py"
LINTING, TESTING, JUNIT = "actions/lint/linting.py", "actions/test/testing.py", "actions/test/junit.py"

OF_LINT = (
    Fault("an output of another name", LINT, "steps.lint.outputs.errors", "steps.lint.outputs.error"),
    Fault("two outputs confused", LINT, "steps.lint.outputs.errors", "steps.lint.outputs.warnings"),
    Fault("a failure that the script forgets", LINT, 'lint.py"', 'lint.py" || true'),
    Fault("a failure that the step forgets", LINT, "shell: bash", "shell: bash\n      continue-on-error: true"),
    Fault("an exit that is always zero", LINTING, "return 1 if outcome.errors else 0", "return 0"),
    Fault("a finding in both passes", LINTING, "everything - errors", "everything"),
    Fault("a first pass that takes everything", LINTING, "(job, select=codes)", "(job)"),
    Fault("a second pass with other limits", LINTING, "limits=limits", "limits=Limits(99, 99)"),
    Fault("a place that is off by one", LINTING, "one.file, one.line,", "one.file, one.line + 1,"),
    Fault("a summary that nobody writes", LINTING, "toolkit.add_summary(", "str("),
    Fault("a property that is not escaped", TOOLKIT, "escaped_property(str(value))", "str(value)"),
    Fault("more annotations than are shown", TOOLKIT, "said[annotation.level] <= SHOWN_PER_LEVEL", "True"),
)
OF_TEST = (
    Fault("an output of another name", TEST, "steps.test.outputs.failed", "steps.test.outputs.failures"),
    Fault("an exit that is always zero", TESTING, "return 0 if passes else code", "return 0"),
    Fault("output that acts", TESTING, "with toolkit.quoted():", "if True:"),
    Fault("the line where the test begins", JUNIT, "line = int(place[", "_ = int(place["),
    Fault("a failure that is not counted", JUNIT, 'failed=sum("failure" in kind', 'failed=sum("failed" in kind'),
)
OF_EMPTY = (Fault("no tests, and green", TESTING, "code == NO_TESTS and allow_no_tests", "code == NO_TESTS"),)

MUTANTS = (
    *(Mutant("lint", "lint", lint_holds, fault) for fault in (None, *OF_LINT)),
    *(Mutant("test", "test", suite_holds, fault) for fault in (None, *OF_TEST)),
    *(Mutant("test", "empty", empty_holds, fault) for fault in (None, *OF_EMPTY)),
)


def name(mutant: Mutant) -> str:
    return f"{mutant.action}-{mutant.fault.name}".replace(" ", "-") if mutant.fault else mutant.action


def ident(number: int) -> str:
    return f"mutant-{number}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Run:
    versions = {}
    for number, mutant in enumerate(MUTANTS):
        fault = mutant.fault
        changes = {fault.file: fault.put_into((ROOT / fault.file).read_text("utf-8"))} if fault else {}
        versions[f"{number:040x}"] = publish(tmp_path_factory.mktemp("mutant"), ("actions", "policies"), changes)
    steps = [
        {
            "id": ident(number),
            "uses": ours(mutant.action, f"{number:040x}"),
            "continue-on-error": True,
            "with": {"working-directory": mutant.folder},
        }
        for number, mutant in enumerate(MUTANTS)
    ]
    folder = tmp_path_factory.mktemp("act")
    act = Act(folder, next(iter(versions.values())), {"PIP_FIND_LINKS": str(wheels)}, versions=versions)
    return act.run_once(tmp_path_factory, "mutants", job({"uses": CHECKOUT}, *steps), FILES)


WHOLE = [(number, mutant) for number, mutant in enumerate(MUTANTS) if mutant.fault is None]
BROKEN = [(number, mutant) for number, mutant in enumerate(MUTANTS) if mutant.fault]


@pytest.mark.parametrize(("number", "mutant"), WHOLE, ids=[mutant.folder for _, mutant in WHOLE])
def test_without_a_fault_it_holds(run: Run, number: int, mutant: Mutant) -> None:
    mutant.holds(run.step(ident(number)))


@pytest.mark.parametrize(("number", "mutant"), BROKEN, ids=[name(mutant) for _, mutant in BROKEN])
def test_a_fault_is_caught(run: Run, number: int, mutant: Mutant) -> None:
    with pytest.raises(AssertionError):
        mutant.holds(run.step(ident(number)))
