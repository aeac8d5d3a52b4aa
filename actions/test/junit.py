"""Reads the JUnit report that pytest wrote, and finds the line where a test failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from actions import toolkit

LARGEST_REPORT = 256 * 1024 * 1024
"""Bytes that are read; a report has the output of all tests that failed."""

_PLACE = re.compile(
    r"^(?:E? *File \"(?P<quoted>[^\"\n]+)\", line (?P<number>\d+)|(?P<path>[^:\n]+):(?P<line>\d+): )", re.MULTILINE
)
"""The last line of a traceback as pytest writes it, and the line of a syntax error as Python does."""

_COLOUR = re.compile(r"#x1B\[[\d;]*m")
"""pytest colours its output in a workflow, and writes the escape, which XML does not allow, like this."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that did not pass. ``line`` counts from 1; None if it is not known."""

    test: str
    message: str
    file: str | None
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Totals:
    """``failed`` are failed assertions and exceptions; ``errors`` are fixtures, and files that cannot be read."""

    passed: int
    failed: int
    errors: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Results:
    totals: Totals
    seconds: float
    failures: tuple[Failure, ...]


def read(report: Path, folder: Path) -> Results:
    """Read the report of a run in ``folder``.

    The tests could have written anything there: no DOCTYPE is taken, since entities can blow up a small file.
    """
    if report.stat().st_size > LARGEST_REPORT:
        raise toolkit.InputError("the JUnit report is too large to be read")
    text = report.read_bytes().decode("utf-8", "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise toolkit.InputError("the JUnit report is not pytest's: it has a DOCTYPE")
    try:
        cases = list(ET.fromstring(text).iter("testcase"))  # noqa: S314  # without a DOCTYPE there are no entities
    except ET.ParseError as error:
        raise toolkit.InputError(f"the JUnit report cannot be read: {error}") from None
    kinds = [{part.tag for part in case} & {"failure", "error", "skipped"} for case in cases]
    totals = Totals(
        passed=sum(not kind for kind in kinds),
        failed=sum("failure" in kind for kind in kinds),
        errors=sum("error" in kind and "failure" not in kind for kind in kinds),
        skipped=sum(kind == {"skipped"} for kind in kinds),
    )
    seconds = sum(float(case.get("time") or 0) for case in cases)
    return Results(totals, seconds, tuple(failure for case in cases for failure in _failures(case, folder)))


def _failures(case: ET.Element, folder: Path) -> Iterator[Failure]:
    for part in case:
        if part.tag in ("failure", "error"):
            text = _COLOUR.sub("", part.text or "")
            file, line = _place(case, text, folder)
            name = "::".join(filter(None, (case.get("classname"), case.get("name"))))
            message = _COLOUR.sub("", part.get("message") or "")
            if message == "collection failure":  # pytest's word for it; the reason is what Python said last
                message = text.rstrip().rpartition("\n")[2].removeprefix("E").strip()
            yield Failure(name, message, file, line, text)


def _place(case: ET.Element, text: str, folder: Path) -> tuple[str | None, int | None]:
    """Return the last line of the test's own file that the traceback names, or where the test begins."""
    file = _file(case.get("file"), folder)
    if file is None:
        return None, None
    begin = case.get("line")
    line = int(begin) + 1 if begin and begin.isdigit() else None  # pytest counts from 0 there
    for place in _PLACE.finditer(text):
        path = place["quoted"] or place["path"]
        if "\0" not in path and folder.joinpath(path).resolve() == file:
            line = int(place["number"] or place["line"])
    return toolkit.in_workspace(file, folder), line


def _file(name: str | None, folder: Path) -> Path | None:
    """Find a file that pytest names from its root, which is the folder or one above."""
    root = toolkit.workspace()
    for above in (folder, *folder.parents):
        if not name or not above.is_relative_to(root):
            return None
        if (above / name).is_file():
            return (above / name).resolve()
    return None
