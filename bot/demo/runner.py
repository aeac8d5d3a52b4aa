"""A runner of GitHub Actions on this machine: the real act runs the real workflow, on a real checkout.

The published Actions come from the checkout of Headgate that the demo runs from; a package has none of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import STDOUT
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import UsageProblem

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "scikit-learn"
STAND_INS = ROOT / "tests" / "actions"
"""Folders that stand for the Actions of others, which GitHub would fetch."""

ACT = Path(sys.executable).with_name("act")

RELEASE = "0" * 40
"""The release that the example names until somebody writes a real one."""

_OWN = re.compile(r"\$/((?:actions|\.github/workflows)/[\w.-]+)")
"""A workflow's reference to its own repository, which act does not know."""


@dataclass(frozen=True, slots=True)
class Event:
    """What sets a workflow off: GitHub's name and payload of it, and the commit that it is about."""

    name: str
    payload: Mapping[str, Any]
    sha: str


class Runner:
    """Runs workflows that use ``used``, which is how they name the repository of our Actions."""

    def __init__(self, folder: Path, used: str, tracking_uri: str) -> None:
        if not EXAMPLE.is_dir():
            raise UsageProblem(
                "--with-actions needs a clone of Headgate's repository: the Actions are not in packages."
            )
        self._folder, self._used, self._uri = folder / "actions", used, tracking_uri
        self._published = self._folder / "headgate"
        for name in ("actions", ".github/workflows"):
            shutil.copytree(ROOT / name, self._published / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in self._published.rglob("*.yml"):
            path.write_text(_OWN.sub(rf"{used}/\1@{RELEASE}", path.read_text("utf-8")), "utf-8")

    async def run(self, clone: Path, workflow: str, event: Event) -> bool:
        """Run a workflow of a clone, at the event's commit; returns whether it went well. What it says is in a log."""
        checkout = ["git", "checkout", "--quiet", "--detach", event.sha]
        await asyncio.to_thread(subprocess.run, checkout, cwd=clone, check=True)
        said = self._folder / "event.json"
        said.write_text(json.dumps(event.payload), "utf-8")
        command = [str(ACT), event.name]
        command += ["--workflows", str(clone / ".github" / "workflows" / workflow), "--eventpath", str(said)]
        command += ["--platform", "ubuntu-latest=-self-hosted", "--no-cache-server", "--action-offline-mode"]
        command += ["--no-skip-checkout", f"--secret=MLFLOW_TRACKING_URI={self._uri}"]
        command += [f"--local-repository={name}={folder}" for name, folder in self._repositories()]
        with (self._folder / "act.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command, cwd=clone, env=self._environment(clone), stdout=log, stderr=STDOUT, start_new_session=True
            )
        try:
            return await process.wait() == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _repositories(self) -> Iterator[tuple[str, Path]]:
        yield f"{self._used}@{RELEASE}", self._published
        texts = [path.read_text("utf-8") for path in self._published.rglob("*.yml")]
        for used in sorted({used for text in texts for used in re.findall(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", text)}):
            folder = STAND_INS / used.partition("@")[0].partition("/")[2]
            if folder.is_dir():
                yield used, folder

    def _environment(self, clone: Path) -> dict[str, str]:
        """Return the environment of all steps: act hands its own to them."""
        home = self._folder / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TEST_ORIGIN": str(clone),
            "TEST_ARTIFACTS": str(self._folder / "artifacts"),
        }
