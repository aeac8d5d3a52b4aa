"""Times the rules over facts: a usual pull request, and the largest that GitHub lists in full.

Limits: under 1 ms for a usual pull request, under 50 ms for one of 3,000 files and 250 commits.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from policies.config import Config, ConfigErrors, read
from policies.evaluate import evaluate
from policies.facts import (
    Arrival,
    Branches,
    Commit,
    Drift,
    Elsewhere,
    Facts,
    Merge,
    Mergeability,
    PullRequest,
    Release,
    Review,
    Sha,
    Tag,
)

ROUNDS = 200

EVERYTHING_ON = b"""
rules:
  merge-commit-in-feature: error
  missing-story: error
  missing-approval:
    severity: error
    paths: {"src/**": {approvals: 1}, "conf/**": {approvals: 2, teams: [ml]}}
"""


def sha(number: int) -> Sha:
    return Sha(f"{number:040x}")


def facts(commits: int, files: int, head: str = "feature/spark") -> Facts:
    """Return facts of a pull request of the given size, with something wrong in each place."""
    own = tuple(Commit(sha(n), f"commit {n}", "ada@example.com", 1 + (n % 9 == 0), n) for n in range(commits))
    some = frozenset(commit.sha for commit in own[::2])
    now = datetime.now(UTC)
    return Facts(
        as_of=now,
        pull_request=PullRequest(head, "dev", sha(1), sha(2), 12, "forecast by store", "no story", "ada"),
        branches=Branches({"main": sha(3), "dev": sha(2), "release/1.2.0": sha(4)}),
        commits=own,
        elsewhere=(
            Elsewhere("feature/other", some, some, authors=frozenset({"bob@example.com"})),
            Elsewhere("release/1.2.0", some, arrivals={each: Arrival("feature/y", 7) for each in some}),
        ),
        drift=(Drift("main", "dev", own[:50], None, "v1.1.0", some),),
        releases=(Release("release/1.2.0", sha(4)),),
        tags=tuple(Tag(f"v1.{n}.0", now, on_base=True) for n in range(100)),
        merge=Merge(Mergeability.DIRTY, tuple(f"src/file{n}.py" for n in range(min(files, 20)))),
        reviews=(Review("bob", "approved", sha(1), frozenset({"ml"})),),
        paths=frozenset(f"src/package{n % 40}/file{n}.py" for n in range(files)),
    )


def measure(world: Facts, config: Config) -> float:
    """Return the median of the rounds, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        fresh = replace(world)
        started = time.perf_counter()
        evaluate(fresh, config)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main() -> int:
    config = read(EVERYTHING_ON)
    assert not isinstance(config, ConfigErrors)
    print(f"{'pull request':<34} {'median':>10} {'limit':>8}")
    exceeded = False
    for name, commits, files, limit in (
        ("usual: 5 commits, 12 files", 5, 12, 1.0),
        ("largest: 250 and 3,000", 250, 3_000, 50.0),
    ):
        median = measure(facts(commits, files), config)
        exceeded |= median > limit
        print(f"{name:<34} {median:>7.2f} ms {limit:>5.0f} ms {'' if median <= limit else '  exceeded'}")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
