"""Many runs at once, written into a tracking server's SQLite file as MLflow itself would have written them.

Over its API 100,000 runs would take an hour.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

_TABLES = {
    "runs": (
        "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, "
        "source_version, lifecycle_stage, artifact_uri, experiment_id"
    ),
    "tags": '"key", value, run_uuid',
    "latest_metrics": '"key", value, timestamp, step, is_nan, run_uuid',
    "params": '"key", value, run_uuid',
}


def crowd(database: Path, experiment_id: str, count: int, *, begin: int, width: int = 10, seed: int = 1) -> None:
    """Write finished runs of unknown commits, one a second from ``begin`` (milliseconds since 1970).

    Each has ``width`` metrics and parameters.
    """
    chance = random.Random(seed)
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
    for index in range(count):
        run, sha, at = f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(160):040x}", begin + 1000 * index
        place = f"mlflow-artifacts:/{experiment_id}/{run}/artifacts"
        rows["runs"].append(
            (run, f"run-{index}", "UNKNOWN", "", "", "ci", "FINISHED", at, at + 900, "", "active", place, experiment_id)
        )
        for key in ("github.head_sha", "mlflow.source.git.commit"):
            rows["tags"].append((key, sha, run))
        rows["tags"] += [("mlflow.user", "ci", run), ("mlflow.runName", f"run-{index}", run)]
        rows["latest_metrics"] += [(f"metric-{n}", chance.random(), at, 0, 0, run) for n in range(width)]
        rows["params"] += [(f"param-{n}", str(chance.random()), run) for n in range(width)]
    with closing(sqlite3.connect(database, timeout=60)) as db, db:
        for table, columns in _TABLES.items():
            places = ", ".join("?" * len(columns.split(",")))
            db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows[table])  # noqa: S608  # our own words
