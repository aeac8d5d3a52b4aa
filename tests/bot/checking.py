"""What the tests of ``headgate check`` begin with: a branch to be merged, the event about it, and a policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.desk import Desk


@pytest.fixture
def feature(desk: Desk) -> Desk:
    desk.start("feature/x", "dev")
    desk.commit("A", "feat: x", {"x.py": "1\n"})
    desk.publish()
    return desk


def write(path: Path, payload: object) -> Path:
    path.write_text(json.dumps(payload))
    return path


def payload(desk: Desk, head: str = "feature/x", base: str = "dev", **changes: Any) -> dict[str, Any]:
    """A pull request as GitHub sends it, as far as it is read."""
    repository = {"full_name": "acme/forecast"}
    pull_request = {
        "number": 12,
        "title": "feat: forecast by store",
        "body": None,
        "draft": False,
        "user": {"login": "ada"},
        "head": {"ref": head, "sha": desk.git("rev-parse", head), "repo": repository},
        "base": {"ref": base, "sha": desk.git("rev-parse", base), "repo": repository},
    }
    return {"action": "opened", "pull_request": pull_request | changes}


def commit_policy(desk: Desk, text: str, branch: str = "main") -> None:
    desk.git("switch", "--quiet", branch)
    desk.commit("A", "ci: policy", {".github/headgate.yml": text})
    desk.publish()
