"""Breaks `check` on purpose, and proves that what its tests ask for is then not so.

Each broken copy is published under a commit of its own, and one run of act has a step for each of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.actions.act import PUBLISHED, ROOT, Act, Run, Step, job, publish
from tests.actions.checked import SHALLOW, STRANGE, TITLE, WHOLE, Events, check, happened, repository
from tests.actions.faults import Fault

ACTION, CHECKING, WORKFLOW = "actions/check/action.yml", "actions/check/checking.py", "bot/report/workflow.py"


def blocked_holds(step: Step) -> None:
    assert (step.result, step.outputs["verdict"]) == ("failure", "fail")
    assert step.outputs["blocking"] == '["wrong-merge-target"]'
    assert step.outputs["report"].endswith("report.json")
    assert [each.level for each in step.annotations] == ["error", "warning", "warning"]
    assert step.errors[0].message.startswith(f"`{STRANGE}` is of type feature")
    assert step.errors[0].message.endswith("\n$ gh pr edit 12 --base dev")
    assert "feature/%0A" in step.summary


def undecided_holds(step: Step) -> None:
    assert (step.result, step.outputs["verdict"]) == ("failure", "unknown")


def shallow_holds(step: Step) -> None:
    assert (step.result, step.outputs["verdict"]) == ("failure", "error")
    assert "fetch-depth: 0" in step.errors[0].message


@dataclass(frozen=True, slots=True)
class Mutant:
    """The Action with a fault, what it looks at, and what has to be so without the fault."""

    at: str
    holds: Callable[[Step], None]
    fault: Fault | None = None


OF_BLOCKED = (
    Fault("two outputs confused", ACTION, "steps.check.outputs.blocking", "steps.check.outputs.verdict"),
    Fault("an output of another name", ACTION, "steps.check.outputs.report", "steps.check.outputs.reports"),
    Fault("an input that is not handed over", ACTION, "${{ inputs.working-directory }}", "."),
    Fault("a failure that the script forgets", ACTION, 'check.py"', 'check.py" || true'),
    Fault("an exit that is always zero", CHECKING, "return 0 if judged.verdict == PASS else 1", "return 0"),
    Fault("the checkout is imported", CHECKING, '"-P", "-m", "bot"', '"-m", "bot"'),
    Fault("a line that is not escaped", WORKFLOW, 'replace("\\n", "%0A")', 'replace("\\n", "\\n")'),
    Fault("a percent sign that is not escaped", WORKFLOW, 'text.replace("%", "%25")', "text"),
)
OF_UNDECIDED = (Fault("what is not decided passes", CHECKING, "== UNKNOWN and allow_undecided", "== UNKNOWN"),)
OF_SHALLOW = (Fault("a shallow checkout is judged", CHECKING, 'done.stdout.strip() == "true"', "False"),)

MUTANTS = (
    *(Mutant("blocked", blocked_holds, fault) for fault in (None, *OF_BLOCKED)),
    *(Mutant("undecided", undecided_holds, fault) for fault in (None, *OF_UNDECIDED)),
    *(Mutant("shallow", shallow_holds, fault) for fault in (None, *OF_SHALLOW)),
)


def ident(number: int) -> str:
    return f"mutant-{number}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Run:
    folder = tmp_path_factory.mktemp("check")
    desk = repository(folder)
    events = Events(desk, folder / "events")
    blocked, other = (
        events.pull_request(STRANGE, "main", title=TITLE),
        events.pull_request("feature/x", "dev", "strict"),
    )
    steps, versions = [WHOLE, SHALLOW], {}
    for number, mutant in enumerate(MUTANTS):
        fault, sha = mutant.fault, f"{number:040x}"
        changes = {fault.file: fault.put_into((ROOT / fault.file).read_text("utf-8"))} if fault else {}
        versions[sha] = publish(tmp_path_factory.mktemp("mutant"), PUBLISHED, changes)
        place = "shallow" if mutant.at == "shallow" else "whole"
        steps += [happened(blocked if mutant.at == "blocked" else other), check(ident(number), place, sha)]
    act = Act(folder, next(iter(versions.values())), {"PIP_FIND_LINKS": str(wheels)}, versions=versions)
    return act.run(desk.clone, job(*steps), "pull_request", json.loads(blocked.read_text("utf-8")))


def name(value: object) -> str:
    fault = value.fault if isinstance(value, Mutant) else None
    return fault.name.replace(" ", "-") if fault else ""


WHOLE_ONES = [(number, mutant) for number, mutant in enumerate(MUTANTS) if mutant.fault is None]
BROKEN = [(number, mutant) for number, mutant in enumerate(MUTANTS) if mutant.fault]


@pytest.mark.parametrize(("number", "mutant"), WHOLE_ONES)
def test_without_a_fault_it_holds(run: Run, number: int, mutant: Mutant) -> None:
    mutant.holds(run.step(ident(number)))


@pytest.mark.parametrize(("number", "mutant"), BROKEN, ids=name)
def test_a_fault_is_caught(run: Run, number: int, mutant: Mutant) -> None:
    with pytest.raises(AssertionError):
        mutant.holds(run.step(ident(number)))
