"""What a module of an Action says to the runner that runs it: annotations, outputs, the summary, and what it was given.

Used by path: GitHub lays the whole repository around an Action, whose starter (`actions/lint/lint.py`) puts it on the
path. `action.yml` hands each input over as an environment variable: ``WITH_PATHS: ${{ inputs.paths }}`` is :func:`text`
of ``paths``. The prefix is ours on purpose: the runner sets no ``INPUT_*`` for a composite Action, while act does, and
would hide that one was forgotten.

Everything foreign stays inert. Texts of annotations are escaped here; for Markdown use :func:`policies.phrase.say`
or :func:`table`; what a tool prints goes between :func:`quoted`.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from policies.phrase import Phrase, visible

Level = Literal["error", "warning", "notice"]

SHOWN_PER_LEVEL = 10
"""The runner drops what is beyond, of each level in each step, without a word:
https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs"""

LONGEST_MESSAGE = 4096
"""Characters; the runner cuts there, in the same file."""

LARGEST_SUMMARY = 1024 * 1024
"""Bytes a step; beyond it the runner keeps nothing at all:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits"""

_CUT = "\n\n*The rest did not fit into GitHub's summary; the report has it.*\n"


class InputError(Exception):
    """Why the step cannot do its work: an input makes no sense, a tool does not run. :func:`run` says it to GitHub."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark. Lines and columns count from 1; ``file`` is relative to the workspace, with slashes."""

    level: Level
    message: str
    file: str | None = None
    line: int | None = None
    col: int | None = None
    title: str | None = None

    def command(self) -> str:
        """Return the workflow command, on one line, without its end."""
        named = {"file": self.file, "line": self.line, "col": self.col, "title": self.title}
        properties = ",".join(f"{name}={escaped_property(str(value))}" for name, value in named.items() if value)
        return f"::{self.level}{' ' if properties else ''}{properties}::{escaped(cut(self.message))}"


def escaped(text: str) -> str:
    r"""Return what stands behind the second ``::`` of a workflow command.

    >>> escaped("100%\n::error::no")
    '100%25%0A::error::no'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    """Return the value of a property of a workflow command.

    >>> escaped_property("a,line=1::b.py")
    'a%2Cline=1%3A%3Ab.py'
    """
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def cut(text: str, longest: int = LONGEST_MESSAGE) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def annotate(annotations: Iterable[Annotation]) -> int:
    """Print the first ten of each level, as many as the runner takes in a step; return how many it would have dropped.

    Call it once in a step, with the most important first; the whole list belongs in a report of its own.
    """
    said: Counter[str] = Counter()
    for annotation in annotations:
        said[annotation.level] += 1
        if said[annotation.level] <= SHOWN_PER_LEVEL:
            _print(annotation.command())
    return sum(max(0, number - SHOWN_PER_LEVEL) for number in said.values())


@contextmanager
def folded(title: str) -> Iterator[None]:
    """Fold what is printed meanwhile under our ``title``."""
    _print(f"::group::{escaped(title)}")
    try:
        yield
    finally:
        _print("::endgroup::")


@contextmanager
def quoted() -> Iterator[None]:
    """Keep what is printed meanwhile from acting: a tool's output is full of names that others chose.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
    """
    token = secrets.token_hex(16)
    _print(f"::stop-commands::{token}")
    try:
        yield
    finally:
        _print(f"\n::{token}::")  # on a line of its own, though the last one may have no end


def set_output(name: str, value: str | int) -> None:
    """Give the step an output. A random delimiter keeps a value of many lines from adding another output."""
    delimiter = f"end-{secrets.token_hex(16)}"
    _append("GITHUB_OUTPUT", f"{name}<<{delimiter}\n{value}\n{delimiter}\n".encode("utf-8", "backslashreplace"))


def add_summary(markdown: str) -> None:
    """Add to the page of the run; what would be too much for GitHub is cut at the end of a line."""
    written = _path("GITHUB_STEP_SUMMARY")
    room = LARGEST_SUMMARY - (written.stat().st_size if written.exists() else 0)
    text = f"{markdown.rstrip()}\n\n".encode("utf-8", "backslashreplace")
    if len(text) > room:
        kept = text[: max(0, room - len(_CUT.encode()))]
        text = kept[: kept.rfind(b"\n") + 1] + _CUT.encode()
    if len(text) <= room:
        _append("GITHUB_STEP_SUMMARY", text)


def table(header: Sequence[str], rows: Iterable[Sequence[Phrase | int | str]]) -> str:
    """Return a Markdown table. A ``str`` is ours and may be Markdown; what is foreign comes as a phrase."""
    lines = [header, ["---"] * len(header), *rows]
    cells = ((cell.markdown() if isinstance(cell, Phrase) else str(cell) for cell in line) for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def dumps(value: Any) -> str:
    """Return strict JSON: NaN and infinities become null, since GitHub's ``fromJSON`` refuses them.

    >>> dumps({"rmse": float("nan")})
    '{"rmse": null}'
    """
    return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def text(name: str) -> str:
    """Return the input ``name``, without the blanks around it; it may be empty."""
    variable = "WITH_" + name.upper().replace("-", "_")
    try:
        return os.environ[variable].strip()
    except KeyError:
        raise InputError(f"action.yml does not hand over the input {name} as {variable}") from None


def flag(name: str) -> bool:
    value = text(name)
    if value not in ("true", "false"):
        raise InputError(f"{name} must be 'true' or 'false', not {value!r}")
    return value == "true"


def number(name: str) -> int:
    value = text(name)
    if not (value.isascii() and value.isdigit()):
        raise InputError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def optional_number(name: str) -> int | None:
    """Return None where the input is empty."""
    return number(name) if text(name) else None


def words(name: str) -> list[str]:
    """Return the input split as a shell would, with nothing expanded."""
    try:
        return shlex.split(text(name))
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None


def choice(name: str, *allowed: str) -> str:
    value = text(name)
    if value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def run(main: Callable[[], int]) -> int:
    """Return the exit code of ``main``; an :class:`InputError` becomes an annotation and 2."""
    if hasattr(sys.stdout, "reconfigure"):  # file names need not be UTF-8, and a log must not fail because of one
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return main()
    except InputError as error:
        _print(Annotation("error", str(error), title="This Action could not do its work").command())
        return 2


def _print(line: str) -> None:
    """Print at once, so that it stands in order with what child processes print."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def workspace() -> Path:
    """Return the caller's checkout."""
    return _path("GITHUB_WORKSPACE").resolve()


def working_directory() -> Path:
    """Return the folder that the input ``working-directory`` names, relative to the workspace."""
    folder = workspace() / text("working-directory")
    if not folder.is_dir():
        raise InputError(f"working-directory: there is no folder {visible(text('working-directory'))} in the workspace")
    return folder.resolve()


def in_workspace(path: str | Path, folder: Path) -> str:
    """Return a path that a tool printed in ``folder`` as annotations need it: from the workspace, with slashes."""
    return Path(os.path.relpath(folder / path, workspace())).as_posix()


def temporary() -> Path:
    """Return the runner's folder outside the workspace, which it empties after the job."""
    return _path("RUNNER_TEMP")


def new_folder(purpose: str) -> Path:
    """Return a folder of its own in :func:`temporary`, for a report."""
    return Path(tempfile.mkdtemp(prefix=f"headgate-{purpose}-", dir=temporary()))


def _append(variable: str, data: bytes) -> None:
    with _path(variable).open("ab") as file:
        file.write(data)


def _path(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        raise InputError(f"{variable} is not set; this runs as a step of a workflow")
    return Path(value)
