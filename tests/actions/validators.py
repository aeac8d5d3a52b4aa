"""The tools that read Actions and workflows without running them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.lint_actions import problems
from tests.actions import languageservice

__all__ = ["languageservice", "problems", "schemas", "write", "zizmor"]

BIN = Path(sys.executable).parent


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files by their path, as the tools want them."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return [folder / name for name in texts]


def schemas(paths: Sequence[Path]) -> dict[Path, str]:
    """Return what the schemas of SchemaStore, which check-jsonschema brings, do not allow."""
    found: dict[Path, str] = {}
    for kind, of_kind in (
        ("actions", [path for path in paths if path.name == "action.yml"]),
        ("workflows", [path for path in paths if path.name != "action.yml"]),
    ):
        if of_kind:
            command = [str(BIN / "check-jsonschema"), "--builtin-schema", f"vendor.github-{kind}", "-o", "JSON"]
            command += map(str, of_kind)
            said = json.loads(subprocess.run(command, capture_output=True, check=False, text=True).stdout)
            found |= {Path(one["filename"]): one["message"] for one in said.get("errors", [])}
            found |= {Path(one["filename"]): one["message"] for one in said.get("parse_errors", [])}
    return found


def zizmor(folder: Path) -> str:
    """Return what the strictest persona has to say of the Actions and workflows in a folder."""
    command = [str(BIN / "zizmor"), "--quiet", "--no-progress", "--offline", "--strict-collection"]
    command += ["--persona=auditor", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return done.stdout + done.stderr if done.returncode else ""
