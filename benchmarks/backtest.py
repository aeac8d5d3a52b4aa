"""Times `headgate backtest` on Gitflow histories of growing length: the time per merge must not grow with it.

With arguments, also on clones of one's own: `python benchmarks/backtest.py CLONE…`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bot.local.backtest import backtest
from bot.local.check import Question

LENGTHS = (500, 2_000, 8_000)
"""Merges of the histories."""

MOST_GROWTH = 2.0
"""How much a merge may cost on the longest history, as a multiple of the shortest: linear is 1, quadratic is 16."""


class Stream:
    """Writes commits for `git fast-import`, an hour apart."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.mark = 0

    def commit(self, branch: str, subject: str, *parents: int) -> int:
        self.mark += 1
        self.lines += [
            f"commit refs/heads/{branch}",
            f"mark :{self.mark}",
            f"committer A <a@example.com> {1_500_000_000 + self.mark * 3_600} +0000",
            f"data {len(subject.encode())}",
            subject,
            *(f"{'merge' if n else 'from'} :{parent}" for n, parent in enumerate(parents)),
            "",
        ]
        return self.mark

    def tag(self, name: str, mark: int) -> None:
        self.lines += [f"reset refs/tags/{name}", f"from :{mark}", ""]


def gitflow(merges: int) -> Iterator[str]:
    """Yield a history: features into dev, every tenth time a release, every fortieth a hotfix; all merged back."""
    stream = Stream()
    main = stream.commit("main", "first")
    dev = stream.commit("dev", "second", main)
    done = version = 0
    while done < merges:
        done += 1
        start = dev
        tip = stream.commit("tmp", f"work {done}", start)
        tip = stream.commit("tmp", f"more {done}", tip)
        dev = stream.commit("dev", f"Merge pull request #{done} from acme/feature/f{done}", dev, tip)
        if done % 10 == 0:
            version += 1
            release = stream.commit("tmp", f"release 1.{version}.0", dev)
            main = stream.commit("main", f"Merge pull request #{done} from acme/release/1.{version}.0", main, release)
            stream.tag(f"v1.{version}.0", main)
            dev = stream.commit("dev", f"Merge branch 'release/1.{version}.0' into dev", dev, release)
            done += 2
        if done % 40 == 2:
            hotfix = stream.commit("tmp", "mend", main)
            main = stream.commit("main", f"Merge pull request #{done} from acme/hotfix/1.{version}.1", main, hotfix)
            dev = stream.commit("dev", f"Merge branch 'hotfix/1.{version}.1' into dev", dev, hotfix)
            done += 2
    yield from stream.lines


def build(where: Path, merges: int) -> Path:
    """Build a bare repository with that many merges."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(where)], check=True)
    text = "\n".join(gitflow(merges)) + "\n"
    subprocess.run(["git", "fast-import", "--quiet"], cwd=where, input=text.encode(), check=True)
    subprocess.run(["git", "update-ref", "-d", "refs/heads/tmp"], cwd=where, check=True)
    return where


def measure(clone: Path) -> tuple[int, float]:
    """Return how many merges were replayed, and milliseconds for each, reading included; best of two."""
    best, count = float("inf"), 0
    for _ in range(2):
        started = time.perf_counter()
        count = len(backtest(Question(repo=clone)).replayed)
        best = min(best, time.perf_counter() - started)
    return count, best / max(count, 1) * 1000


def main() -> int:
    print(f"{'history':<44} {'merges':>8} {'per merge':>12}")
    costs = []
    with tempfile.TemporaryDirectory(prefix="headgate-backtest-") as directory:
        for length in LENGTHS:
            count, cost = measure(build(Path(directory) / f"{length}.git", length))
            costs.append(cost)
            print(f"{'made: Gitflow':<44} {count:>8} {cost:>9.2f} ms")
    for clone in sys.argv[1:]:
        count, cost = measure(Path(clone))
        print(f"{clone[-44:]:<44} {count:>8} {cost:>9.2f} ms")
    growth = costs[-1] / costs[0]
    print(f"growth from {LENGTHS[0]} to {LENGTHS[-1]} merges: {growth:.2f} times (limit {MOST_GROWTH})")
    return int(growth > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
