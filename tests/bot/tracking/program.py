"""Runs ``training.py`` in a repository of its own, beside the tests that do not wait for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.tracking.found import Experiment
from policies.facts import Sha
from sandbox.desk import Desk
from tests.bot.tracking.lab import Lab
from tests.services.mlflow import MlflowServer

SOURCE = Path(__file__).with_name("training.py")
SECONDS = 300
"""On a busy machine; twenty on one that is not."""


@dataclass(frozen=True)
class Trained:
    """What the program said that it did, at a commit."""

    server: MlflowServer
    experiment: Experiment
    registered: str
    merge: Sha
    said: dict[str, Any]


class Program:
    """Begins at once; :meth:`wait` returns what came of it."""

    def __init__(self, server: MlflowServer, folder: Path) -> None:
        self._server, self._desk = server, Desk(folder, "repo")
        self._desk.commit("A", "feat: train", {"train.py": SOURCE.read_text()})
        self._experiment, self._registered = Lab(server).experiment(), f"forecast-{uuid4().hex[:8]}"
        self._process = subprocess.Popen(
            [sys.executable, "train.py", server.url, self._experiment.name, self._registered],
            cwd=self._desk.clone,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> Trained:
        out, complaints = self._process.communicate(timeout=SECONDS)
        assert self._process.returncode == 0, complaints
        said = json.loads(out.splitlines()[-1])
        return Trained(self._server, self._experiment, self._registered, Sha(self._desk.git("rev-parse", "HEAD")), said)

    def end(self) -> None:
        """Leave nothing behind."""
        self._process.kill()
        self._process.communicate()
