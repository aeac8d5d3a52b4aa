"""This checkout as others use it: ``owner/headgate`` at a commit, changed only where act is not like the runner."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = "owner/headgate"
SHA = "a" * 40

PUBLISHED = (
    "actions",
    "bot",
    "policies",
    "requirements",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "NOTICE",
    ".github/workflows",
)
"""What of this repository an Action or a workflow of ours may need at run time."""


def ours(name: str, sha: str = SHA) -> str:
    return f"{OURS}/actions/{name}@{sha}"


def ours_workflow(name: str) -> str:
    return f"{OURS}/.github/workflows/{name}@{SHA}"


def publish(target: Path, names: Sequence[str] = PUBLISHED, changes: Mapping[str, str] | None = None) -> Path:
    """Copy what an Action needs of this checkout to ``target``, changed only where act needs it.

    ``changes`` are new texts of files, by their path.
    """
    leave = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=leave)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, target / name)
    for changed, text in (changes or {}).items():
        (target / changed).write_text(text, "utf-8")
    for path in target.glob("actions/*/action.yml"):
        path.write_text(for_act(_with_last_step(path.read_text("utf-8"))), "utf-8")
    for path in target.glob(".github/workflows/*.yml"):
        path.write_text(for_act(path.read_text("utf-8")), "utf-8")
    return target


def _with_last_step(text: str) -> str:
    action = yaml.safe_load(text)
    action["runs"]["steps"].append({"if": "always()", "shell": "bash", "run": ":"})
    return json.dumps(action)


def for_act(text: str) -> str:
    """Return a workflow in which the reference to its own repository is one that act knows."""
    return re.sub(r"\$/((?:actions|\.github/workflows)/[\w.-]+)", rf"{OURS}/\1@{SHA}", text)
