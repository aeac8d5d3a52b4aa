"""A pull request from a fork gets no secrets: its runs stay on the runner, in a folder that can be uploaded."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.actions.act import CHECKOUT, Act, job, ours

TRAIN = """\
import mlflow

with mlflow.start_run():
    mlflow.log_metric("rmse", 0.5)
    mlflow.log_text("inside", "model.txt")
"""


def test_runs_stay_on_the_runner(act: Act, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    step = {
        "id": "it",
        "uses": ours("train"),
        "with": {"command": "python train.py", "tracking-uri": "${{ secrets.MLFLOW_TRACKING_URI }}"},
        "env": {"MLFLOW_TRACKING_PASSWORD": "${{ secrets.MLFLOW_TRACKING_PASSWORD }}", "MLFLOW_TRACKING_URI": ""},
    }
    keep = {
        "shell": "bash",
        "run": 'cp --recursive "$STORE" "$KEPT"; git status --porcelain --ignored',
        "env": {"STORE": "${{ steps.it.outputs.local-store }}", "KEPT": str(kept)},
        "id": "keep",
    }
    event = {"pull_request": {"number": 7, "head": {"sha": "f" * 40, "repo": {"fork": True}}}}
    run = act.run(act.repository({"train.py": TRAIN}), job({"uses": CHECKOUT}, step, keep), "pull_request", event)
    it = run.step("it")
    assert it.result == "success", it.log
    assert [each.level for each in it.annotations] == ["notice"]
    assert json.loads(it.outputs["metrics"]) == {"rmse": 0.5}
    assert "](" not in it.summary
    with closing(sqlite3.connect(kept / "mlflow.db")) as db:
        tags = dict(db.execute("SELECT key, value FROM tags WHERE run_uuid = ?", [it.outputs["run-id"]]))
    assert tags["github.head_sha"] == "f" * 40
    assert [path.read_text() for path in kept.rglob("model.txt")] == ["inside"]
    assert run.step("keep").log == ""
