"""The wheels of pinned tools, so that what an Action installs in a test comes from a folder, by the same hashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def download(folder: Path, *locks: Path) -> Path:
    """Fetch what the locks name from the package index, as every installation of this project does."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--dest", str(folder)]
    command += [option for lock in locks for option in ("--requirement", str(lock))]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return folder
