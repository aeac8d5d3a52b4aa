"""A repository that reuses the published Actions: the example that ships with Headgate, and a change of its model."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.desk import Desk
from sandbox.models.scenes import Measured
from sandbox.story import A, C, Story

USED = "OWNER/headgate"
"""What the example's workflow calls the repository of the Actions; whoever copies it writes the owner."""

EXPERIMENT = "progression"
"""Where its runs are; another repository of the story has one that is called as the example's is."""

SCENE = Measured(
    C,
    "feature/fewer-terms",
    "dev",
    "pushes a simpler model to a repository that reuses the published Actions: act runs its workflow.",
    "pass",
    title="feat: fit the measurements alone",
    workflow="ci",
)


def build(root: Path, example: Mapping[str, str]) -> Story:
    """Build ``diabetes.git`` under ``root`` of the files of the example, by path, and its clone ``diabetes``."""
    desk, files = Desk(root, "diabetes"), dict(example)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    for path in (".github/headgate.yml", ".github/workflows/ci.yml"):
        files[path] = files[path].replace("experiment: diabetes", f"experiment: {EXPERIMENT}")
    files[".github/workflows/ci.yml"] = files[".github/workflows/ci.yml"].replace('["3.11", "3.12"]', f'["{here}"]')
    desk.commit(A, "Start from Headgate's example", files)
    desk.start("dev", "main")
    desk.start(SCENE.head, "dev")
    desk.commit(C, "Fit the measurements alone", {"params.yml": files["params.yml"].replace("degree: 2", "degree: 1")})
    desk.publish()
    return Story(desk.origin, desk.clone, (SCENE,))
