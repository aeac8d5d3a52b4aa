"""What takes long is made once in a session, though pytest's workers, each with fixtures of its own, all ask for it."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], str]) -> str:
    """Return what ``make`` returned in the first worker that came; the others wait for it.

    ``make`` is given an empty folder, which stays as long as pytest's own. Where it fails, the next one tries.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "answer").open("a+", encoding="utf-8", newline="") as answer:
        fcntl.flock(answer, fcntl.LOCK_EX)
        answer.seek(0)
        made = answer.read()
        if not made:
            made = make(Path(tempfile.mkdtemp(dir=folder)))
            answer.write(made)
        return made
