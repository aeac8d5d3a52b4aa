"""Runs the repository's own pytest with the caller's packages, and puts each failure on its line."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from actions import toolkit, tools
from actions.test import junit
from policies.phrase import Phrase, say, visible

REQUIREMENTS = Path(__file__).parent / "pytest.txt"

NO_TESTS = 5
"""https://docs.pytest.org/en/stable/reference/exit-codes.html"""

ENDED = {
    1: "pytest failed though no test did; its log says why. Is the coverage too low?",
    2: "pytest was interrupted; its log says by what.",
    3: "pytest has an internal error; its log has the traceback.",
    4: "pytest does not take its arguments; its log says which.",
    NO_TESTS: "pytest found no tests. Where that is right, set allow-no-tests to true.",
}
"""Why the step fails although no test did."""


def main() -> int:
    folder, measure = toolkit.working_directory(), toolkit.flag("coverage")
    allow_no_tests, arguments = toolkit.flag("allow-no-tests"), toolkit.words("arguments")
    reports = toolkit.new_folder("test")
    code = run(folder, reports, arguments, measure=measure)
    if not (reports / "junit.xml").exists():
        raise toolkit.InputError(f"pytest wrote no report and ended with code {code}; the log has what it said.")
    results = junit.read(reports / "junit.xml", folder)
    coverage = read_coverage(reports / "coverage.json") if measure else None
    report = reports / "report.json"
    report.write_text(toolkit.dumps({"code": code, "coverage": coverage, **asdict(results)}), "utf-8")
    passes = code == 0 or (code == NO_TESTS and allow_no_tests)
    dropped = toolkit.annotate(remarks(results, "" if passes else ENDED.get(code, f"pytest ended with code {code}.")))
    toolkit.add_summary(summary(results, coverage, dropped))
    for name, value in asdict(results.totals).items():
        toolkit.set_output(name, value)
    toolkit.set_output("coverage", "" if coverage is None else f"{coverage:.2f}")
    toolkit.set_output("junit", str(reports / "junit.xml"))
    toolkit.set_output("report", str(report))
    return 0 if passes else code


def run(folder: Path, reports: Path, arguments: Sequence[str], *, measure: bool) -> int:
    """Run pytest as its command does: `-P` keeps the working directory off the path.

    Where the caller's packages have no pytest it comes from the end of the path: theirs win. pytest-cov has to be
    theirs, since coverage counts as a library only what is installed.
    """
    if measure and not importlib.util.find_spec("pytest_cov"):
        raise toolkit.InputError("coverage needs pytest-cov among the packages that you install")
    has_pytest = importlib.util.find_spec("pytest") is not None
    path = "" if has_pytest else f"sys.path.append({str(tools.beside(REQUIREMENTS))!r}); "
    command = [sys.executable, "-P", "-c", f"import sys; {path}import pytest; sys.exit(pytest.main())"]
    command += [f"--junitxml={reports / 'junit.xml'}", "--override-ini=junit_family=xunit1"]  # it has files and lines
    if measure:
        command += ["--cov", "--cov-report=term", f"--cov-report=json:{reports / 'coverage.json'}"]
    with toolkit.quoted():
        code = subprocess.run([*command, *arguments], cwd=folder, stdin=subprocess.DEVNULL, check=False).returncode
    return code if code >= 0 else 128 - code  # ended by a signal, as a shell says it


def read_coverage(report: Path) -> float | None:
    """Return the percentage; None if nothing was measured."""
    if not report.exists():
        return None
    return float(json.loads(report.read_text("utf-8"))["totals"]["percent_covered"])


def remarks(results: junit.Results, reason: str) -> Iterator[toolkit.Annotation]:
    """Yield the failures, or the reason why the step fails without any."""
    for one in results.failures:
        message = f"{one.message}\n\n{one.text}".strip()
        yield toolkit.Annotation("error", message, one.file, one.line, title=f"pytest: {visible(one.test)}")
    if reason and not results.failures:
        yield toolkit.Annotation("error", reason, title="pytest")


def summary(results: junit.Results, coverage: float | None, dropped: int) -> str:
    """Return the totals, and a line for each failure."""
    totals = results.totals
    numbers: list[str | int] = [totals.passed, totals.failed, totals.errors, totals.skipped]
    shown = [f"{results.seconds:.1f} s", "–" if coverage is None else f"{coverage:.1f} %"]
    header = ("Passed", "Failed", "Errors", "Skipped", "Time", "Coverage")
    parts = [f"### Tests: {verdict(totals)}\n", toolkit.table(header, [[*numbers, *shown]])]
    rows = [(say("{test}", test=one.test), place(one), first_line(one)) for one in results.failures]
    if rows:
        parts.append(toolkit.table(("Test", "Where", "What it says"), rows))
    if dropped:
        parts.append("GitHub shows ten on their lines; the log and the report have all.")
    return "\n".join(parts)


def verdict(totals: junit.Totals) -> str:
    """Return it in one or two words.

    >>> verdict(junit.Totals(passed=2, failed=0, errors=1, skipped=0))
    '1 did not pass'
    """
    bad = totals.failed + totals.errors
    if bad:
        return f"{bad} did not pass"
    return "all passed" if totals.passed + totals.skipped else "none"


def place(failure: junit.Failure) -> Phrase:
    if failure.file is None:
        return say("–")
    return say("{place}", place=failure.file if failure.line is None else f"{failure.file}:{failure.line}")


def first_line(failure: junit.Failure) -> Phrase:
    return say("{message}", message=failure.message.partition("\n")[0])
