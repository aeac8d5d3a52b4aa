"""The real Mermaid from npm, in one Node process for many diagrams; ``scripts/services`` installs it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MISSING = "Node or Mermaid is not installed; these tests need both: run scripts/services"
SECONDS = 120
"""A diagram that keeps Mermaid busy for ever would keep a browser busy, too."""


def understood(sources: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each source what Mermaid reads: ``config``, ``x``, ``y`` and ``lines``; or an ``error``."""
    node = shutil.which("node")
    assert node is not None, MISSING
    assert (FOLDER / "node_modules" / "mermaid").is_dir(), MISSING
    ran = subprocess.run(
        [node, str(FOLDER / "parse.mjs")],
        input=json.dumps(list(sources)).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode("utf-8", "replace")
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    assert len(answers) == len(sources)
    return answers
