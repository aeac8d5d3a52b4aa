"""Lints in two passes: what breaks the program stops the job, everything else is a warning."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from actions import toolkit, tools
from actions.lint.linters import Finding, Job, Limits, flake8, ruff
from policies.phrase import Phrase, say, visible

REQUIREMENTS = Path(__file__).parent

LINTERS = {"flake8": flake8, "ruff": ruff}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stops the job, and what does not; sorted by place, and no finding in both."""

    linter: str
    errors: Sequence[Finding]
    warnings: Sequence[Finding]


def main() -> int:
    outcome = lint()
    report = toolkit.new_folder("lint") / "report.json"
    report.write_text(toolkit.dumps(asdict(outcome)), "utf-8")
    log(outcome)
    dropped = toolkit.annotate(remarks(outcome))
    toolkit.add_summary(summary(outcome, dropped))
    toolkit.set_output("errors", len(outcome.errors))
    toolkit.set_output("warnings", len(outcome.warnings))
    toolkit.set_output("report", str(report))
    return 1 if outcome.errors else 0


def lint() -> Outcome:
    name = toolkit.choice("linter", *LINTERS)
    job = Job(
        python=tools.environment(REQUIREMENTS / f"{name}.txt"),
        folder=toolkit.working_directory(),
        paths=toolkit.words("paths") or ["."],
        exclude=toolkit.text("exclude"),
        isolated=toolkit.flag("isolated"),
    )
    codes = toolkit.text("errors")
    if not codes:
        raise toolkit.InputError("errors must name at least one code; use continue-on-error where none may fail")
    limits = Limits(toolkit.optional_number("max-complexity"), toolkit.optional_number("max-line-length"))
    errors = set(LINTERS[name](job, select=codes))
    everything = set(LINTERS[name](job, limits=limits))
    return Outcome(name, sorted(errors), sorted(everything - errors))


def remarks(outcome: Outcome) -> Iterable[toolkit.Annotation]:
    """Yield errors first."""
    levels: tuple[tuple[toolkit.Level, Sequence[Finding]], ...] = (
        ("error", outcome.errors),
        ("warning", outcome.warnings),
    )
    for level, findings in levels:
        for one in findings:
            title = f"{outcome.linter} {one.code}"
            yield toolkit.Annotation(level, one.message, one.file, one.line, one.column, title)


def log(outcome: Outcome) -> None:
    """Print every finding, as flake8 does."""
    for title, findings in (("error", outcome.errors), ("warning", outcome.warnings)):
        if findings:
            with toolkit.folded(counted(len(findings), title)), toolkit.quoted():
                for one in findings:
                    place = f"{visible(one.file)}:{one.line}:{one.column}"
                    sys.stdout.write(f"{place}: {one.code} {visible(one.message)}\n")


def summary(outcome: Outcome, dropped: int) -> str:
    """Return a table with a line for each code, errors first."""
    parts = [f"### Lint: {counted(len(outcome.errors), 'error')}, {counted(len(outcome.warnings), 'warning')}\n"]
    rows = [
        (level, found[0].code, len(found), say("{place}", place=f"{found[0].file}:{found[0].line}"), message(found[0]))
        for level, findings in (("error", outcome.errors), ("warning", outcome.warnings))
        for found in by_code(findings)
    ]
    if rows:
        parts.append(toolkit.table(("", "Code", "Found", "First", "What it says there"), rows))
    if dropped:
        parts.append("GitHub shows ten of each kind on their lines; the log and the report have all.")
    return "\n".join(parts)


def by_code(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return the findings of each code, the most frequent first."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        found[one.code].append(one)
    return sorted(found.values(), key=lambda same: (-len(same), same[0].code))


def message(finding: Finding) -> Phrase:
    return say("{message}", message=finding.message)


def counted(number: int, thing: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "error"), counted(0, "warning")
    ('1 error', '0 warnings')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"
