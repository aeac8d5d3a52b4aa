"""A program that trains: it stands in for the runner of GitHub Actions, and does what the workflow of a model says.

One process for all trainings, because loading the libraries takes longer than training. Each line of its input is a
training; each line of its output says of one whether it went well. What the trainings print goes to its error output.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import traceback
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import TextIO

LIBRARIES = ("mlflow.sklearn", "sklearn.ensemble")
"""Loaded while nobody waits yet; the trainings would load them."""


def train(checkout: Path, sha: str, model: str) -> bool:
    """Check out a commit and run the training of a model there; its runs are tagged with the commit."""
    subprocess.run(["git", "checkout", "--quiet", "--force", "--detach", sha], cwd=checkout, check=True)
    # MLflow reads the commit once for each process, which is right for one training
    os.environ["MLFLOW_RUN_CONTEXT"] = json.dumps({"github.head_sha": sha, "mlflow.source.git.commit": sha})
    try:
        runpy.run_path(str(checkout / model / "train.py"), run_name="__main__")
    except Exception:  # noqa: BLE001  # as a process of its own, which ends with 1 whatever it was
        traceback.print_exc()
        return False
    return True


def main(orders: TextIO, said: TextIO) -> None:
    for library in LIBRARIES:
        import_module(library)
    for line in orders:
        with redirect_stdout(sys.stderr):
            done = train(**(order := json.loads(line)) | {"checkout": Path(order["checkout"])})
        said.write(json.dumps(done) + "\n")
        said.flush()


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
