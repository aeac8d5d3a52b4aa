"""GitHub's own language service from npm, in one Node process for many files."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
LOCK = FOLDER / "package-lock.json"
INSTALLED = FOLDER / "node_modules" / ".installed.json"
MISSING = "Node or npm is not installed; these tests need both: run scripts/services"
SECONDS = 120


def said(questions: Sequence[tuple[str, Mapping[str, str]]]) -> list[list[str]]:
    """Return what is wrong with each file, one line each.

    A question is the path of an Action or a workflow, and the files of its repository by their path: what the file
    names of its repository is looked up there.
    """
    _install()
    asked = [{"path": path, "texts": dict(texts)} for path, texts in questions]
    command = [_program("node"), "--import", "./json.mjs", "read.mjs"]
    ran = subprocess.run(
        command,
        cwd=FOLDER,
        input=json.dumps(asked),
        capture_output=True,
        timeout=SECONDS,
        check=False,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    answers: list[list[str]] = json.loads(ran.stdout)
    return answers


def _install() -> None:
    """Install what is locked, unless it is there; one process at a time."""
    with (FOLDER / "package.json").open("rb") as package:
        fcntl.flock(package, fcntl.LOCK_EX)
        if INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes():
            return
        command = [_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stderr
        shutil.copy(LOCK, INSTALLED)


def _program(name: str) -> str:
    program = shutil.which(name)
    assert program, MISSING
    return program
