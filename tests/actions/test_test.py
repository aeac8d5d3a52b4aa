"""The Action `test`, run by act: one run of many steps in folders of their own."""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.actions.act import CHECKOUT, Act, Run, Step, job, ours
from tests.actions.once import once

HERE = Path(__file__).parent

HOSTILE = """
import pytest

@pytest.mark.parametrize("value", ["::error file=x::no", "| <b> `c`\\n\\u202e"])
def test_hostile(value):
    print("\\n::error file=forged.py,line=1::forged\\n::set-output name=passed::99")
    assert value == "\\x1b[31m"
"""

FAILING = """import pytest


def deeper(value):
    raise ValueError(value)


def test_right():
    value = 1
    assert value == 2


def test_elsewhere():
    deeper("too deep")


@pytest.fixture
def broken():
    raise RuntimeError("no database")


def test_fixture(broken):
    pass


def test_passes():
    assert True


@pytest.mark.skip(reason="not now")
def test_skipped():
    pass


@pytest.mark.xfail
def test_expected():
    raise NotImplementedError
"""

FILES = {
    "pass/test_ok.py": "import model\n\n\ndef test_ok():\n    assert model.double(2) == 4\n",
    "pass/model.py": "def double(x):\n    if x is None:\n        return None\n    return 2 * x\n",
    "pass/conftest.py": "",
    "fail/test_fail.py": FAILING,
    "hostile/test_hostile.py": HOSTILE,
    "broken/tests/test_broken.py": "def test_broken(:\n    pass\n",
    "broken/pytest.ini": "[pytest]\n",
    "empty/readme.txt": "",
    "rooted/pyproject.toml": "[tool.pytest.ini_options]\n",
    "rooted/inner/test_inner.py": "def test_inner():\n    assert 0\n",
    "many/test_many.py": "".join(f"def test_{n}():\n    assert {n} < 0\n\n\n" for n in range(13)),
    "dies/test_dies.py": "import os\n\n\ndef test_dies():\n    os._exit(0)\n",
    "low/test_low.py": "def test_low():\n    assert True\n\n\ndef never_called():\n    return 1\n",
    "low/.coveragerc": "[report]\nfail_under = 100\n",
}


def step(name: str, **inputs: str) -> dict[str, Any]:
    folder = name.partition("_")[0]
    return {
        "id": name.replace("/", "_"),
        "uses": ours("test"),
        "continue-on-error": True,
        "with": {"working-directory": folder, **inputs},
    }


STEPS = (
    {"uses": CHECKOUT},
    step("pass"),
    step("pass_none", arguments='-k "not test_ok"'),
    step("pass_usage", arguments="--no-such-option"),
    step("pass_quote", arguments="'"),
    step("fail"),
    step("hostile"),
    step("broken"),
    step("empty"),
    step("empty_allowed", **{"allow-no-tests": "true"}),
    step("rooted/inner"),
    step("many"),
    step("dies"),
    step("pass_unmeasured", coverage="true"),
    *(
        {
            "id": name,
            "if": "always()",
            "shell": "bash",
            "run": 'cat "$FILE"',
            "env": {"FILE": f"${{{{ steps.fail.outputs.{name} }}}}"},
        }
        for name in ("report", "junit")
    ),
)


MEASURED = ({"uses": CHECKOUT}, step("pass", coverage="true"), step("low", coverage="true"))


def python(folder: Path, *requirements: str) -> str:
    """Make a virtual environment, as a caller has it, and return the folder with its programs."""
    made = folder / "venv"
    venv.create(made, with_pip=True)
    for name in requirements:
        command = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*command, "--requirement", str(HERE / name)], check=True, capture_output=True)
    return f"{made}/bin"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, published: Path, wheels: Path) -> Run:
    """Run with a Python that has nothing but pip: pytest comes from our pinned wheels."""
    bare = Path(once(tmp_path_factory, "bare", python))
    act = Act(tmp_path_factory.mktemp("test"), published, {"PIP_FIND_LINKS": str(wheels)}, python=bare)
    return act.run_once(tmp_path_factory, "test", job(*STEPS), FILES)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, published: Path) -> Run:
    """Run with a Python that has pytest and pytest-cov; nothing could be installed."""
    own = Path(once(tmp_path_factory, "own", lambda folder: python(folder, "pytest-cov.txt")))
    act = Act(tmp_path_factory.mktemp("measured"), published, python=own)
    return act.run_once(tmp_path_factory, "measured", job(*MEASURED), FILES)


def totals(step: Step) -> tuple[str, ...]:
    return step.result, *(step.outputs[name] for name in ("passed", "failed", "errors", "skipped"))


