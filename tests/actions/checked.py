"""A repository with branches to be merged, the events that GitHub would write about them, and steps for both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sandbox.desk import Desk
from tests.actions.act import CHECKOUT, SHA, ours

WHOLE = {"uses": CHECKOUT, "with": {"path": "whole", "fetch-depth": "0"}}
SHALLOW = {"uses": CHECKOUT, "with": {"path": "shallow", "fetch-depth": "1"}}

TRAP = "raise SystemExit('the repository is imported')\n"

STRANGE = "feature/%0A$(reboot)`x`;#&,|<b>"

TITLE = "work\n::error file=a,line=1::no\n##[add-mask]headgate\r%0A::warning::no | <b> @acme \u202e"

POLICIES = {
    "strict": "rules: {missing-approval: error}\n",
    "broken": "rules:\n  bad-titel: error\n  bad-title: eror\n",
    "extending": "extends: acme/.github\n",
    "measured": "mlflow: {server: main, experiment: sales, metrics: {rmse: {goal: minimize, gate: true}}}\n",
}
"""Branches with a policy, each the default branch of some event."""


def repository(folder: Path) -> Desk:
    """Make one with production, integration, some branches into them, and files that are better not imported."""
    desk = Desk(folder, "repository")
    traps = ("bot/__init__.py", "bot/__main__.py", "policies/__init__.py", "json.py", "click.py", "sitecustomize.py")
    desk.commit("A", "first", {"model.py": "rmse = 1\n", **dict.fromkeys(traps, TRAP)})
    desk.git("tag", "v1.0.0")
    for branch, policy in POLICIES.items():
        desk.start(branch, "main")
        desk.commit("A", "ci: policy", {".github/headgate.yml": policy})
    desk.start("dev", "main")
    desk.commit("A", "feat: begin", {"one.py": "1\n"})
    for branch, start in (("feature/x", "dev"), (STRANGE, "dev"), ("wild", "main")):
        desk.start(branch, start)
        desk.commit("B", "fix: ::error::no", {f"{len(branch)}.py": "1\n"})
    desk.start("gh-readonly-queue/dev/pr-13-abc", "dev")
    desk.merge("A", "feature/x", "gh-readonly-queue/dev/pr-13-abc", 12)
    desk.merge("B", "wild", "gh-readonly-queue/dev/pr-13-abc", 13)
    desk.start("pushed", "dev")
    desk.commit("B", "quick fix", {"one.py": "2\n"})
    desk.git("switch", "--quiet", "main")
    desk.publish()
    return desk


class Events:
    """Event files as GitHub writes them, as far as they are read."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        folder.mkdir()
        self._desk, self._folder = desk, folder

    def pull_request(self, head: str, base: str, default: str = "main", title: str = "feat: x") -> Path:
        repository = {"full_name": "acme/forecast"}
        ends = {
            end: {"ref": branch, "sha": self._desk.git("rev-parse", branch), "repo": repository}
            for end, branch in (("head", head), ("base", base))
        }
        about = {"number": 12, "title": title, "body": None, "draft": False, "user": {"login": "ada"}}
        return self._written({"action": "opened", "pull_request": about | ends}, default)

    def push(self, ref: str, before: str, after: str) -> Path:
        shas = (self._desk.git("rev-parse", each) for each in (before, after))
        return self._written(dict(zip(("before", "after"), shas, strict=True)) | {"ref": ref})

    def merge_group(self, head: str, base: str) -> Path:
        group = {
            "head_ref": f"refs/heads/{head}",
            "head_sha": self._desk.git("rev-parse", head),
            "base_ref": f"refs/heads/{base}",
            "base_sha": self._desk.git("rev-parse", base),
        }
        return self._written({"action": "checks_requested", "merge_group": group})

    def schedule(self) -> Path:
        return self._written({"schedule": "0 3 * * *"})

    def _written(self, payload: dict[str, Any], default: str = "main") -> Path:
        path = self._folder / f"{len(list(self._folder.iterdir()))}.json"
        path.write_text(json.dumps(payload | {"repository": {"default_branch": default}}), "utf-8")
        return path


def happened(event: Path) -> dict[str, Any]:
    """Put another event file in the place of the workflow's own."""
    return {"shell": "bash", "run": 'cp "$EVENT" "$GITHUB_EVENT_PATH"', "env": {"EVENT": str(event)}}


def check(name: str, folder: str = "whole", sha: str = SHA, **inputs: str) -> dict[str, Any]:
    return {
        "id": name,
        "uses": ours("check", sha),
        "continue-on-error": True,
        "with": {"working-directory": folder, **inputs},
    }
