"""Judges what a workflow runs for by the policies, from the checkout and the event file: `headgate check` as a step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions import toolkit, tools

ROOT = Path(__file__).resolve().parents[2]

OLDEST = (3, 11)

REQUIREMENTS = Path(__file__).with_name("headgate.txt")
"""What `headgate check` imports, and nothing that only the server needs; a test imports it with just that."""

PASS, UNKNOWN, ERROR = "pass", "unknown", "error"
UNDECIDED = 3
"""The exit code of `headgate check` where it could not be told."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it. ``report`` is empty where no rule was asked."""

    verdict: str
    report: dict[str, Any]

    @property
    def blocking(self) -> list[str]:
        """The rules that block, each once; a merge group has a report for each of its pull requests."""
        reports = self.report.get("pull_requests", [self.report])
        blocking = (rule["rule"] for one in reports for rule in one.get("rules", ()) if rule["blocks"])
        return list(dict.fromkeys(blocking))


def main() -> int:
    tell("verdict", ERROR)  # until something better is known
    tell("blocking", "[]")
    refuse_old_python()
    allow_undecided = toolkit.flag("allow-undecided")
    folder = toolkit.working_directory()
    refuse_shallow(folder)
    report = toolkit.new_folder("check") / "report.json"
    judged = check(folder, report)
    tell("verdict", judged.verdict)
    tell("blocking", toolkit.dumps(judged.blocking))
    tell("report", str(report) if judged.report else "")
    if judged.verdict == UNKNOWN and allow_undecided:
        note("The step passes although this is not decided: allow-undecided is true.")
        return 0
    return 0 if judged.verdict == PASS else 1


tell = toolkit.set_output
"""The last value of an output counts."""


def refuse_old_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    if version < OLDEST:
        wanted, here = (".".join(map(str, each)) for each in (OLDEST, version))
        raise toolkit.InputError(
            f"Headgate needs Python {wanted} or newer, and this is {here}: use actions/setup-python"
        )


def refuse_shallow(folder: Path) -> None:
    """Without all commits and all branches nothing could be told about where a branch comes from."""
    asked = ["git", "rev-parse", "--is-shallow-repository"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, check=False, text=True)
    if done.returncode:
        raise toolkit.InputError(
            "There is no checkout here: use actions/checkout with `fetch-depth: 0` before this step"
        )
    if done.stdout.strip() == "true":
        raise toolkit.InputError(
            "The checkout is shallow, and the commits that decide are missing: give actions/checkout `fetch-depth: 0`"
        )


def check(folder: Path, report: Path) -> Judged:
    """Run `headgate check`, which writes the summary itself."""
    done = subprocess.run(
        list(command(folder, report)),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
    )
    sys.stdout.write(done.stdout)  # workflow commands and nothing else
    if report.exists():
        found = json.loads(report.read_text("utf-8"))
        return Judged(found["verdict"], found)
    if not done.stdout:
        note(done.stderr.strip() or f"headgate check ended with {done.returncode}", "error")
    return Judged(UNKNOWN if done.stdout and done.returncode == UNDECIDED else ERROR, {})


def command(folder: Path, report: Path) -> Iterator[str]:
    """Yield the words of the command. With -P nothing in the checkout can stand for a module of ours."""
    yield from (str(tools.environment(REQUIREMENTS)), "-P", "-m", "bot", "check", "--repo", str(folder))
    yield from ("--event", os.environ.get("GITHUB_EVENT_PATH", ""), "--format", "github", "--report", str(report))
    if toolkit.text("extends"):
        yield from ("--extends", str(toolkit.workspace() / toolkit.text("extends")))


def note(text: str, level: toolkit.Level = "notice") -> None:
    toolkit.annotate([toolkit.Annotation(level, text, title="headgate")])