def places(step: Step) -> list[tuple[str, ...]]:
    return [tuple(error.properties.get(key, "") for key in ("file", "line", "title")) for error in step.errors]


def reason(step: Step) -> str:
    """Return the one annotation that stands on no line."""
    assert step.result == "failure"
    (error,) = step.errors
    assert set(error.properties) == {"title"}
    return error.message


def test_tests_that_pass(run: Run) -> None:
    step = run.step("pass")
    assert totals(step) == ("success", "1", "0", "0", "0")
    assert (step.annotations, step.outputs["coverage"]) == ([], "")
    assert step.summary.startswith("### Tests: all passed\n\n| Passed |")


def test_failures_stand_on_their_lines(run: Run) -> None:
    step = run.step("fail")
    assert totals(step) == ("failure", "1", "2", "1", "2")
    assert places(step) == [
        ("fail/test_fail.py", "10", "pytest: test_fail::test_right"),
        ("fail/test_fail.py", "5", "pytest: test_fail::test_elsewhere"),
        ("fail/test_fail.py", "19", "pytest: test_fail::test_fixture"),
    ]
    assert step.errors[0].message.startswith("assert 1 == 2\n\ndef test_right():")
    assert "| 1 | 2 | 1 | 2 |" in step.summary
    assert "| `test_fail::test_elsewhere` | `fail/test_fail.py:5` | `ValueError: too deep` |" in step.summary


def test_the_reports_are_there_for_later_steps(run: Run) -> None:
    report = json.loads(run.step("report").log)
    assert report["totals"] == {"passed": 1, "failed": 2, "errors": 1, "skipped": 2}
    assert (report["code"], report["coverage"], report["failures"][0]["line"]) == (1, None, 10)
    assert "<testsuites" in run.step("junit").log


def test_names_and_output_of_tests_cannot_act(run: Run) -> None:
    step = run.step("hostile")
    assert totals(step) == ("failure", "0", "2", "0", "0")
    assert [place[:2] for place in places(step)] == [("hostile/test_hostile.py", "7")] * 2
    assert "\x1b" not in step.errors[0].message
    assert "``test_hostile::test_hostile[\\| <b> `c`\\n\\u202e]``" in step.summary


def test_a_file_that_cannot_be_read_is_an_error_on_its_line(run: Run) -> None:
    step = run.step("broken")
    assert totals(step) == ("failure", "0", "0", "1", "0")
    assert places(step) == [("broken/tests/test_broken.py", "1", "pytest: tests.test_broken")]
    assert step.errors[0].message.startswith("SyntaxError: invalid syntax")


def test_lines_are_found_where_pytest_counts_from_a_folder_above(run: Run) -> None:
    assert places(run.step("rooted_inner")) == [
        ("rooted/inner/test_inner.py", "2", "pytest: inner.test_inner::test_inner")
    ]


def test_annotations_end_where_the_runner_drops_them(run: Run) -> None:
    step = run.step("many")
    assert (totals(step), len(step.errors)) == (("failure", "0", "13", "0", "0"), 10)
    assert "`test_many::test_12`" in step.summary
    assert "GitHub shows ten on their lines" in step.summary


def test_no_tests_fail_unless_they_may(run: Run) -> None:
    assert reason(run.step("empty")) == "pytest found no tests. Where that is right, set allow-no-tests to true."
    assert reason(run.step("pass_none")) == reason(run.step("empty"))
    allowed = run.step("empty_allowed")
    assert (totals(allowed), allowed.annotations) == (("success", "0", "0", "0", "0"), [])
    assert allowed.summary.startswith("### Tests: none\n")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("pass_usage", "pytest wrote no report and ended with code 4; the log has what it said."),
        ("pass_quote", "arguments: No closing quotation"),
        ("pass_unmeasured", "coverage needs pytest-cov among the packages that you install"),
        ("dies", "pytest wrote no report and ended with code 0; the log has what it said."),
    ],
)
def test_what_could_not_be_tested_is_never_green(run: Run, step: str, message: str) -> None:
    assert reason(run.step(step)) == message


def test_coverage_is_measured_with_the_callers_packages(measured: Run) -> None:
    step = measured.step("pass")
    assert totals(step) == ("success", "1", "0", "0", "0")
    assert step.outputs["coverage"] == "85.71"
    assert step.summary.splitlines()[4].endswith("| 85.7 % |")


def test_the_repositorys_own_limit_of_coverage_counts(measured: Run) -> None:
    step = measured.step("low")
    assert reason(step) == "pytest failed though no test did; its log says why. Is the coverage too low?"
    assert step.outputs["coverage"] == "75.00"
