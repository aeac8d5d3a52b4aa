"""What happens to the models, scene by scene, and what should be said of it."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.story import A, B, C, Scene


@dataclass(frozen=True, slots=True)
class Measured(Scene):
    """A pull request that is trained; its check waits as long as that takes."""

    workflow: str = ""
    """The workflow that trains; its model lies in a folder of the same name."""


TRAINED = (
    ("dev~3", "sales"),
    ("dev~2", "sales"),
    ("dev~1", "diabetes"),
    ("dev", "sales"),
)
"""Commits that were trained before the first pull request, oldest first, and what was trained."""

SCENES = (
    Measured(
        C,
        "feature/days-of-the-week",
        "dev",
        "lets the forecast know the days of the week. Training shows what that is good for.",
        "pass",
        title="feat: know the days of the week",
        workflow="sales",
    ),
    Measured(
        B,
        "feature/no-seasons",
        "dev",
        "wants a simpler model and takes the months out.",
        "fail",
        ("metric-regression",),
        title="refactor: forecast without the seasons",
        workflow="sales",
    ),
    Measured(
        A,
        "feature/fewer-trees",
        "dev",
        "grows fewer trees, to save time. Five seeds each cannot tell whether that costs anything.",
        "pass",
        warnings=("metric-regression",),
        title="perf: grow 30 trees",
        workflow="diabetes",
    ),
    Measured(
        B,
        "feature/holidays",
        "dev",
        "reads a calendar of holidays and forgets to commit it: the training ends before there is a run.",
        "fail",
        ("missing-run",),
        title="feat: know the holidays",
        workflow="sales",
    ),
    Measured(
        C,
        "feature/another-store",
        "dev",
        "trains on the sales of another store, which is easier to forecast.",
        "fail",
        ("incomparable-run",),
        title="feat: learn from the store at the station",
        workflow="sales",
    ),
)
