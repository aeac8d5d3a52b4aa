"""What a comparison costs a tracking server: requests and seconds, among 10, 1,000 and 100,000 runs.

    python -m benchmarks.tracking [--runs 10 1000 100000] [--index]

Against a real ``mlflow server`` on SQLite, with one worker. ``--index`` adds the index on tags that MLflow lacks and
the operations page recommends. Limit: six requests, however many runs there are; at the first look the two small files
of each logged model come on top, which are read once in its life.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.tracking.subject import Subject
from policies.facts import Unavailable
from policies.metrics.runs import Group
from tests.bot.tracking.lab import Lab, Looking, commit, sha, subject
from tests.services.crowd import crowd
from tests.services.mlflow import MlflowServer

REPEATS = 5
MOST_REQUESTS, MOST_FILES = 6, 4
THEN, LATELY = 1_600_000_000, 1_790_000_000
"""Seconds since 1970: when most of the crowd trained, and the runs that matter."""

FILES = {
    "MLmodel": 'flavors: {sklearn: {}}\nsignature:\n  inputs: \'[{"type": "double", "name": "age"}]\'\n',
    "requirements.txt": "scikit-learn==1.7.0\n",
}
METRICS = {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}


@dataclass(frozen=True)
class Case:
    """A pull request to be looked at."""

    name: str
    pull: Subject
    section: Mapping[str, Any]


def cases() -> Sequence[Case]:
    commits, base = (commit("head", LATELY - 10),), (commit("start", LATELY - 90), commit("before", LATELY - 900))
    usual = subject(commits=commits, base_commits=base)
    return [
        Case("usual: head and merge base were trained", usual, {}),
        Case("nobody knows when they were committed", subject(base_commits=(commit("start"), commit("before"))), {}),
        Case("only the trial merge was trained", replace(usual, head=sha("unknown"), merge=sha("merge")), {}),
        Case("the base was trained long ago", replace(usual, base_commits=(commit("old"),)), {}),
        Case("no run at all", replace(usual, head=sha("untrained"), merge=sha("also untrained"), commits=()), {}),
    ]


def train(lab: Lab) -> Any:
    """Log what the cases are about."""
    experiment = lab.experiment()
    for seed in range(3):
        for name, began in (("old", THEN - 1000), ("before", LATELY - 800), ("start", LATELY - 80), ("head", LATELY)):
            run_id = lab.run(experiment, head=name, metrics={"rmse": 1 + seed / 100}, began=began + seed)
            lab.server.client.log_metric(run_id, "rmse", 1 + seed / 100, step=1)
            lab.model(experiment, run_id, FILES)
        lab.run(experiment, commit="merge", metrics={"rmse": 1 + seed / 100}, began=LATELY + seed)
    return experiment


@dataclass(frozen=True)
class Cost:
    """Requests of the first look, of these for files; requests of later ones, and the seconds that these take."""

    first: int
    files: int
    later: int
    seconds: float

    @property
    def kept(self) -> bool:
        return max(self.first - self.files, self.later) <= MOST_REQUESTS and self.files <= MOST_FILES


async def measure(lab: Lab, experiment: Any, case: Case) -> Cost:
    """Look at a pull request several times."""
    looking, seconds = Looking(lab.server), []
    section = {"experiment": experiment.name, "metrics": METRICS, **case.section}
    (found,) = await looking.at(case.pull, section)
    first, files = len(looking.counted.paths), sum("artifact" in path for path in looking.counted.paths)
    for _ in range(REPEATS):
        began = time.perf_counter()
        assert await looking.at(case.pull, section) == (found,)
        seconds.append(time.perf_counter() - began)
    assert not isinstance(found.candidate, Unavailable), found.candidate
    assert isinstance(found.candidate, Group) is ("no run" not in case.name)
    if isinstance(found.candidate, Group):
        assert isinstance(found.baseline.group, Group), found.baseline
        assert len(found.baseline.group.runs) == len(found.candidate.runs) == 3
    return Cost(first, files, len(looking.counted.paths), statistics.median(seconds))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, nargs="+", default=[10, 1_000, 100_000])
    options.add_argument("--index", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = MlflowServer(Path(folder), f"sqlite:///{folder}/mlflow.db")
        server.begin()
        try:
            server.ready()
            if given.index:
                with closing(sqlite3.connect(Path(folder) / "mlflow.db")) as db, db:
                    db.execute('CREATE INDEX tags_by_value ON tags ("key", value)')
            return int(not all(list(_table(Lab(server), given.runs))))
        finally:
            server.stop()


def _table(lab: Lab, counts: Sequence[int]) -> Iterator[bool]:
    """Print the costs, and yield whether each is within the limit."""
    print("| runs | pull request | requests, first look | of these files | later looks | seconds |")
    print("|---|---|---|---|---|---|")
    for count in counts:
        experiment = train(lab)
        crowd(lab.sqlite, experiment.id, count, begin=THEN * 1000, seed=count)
        for case in cases():
            cost = asyncio.run(measure(lab, experiment, case))
            figures = f"{cost.first} | {cost.files} | {cost.later} | {cost.seconds:.3f}"
            print(f"| {count:,} | {case.name} | {figures} |", flush=True)
            yield cost.kept


if __name__ == "__main__":
    sys.exit(main())
