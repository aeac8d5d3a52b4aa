"""Repositories with something to tell apart in them, and repositories that chance has made."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sandbox.desk import Desk, GitFailed

Build = Callable[[Desk], list[tuple[str, str]]]
"""Works on a desk, and returns the pull requests (head and base) to look at."""


def clean_hotfix(desk: Desk) -> list[tuple[str, str]]:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    return [("hotfix/1.0.1", "main"), ("hotfix/1.0.1", "dev")]


def hotfix_from_dev(desk: Desk) -> list[tuple[str, str]]:
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    return [("hotfix/1.0.1", "main")]


def early_back_merge(desk: Desk) -> list[tuple[str, str]]:
    clean_hotfix(desk)
    desk.merge("A", "hotfix/1.0.1", "dev", 7)
    return [("hotfix/1.0.1", "main")]


def early_back_merge_that_went_on(desk: Desk) -> list[tuple[str, str]]:
    early_back_merge(desk)
    desk.git("switch", "--quiet", "hotfix/1.0.1")
    desk.commit("A", "mend it better", {"model.py": "rmse = 3\n"})
    return [("hotfix/1.0.1", "main")]


def early_back_merge_of_a_leak(desk: Desk) -> list[tuple[str, str]]:
    hotfix_from_dev(desk)
    desk.merge("A", "hotfix/1.0.1", "dev", 7)
    desk.git("switch", "--quiet", "hotfix/1.0.1")
    desk.commit("A", "mend it better", {"model.py": "rmse = 3\n"})
    return [("hotfix/1.0.1", "main")]


def early_back_merge_by_squash(desk: Desk) -> list[tuple[str, str]]:
    clean_hotfix(desk)
    desk.git("switch", "--quiet", "dev")
    desk.git("merge", "--squash", "--quiet", "hotfix/1.0.1")
    desk.commit("A", "mend rounding (#7)", {})
    return [("hotfix/1.0.1", "main")]


def hotfix_from_a_merged_feature(desk: Desk) -> list[tuple[str, str]]:
    desk.start("feature/spark", "main")
    desk.commit("B", "half of a feature", {"spark.py": "1\n"})
    desk.merge("B", "feature/spark", "dev", 8)
    desk.start("hotfix/1.0.1", "feature/spark")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    return [("hotfix/1.0.1", "main"), ("feature/spark", "dev")]


def back_merge_inside_a_release(desk: Desk) -> list[tuple[str, str]]:
    desk.start("release/1.1.0", "main")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.merge("A", "hotfix/1.0.1", "release/1.1.0", 7)
    desk.merge("A", "release/1.1.0", "dev", 8)
    return [("hotfix/1.0.1", "main"), ("release/1.1.0", "main"), ("hotfix/1.0.1", "release/1.1.0")]


def hotfix_that_merged_dev(desk: Desk) -> list[tuple[str, str]]:
    clean_hotfix(desk)
    desk.git("merge", "--quiet", "--no-ff", "--message", "Merge branch 'dev' into hotfix/1.0.1", "dev")
    return [("hotfix/1.0.1", "main")]


def bugfix_with_newer_work(desk: Desk) -> list[tuple[str, str]]:
    desk.start("release/1.1.0", "dev~1")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("bugfix/units", "dev")
    desk.commit("B", "mend units", {"units.py": "1\n"})
    return [("bugfix/units", "release/1.1.0"), ("bugfix/units", "dev")]


def feature_from_a_colleague(desk: Desk) -> list[tuple[str, str]]:
    desk.start("feature/spark", "dev")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.start("feature/pipeline", "feature/spark")
    desk.commit("C", "pipeline", {"pipeline.py": "1\n"})
    desk.git("switch", "--quiet", "feature/spark")
    desk.commit("B", "spark settings", {"spark.py": "2\n"})
    return [("feature/pipeline", "dev"), ("feature/spark", "dev"), ("feature/pipeline", "feature/spark")]


def two_names_and_a_collection(desk: Desk) -> list[tuple[str, str]]:
    desk.start("feature/spark", "dev")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.git("branch", "feature/backup")
    desk.start("experiment/all", "dev")
    desk.merge("C", "feature/spark", "experiment/all", 5)
    desk.git("switch", "--quiet", "feature/spark")
    desk.commit("B", "spark settings", {"spark.py": "2\n"})
    return [("feature/spark", "dev"), ("feature/backup", "dev")]


def feature_from_a_release(desk: Desk) -> list[tuple[str, str]]:
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("feature/spark", "release/1.1.0")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    return [("feature/spark", "dev"), ("release/1.1.0", "main"), ("release/1.1.0", "dev")]


def production_that_was_mended(desk: Desk) -> list[tuple[str, str]]:
    """A hotfix was deployed and is owed to dev and to the open release; an old release was shipped."""
    desk.start("release/1.0.0", "main")
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.merge("A", "hotfix/1.0.1", "main", 9)
    desk.git("tag", "v1.0.1")
    desk.start("feature/spark", "main")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.start("hotfix/1.0.2", "v1.0.0")
    desk.commit("A", "started before the last one", {"old.py": "1\n"})
    return [("release/1.1.0", "main"), ("feature/spark", "dev"), ("hotfix/1.0.2", "main"), ("main", "dev")]


def unrelated_histories(desk: Desk) -> list[tuple[str, str]]:
    desk.git("switch", "--quiet", "--orphan", "gh-pages")
    desk.commit("A", "pages", {"index.html": "x\n"})
    desk.start("feature/pages", "dev")
    desk.commit("A", "before", {"before.py": "1\n"})
    desk.git("merge", "--quiet", "--allow-unrelated-histories", "--message", "take pages in", "gh-pages")
    return [("feature/pages", "dev"), ("gh-pages", "dev")]


def moved_files(desk: Desk) -> list[tuple[str, str]]:
    desk.start("feature/tidy", "dev")
    desk.git("mv", "model.py", "models.py")
    desk.commit("A", "tidy up\n\nThe body of the message.", {"new/deep.py": "1\n"})
    desk.git("rm", "--quiet", "one.py")
    desk.commit("A", "  a subject\nof two lines  \n \n and a body", {})
    return [("feature/tidy", "dev")]


TOLD: dict[str, Build] = {
    build.__name__.replace("_", " "): build
    for build in (
        clean_hotfix,
        hotfix_from_dev,
        early_back_merge,
        early_back_merge_that_went_on,
        early_back_merge_of_a_leak,
        early_back_merge_by_squash,
        hotfix_from_a_merged_feature,
        back_merge_inside_a_release,
        hotfix_that_merged_dev,
        bugfix_with_newer_work,
        feature_from_a_colleague,
        two_names_and_a_collection,
        feature_from_a_release,
        production_that_was_mended,
        unrelated_histories,
        moved_files,
    )
}

NAMES = (
    "feature/a",
    "feature/b",
    "bugfix/c",
    "experiment/d",
    "hotfix/1.0.1",
    "hotfix/topic",
    "release/1.1.0",
    "support/1.x",
)


def by_chance(seed: int) -> Build:
    """Return a team that does all that a team can do to a repository, in any order."""

    def build(desk: Desk) -> list[tuple[str, str]]:
        chance = Random(seed)
        branches = ["main", "dev"]
        for step in range(24):
            _something(desk, chance, branches, step)
        heads = [name for name in branches if name not in ("main", "dev")]
        pairs = [(head, base) for head in heads for base in ("main", "dev")]
        pairs += [(head, base) for head in heads for base in heads if head != base and base.startswith(("rel", "supp"))]
        return chance.sample(pairs, min(len(pairs), 6))

    return build


def _something(desk: Desk, chance: Random, branches: list[str], step: int) -> None:
    what = chance.choice(["start", "start", "commit", "commit", "commit", "merge", "merge", "tag", "edited"])
    one, other = chance.choice(branches), chance.choice(branches)
    fresh = [name for name in NAMES if name not in branches]
    if what == "start" and fresh:
        branches.append(chance.choice(fresh))
        desk.start(branches[-1], one)
        what = "commit"
    elif what != "tag":
        desk.git("switch", "--quiet", one)
    if what == "commit":
        desk.commit(chance.choice("ABC"), f"step {step}", {f"file{step}.py": f"{step}\n"})
    elif what == "tag":
        desk.git("tag", f"v{chance.choice((1, 1, 2))}.{chance.randrange(3)}.{step + 1}", one)
    elif what in ("merge", "edited") and one != other:
        _merge(desk, other, one, step if what == "merge" else None)


def _merge(desk: Desk, branch: str, into: str, number: int | None) -> None:
    try:
        if number is not None:
            desk.merge("A", branch, into, number)
        else:
            desk.git("merge", "--quiet", "--no-ff", "--message", f"bring {len(branch)} things", branch)
    except GitFailed:
        desk.git("merge", "--abort")
