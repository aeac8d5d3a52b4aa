"""What the workflow asks for, checked before anything is started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actions import toolkit
from actions.toolkit import InputError

LONGEST_MINUTES = 100_000
"""Seventy days; no job may last longer than five."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Either ``command`` or ``project`` is given. ``limit`` is in seconds; what is empty was not given."""

    command: str
    project: Path | None
    entry_point: str
    parameters: Mapping[str, str]
    env_manager: str
    experiment: str
    tracking_uri: str
    folder: Path
    limit: float
    metric: str
    allow_no_runs: bool


def read() -> Inputs:
    """Read the inputs; InputError says which of them makes no sense."""
    folder = toolkit.working_directory()
    command, project = toolkit.text("command"), toolkit.text("project")
    if command and project:
        raise InputError("give a command or a project, not both")
    if not (command or project):
        raise InputError("give a command or a project")
    return Inputs(
        command=command,
        project=_project(folder, project) if project else None,
        entry_point=toolkit.text("entry-point") or "main",
        parameters=parameters(toolkit.text("parameters")),
        env_manager=toolkit.choice("env-manager", "local", "virtualenv", "uv", "conda"),
        experiment=toolkit.text("experiment"),
        tracking_uri=toolkit.text("tracking-uri") or os.environ.get("MLFLOW_TRACKING_URI", "").strip(),
        folder=folder,
        limit=60 * minutes(toolkit.text("timeout-minutes")),
        metric=toolkit.text("metric"),
        allow_no_runs=toolkit.flag("allow-no-runs"),
    )


def parameters(text: str) -> dict[str, str]:
    r"""Read one ``name=value`` a line; the value is all that follows in the line.

    >>> parameters("alpha=0.5\nname = a=b $(date)")
    {'alpha': '0.5', 'name': 'a=b $(date)'}
    """
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, equals, value = line.partition("=")
        name = name.strip()
        if not (equals and name):
            raise InputError(f"parameters: {line!r} is not of the form name=value")
        if name in found:
            raise InputError(f"parameters: {name!r} is given twice")
        found[name] = value.strip()
    return found


def minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST_MINUTES:
        raise InputError(f"timeout-minutes must be a number of minutes above zero, not {text!r}")
    return value


def _project(folder: Path, name: str) -> Path:
    place = folder / name
    if not (place / "MLproject").is_file():
        raise InputError(f"project: there is no file MLproject in {name!r}")
    return place.resolve()
