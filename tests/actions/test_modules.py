"""The modules of `lint` and `test` without act: what they make of what a tool said."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from actions import toolkit
from actions.lint import linting
from actions.lint.linters import Finding, Job, Limits, flake8
from actions.test import junit, testing
from actions.toolkit import InputError
from tests.actions.act import ROOT

TIMES = Finding("a.py", 3, 1, "E501", "line too long")
ONCE = Finding("b|.py", 1, 2, "F821", "undefined name `x`")

REPORT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">
<testcase classname="t" name="ok" time="0.25"/>
<testcase classname="t" name="skips"><skipped/></testcase>
<testcase classname="t" name="fails" file="t.py" line="0" time="0.5">
<failure message="#x1B[31mno">{text}</failure></testcase>
<testcase classname="" name="lost" file="gone.py">
<error message="collection failure">E   SyntaxError: x</error></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (tmp_path / "inner").mkdir()
    return tmp_path / "inner"


def report(folder: Path, text: str) -> Path:
    (folder / "junit.xml").write_text(text, "utf-8")
    return folder / "junit.xml"


def test_a_summary_has_a_line_for_each_code() -> None:
    summary = linting.summary(linting.Outcome("flake8", [ONCE], [TIMES, TIMES]), dropped=2)
    assert summary.splitlines()[:6] == [
        "### Lint: 1 error, 2 warnings",
        "",
        "|  | Code | Found | First | What it says there |",
        "| --- | --- | --- | --- | --- |",
        "| error | F821 | 1 | `b\\|.py:1` | `` undefined name `x` `` |",
        "| warning | E501 | 2 | `a.py:3` | `line too long` |",
    ]
    assert summary.splitlines()[7].startswith("GitHub shows ten of each kind")


def test_flake8_reads_what_is_left_to_the_configuration(folder: Path) -> None:
    (folder / "-a.py").write_text("print('a long line')  # of 31 characters\n", "utf-8")
    (folder / ".flake8").write_text("[flake8]\nmax-line-length = 20\n", "utf-8")
    job = Job(python=Path(sys.executable), folder=folder, paths=["-a.py"], exclude="", isolated=False)
    assert [(one.file, one.code) for one in flake8(job, limits=Limits(None, None))] == [("inner/-a.py", "E501")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("t.py:7: AssertionError", 7),
        ("t.py:7: \nother.py:3: ValueError", 7),
        ('E     File "{file}", line 9\nE   SyntaxError: no', 9),
        ("../elsewhere/t.py:7: AssertionError", 1),
        ("nothing", 1),
    ],
)
def test_the_line_of_a_failure(folder: Path, text: str, line: int) -> None:
    (folder / "t.py").touch()
    written = REPORT.format(text=text.format(file=folder / "t.py").replace('"', "&quot;"))
    results = junit.read(report(folder, written), folder)
    assert results.totals == junit.Totals(passed=1, failed=1, errors=1, skipped=1)
    assert results.seconds == 0.75
    fails, lost = results.failures
    assert (fails.test, fails.message, fails.file, fails.line) == ("t::fails", "no", "inner/t.py", line)
    assert (lost.test, lost.message, lost.file, lost.line) == ("lost", "SyntaxError: x", None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuites>&a;</testsuites>', "it has a DOCTYPE"),
        ("<testsuites>", "the JUnit report cannot be read"),
    ],
)
def test_a_report_that_is_not_pytests_is_refused(folder: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        junit.read(report(folder, text), folder)


def test_a_report_that_is_too_large_is_refused(folder: Path) -> None:
    with report(folder, "").open("wb") as file:
        file.truncate(junit.LARGEST_REPORT + 1)
    with pytest.raises(InputError, match="too large"):
        junit.read(folder / "junit.xml", folder)


def test_a_reason_is_given_only_where_no_test_failed() -> None:
    none = junit.Results(junit.Totals(0, 0, 0, 0), 0.0, ())
    assert [one.message for one in testing.remarks(none, "why")] == ["why"]
    failure = junit.Failure("t", "no", "t.py", 2, "t.py:2: no")
    some = junit.Results(junit.Totals(0, 1, 0, 0), 0.0, (failure,))
    assert [(one.file, one.line, one.message) for one in testing.remarks(some, "why")] == [
        ("t.py", 2, "no\n\nt.py:2: no")
    ]


@pytest.mark.parametrize("module", [toolkit, linting, testing], ids=lambda module: module.__name__)
def test_the_examples_of_the_docstrings_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize("module", ["lint.linting", "test.testing", "tools"])
def test_nothing_but_the_standard_library_is_needed(module: str) -> None:
    """With -S there is no site-packages."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import actions.{module}"
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)
