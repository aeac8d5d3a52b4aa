"""The Action `lint`, run by act: one run of many steps in folders of their own, so that the tools are made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.actions.act import CHECKOUT, Act, Annotation, Run, Step, job, ours

STRANGE = "a%0A::error file=x,line=1::no\n| `b` <c> \u202e.py"
LONG = f"x = '{'y' * 130}'\n"
COMPLEX = "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(11))

FILES = {
    "clean/good.py": "import os\n\nprint(os.name)\n",
    "clean/.venv/lib/bad.py": "def broken(:\n",
    "broken/bad.py": "import os\n\n\ndef broken():\n    return undefined\n",
    "broken/worse.py": "def broken(:\n",
    "warned/long.py": LONG + COMPLEX,
    "many/many.py": "".join(f"print(undefined{n})\n" for n in range(13)) + "import os;\n" * 6,
    f"strange/{STRANGE}": "print(undefined)\n",
    "strange/pycodestyle.py": "raise SystemExit('the repository is imported')\n",
    "configured/.flake8": "[flake8]\nmax-line-length = 20\nextend-ignore = F401\nshow-source = 1\nstatistics = 1\n",
    "configured/long.py": f"import os\nx = '{'y' * 30}'\n",
    "quiet/.flake8": "[flake8]\nquiet = 1\n",
    "quiet/bad.py": "print(undefined)\n",
    "needs/.flake8": "[flake8]\nrequire-plugins = no-such-plugin\n",
    "ruff/ruff.toml": "lint.select = ['B']\nfix = true\n",
    "ruff/bad.py": "import os\nprint(undefined)\ndef f(x=[]):\n    return x == None\n",
    "ruff/worse.py": "def broken(:\n",
}


def lint(name: str, **inputs: str) -> dict[str, Any]:
    return {
        "id": name,
        "uses": ours("lint"),
        "continue-on-error": True,
        "with": {"working-directory": name.partition("_")[0], **inputs},
    }


STEPS = (
    {"uses": CHECKOUT},
    lint("clean"),
    lint("broken"),
    lint("warned"),
    lint("many"),
    lint("strange"),
    lint("configured"),
    lint("configured_own", **{"max-line-length": "", "max-complexity": ""}),
    lint("configured_isolated", isolated="true"),
    lint("quiet"),
    lint("needs"),
    lint("ruff", linter="ruff"),
    lint("missing"),
    lint("clean_nowhere", paths="nowhere.py"),
    lint("clean_wrong", isolated="yes"),
    {
        "id": "reports",
        "shell": "bash",
        "run": 'cat "$REPORT"',
        "if": "always()",
        "env": {"REPORT": "${{ steps.many.outputs.report }}"},
    },
    {"id": "left", "shell": "bash", "run": "git status --porcelain --ignored", "if": "always()"},
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, published: Path, wheels: Path) -> Run:
    act = Act(tmp_path_factory.mktemp("lint"), published, {"PIP_FIND_LINKS": str(wheels)})
    return act.run_once(tmp_path_factory, "lint", job(*STEPS), FILES)


def counts(step: Step) -> tuple[str, str, str]:
    return step.result, step.outputs["errors"], step.outputs["warnings"]


def places(annotations: list[Annotation]) -> list[tuple[str, ...]]:
    keys = ("file", "line", "col", "title")
    return [tuple(annotation.properties.get(key, "") for key in keys) for annotation in annotations]


def test_clean_code_passes_and_a_virtual_environment_is_left_out(run: Run) -> None:
    step = run.step("clean")
    assert counts(step) == ("success", "0", "0")
    assert step.annotations == []
    assert step.summary == "### Lint: 0 errors, 0 warnings\n\n"


def test_the_first_pass_fails_and_is_not_repeated_in_the_second(run: Run) -> None:
    step = run.step("broken")
    assert counts(step) == ("failure", "2", "1")
    assert places(step.errors)[0] == ("broken/bad.py", "5", "12", "flake8 F821")
    assert places(step.errors)[1][:2] == ("broken/worse.py", "1"), "the column is one for each version of Python"
    assert [error.message for error in step.errors] == ["undefined name 'undefined'", "SyntaxError: invalid syntax"]
    assert places(step.warnings) == [("broken/bad.py", "1", "1", "flake8 F401")]
    assert "| error | F821 | 1 | `broken/bad.py:5` | `undefined name 'undefined'` |" in step.summary


def test_the_second_pass_only_warns(run: Run) -> None:
    step = run.step("warned")
    assert counts(step) == ("success", "0", "3")
    titles = [annotation.properties["title"] for annotation in step.warnings]
    assert titles == ["flake8 E501", "flake8 C901", "flake8 E302"]


def test_annotations_end_where_the_runner_drops_them_and_the_report_has_all(run: Run) -> None:
    step = run.step("many")
    assert counts(step) == ("failure", "13", "18")
    assert (len(step.errors), len(step.warnings)) == (10, 10)
    assert "GitHub shows ten of each kind on their lines" in step.summary
    report = json.loads(run.step("reports").log)
    assert (report["linter"], len(report["errors"]), len(report["warnings"])) == ("flake8", 13, 18)
    assert report["errors"][12] == {
        "file": "many/many.py",
        "line": 13,
        "column": 7,
        "code": "F821",
        "message": "undefined name 'undefined12'",
    }


def test_a_hostile_name_of_a_file_stays_a_name(run: Run) -> None:
    step = run.step("strange")
    assert counts(step) == ("failure", "1", "0")
    assert places(step.errors) == [(f"strange/{STRANGE}", "1", "7", "flake8 F821")]
    assert len(step.annotations) == 1
    assert "``strange/a%0A::error file=x,line=1::no\\x0a\\| `b` <c> \\u{202e}.py:1``" in step.summary


def test_the_configuration_counts_where_the_inputs_leave_it_room(run: Run) -> None:
    assert counts(run.step("configured")) == ("success", "0", "0")
    assert [one.properties["title"] for one in run.step("configured_own").warnings] == ["flake8 E501"]
    assert [one.properties["title"] for one in run.step("configured_isolated").warnings] == ["flake8 F401"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("quiet", "flake8 does not print what it finds; is `quiet` set in its configuration?"),
        ("needs", "flake8 could not run; the log has what it said."),
        ("missing", "working-directory: there is no folder missing in the workspace"),
        ("clean_wrong", "isolated must be 'true' or 'false', not 'yes'"),
    ],
)
def test_what_cannot_be_linted_is_never_green(run: Run, step: str, message: str) -> None:
    assert run.step(step).result == "failure"
    assert [error.message for error in run.step(step).errors] == [message]


def test_a_path_that_is_not_there_is_an_error(run: Run) -> None:
    step = run.step("clean_nowhere")
    assert counts(step) == ("failure", "1", "0")
    assert step.errors[0].properties["title"] == "flake8 E902"


def test_ruff_finds_the_same_and_changes_nothing(run: Run) -> None:
    step = run.step("ruff")
    assert step.result == "failure"
    assert {error.properties["title"] for error in step.errors} == {"ruff F821", "ruff E999"}
    assert {"ruff F401", "ruff B006", "ruff E711"} <= {warning.properties["title"] for warning in step.warnings}


def test_nothing_is_left_in_the_workspace(run: Run) -> None:
    assert run.step("left").log == ""
