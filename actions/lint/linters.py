"""Runs flake8 or ruff and reads what it found, whatever the files are called and whatever is configured."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from actions import toolkit


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Lines and columns count from 1; 0 is the whole file. ``file`` is relative to the workspace, with slashes."""

    file: str
    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """What to lint, and how. ``isolated`` ignores the repository's configuration, local plugins included.

    ``python`` is one that has the linter.
    """

    python: Path
    folder: Path
    paths: Sequence[str]
    exclude: str
    isolated: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What the second pass holds code against; None leaves it to the repository's configuration."""

    complexity: int | None
    line_length: int | None


def flake8(job: Job, *, select: str = "", limits: Limits | None = None) -> list[Finding]:
    """Return what flake8 finds: of the codes in ``select``, or everything.

    Each record stands between random marks, since a path may have any character, in a file of its own. The number at
    the end of the output tells whether all were read: ``quiet`` in the repository's configuration drops them.
    """
    begin, field, end = (secrets.token_hex(16) for _ in range(3))
    options = [f"--format={begin}{field.join(('%(path)s', '%(row)d', '%(col)d', '%(code)s', '%(text)s'))}{end}"]
    options += [f"--select={select}"] if select else []
    options += [f"--extend-exclude={job.exclude}"] if job.exclude else []
    if limits and limits.complexity is not None:
        options.append(f"--max-complexity={limits.complexity}")
    if limits and limits.line_length is not None:
        options.append(f"--max-line-length={limits.line_length}")
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder) / "records"
        said = _run("flake8", job, ["--exit-zero", "--count", f"--output-file={records}", *options])
        text = records.read_bytes().decode("utf-8", "replace") if records.exists() else ""
    found = [one.split(field) for one in re.findall(f"{begin}(.*?){end}", text, re.DOTALL)]
    if said.split()[-1:] != [str(len(found))]:
        raise toolkit.InputError("flake8 does not print what it finds; is `quiet` set in its configuration?")
    return [
        Finding(toolkit.in_workspace(path, job.folder), int(line), int(column), code, message)
        for path, line, column, code, message in found
    ]


def ruff(job: Job, *, select: str = "", limits: Limits | None = None) -> list[Finding]:
    """Return what ruff finds: of the codes in ``select``, or what the repository selects and flake8's default."""
    options = [f"--select={select}"] if select else ["--extend-select=E,F,W,C90"]
    options += [f"--extend-exclude={job.exclude}"] if job.exclude else []
    if limits and limits.complexity is not None:
        options.append(f"--config=lint.mccabe.max-complexity={limits.complexity}")
    if limits and limits.line_length is not None:
        options.append(f"--line-length={limits.line_length}")
    said = _run("ruff", job, ["check", "--exit-zero", "--no-fix", "--no-cache", "--output-format=json", *options])
    return list(_of_ruff(said, job.folder))


def _of_ruff(said: str, folder: Path) -> Iterator[Finding]:
    for one in json.loads(said):
        place = one["location"]
        # ruff calls a syntax error by no code of flake8's, and reports it whatever is selected
        code = "E999" if one["code"] in (None, "invalid-syntax") else one["code"]
        file = toolkit.in_workspace(one["filename"], folder)
        yield Finding(file, place["row"], place["column"], code, one["message"])


def _run(tool: str, job: Job, options: Sequence[str]) -> str:
    """Return what the tool printed. ``-I`` keeps modules of the repository that are called like the tool's out."""
    command = [str(job.python), "-I", "-X", "utf8", "-m", tool, *options]
    command += ["--isolated"] if job.isolated else []
    command += [path if not path.startswith("-") else f"./{path}" for path in job.paths]  # flake8 forgets options at --
    with toolkit.quoted():
        done = subprocess.run(
            command,
            cwd=job.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    if done.returncode:
        raise toolkit.InputError(f"{tool} could not run; the log has what it said.")
    return done.stdout
