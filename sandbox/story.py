"""The story of three engineers who forecast sales, as a real Git repository, with what should be said of each branch.

A, B and C come from the chapter on the development process: branches started from one another until nobody knows which
is current, then the right way; hotfixes and releases, right and wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.desk import Desk

A, B, C = "Engineer A", "Engineer B", "Engineer C"

PEOPLE = {A: "anna", B: "ben", C: "clara"}
"""What they are called on GitHub."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One pull request that somebody wants to open, and what should come out."""

    who: str
    head: str
    base: str
    told: str
    verdict: str
    """`pass`, `fail` or `unknown`."""
    rules: tuple[str, ...] = ()
    """The rules that block."""
    warnings: tuple[str, ...] = ()
    """The rules that warn, of those that look at branches and commits; what is said of people comes on top."""
    title: str = ""
    """The title of the pull request."""
    retargets: bool = False
    """Whether the pull request of the scene before is aimed at another base, instead of a new one being opened."""


@dataclass(frozen=True, slots=True)
class Story:
    """Where the story was built: a bare repository, and a clone of it with every branch."""

    origin: Path
    clone: Path
    scenes: tuple[Scene, ...]

    @property
    def name(self) -> str:
        return self.clone.name


SCENES = (
    Scene(
        B,
        "pipeline1spark",
        "dev",
        "starts a branch for a Spark pipeline from dev and calls it what comes to mind.",
        "fail",
        ("unknown-branch-type",),
        title="feat: read the sales with Spark",
    ),
    Scene(
        C,
        "pipeline",
        "pipeline1spark",
        "starts another one from B's branch. Both go on with the same lines; nobody knows which is current.",
        "fail",
        ("unknown-branch-type", "merge-conflict"),
        title="feat: write one table",
    ),
    Scene(
        C,
        "feature/warehouse",
        "dev",
        "finds a proper name, but has started from B's branch again, so B's work comes along.",
        "pass",
        warnings=("foreign-commits",),
        title="feat: write forecasts to the warehouse",
    ),
    Scene(
        B,
        "feature/spark-pipeline",
        "dev",
        "starts again from dev, with a name that says what it is; C works on the same branch.",
        "pass",
        title="feat: read the sales with Spark",
    ),
    Scene(
        B,
        "feature/spark-pipeline",
        "main",
        "wants it in production today and aims the same branch at main.",
        "fail",
        ("wrong-merge-target",),
        title="feat: read the sales with Spark",
        retargets=True,
    ),
    Scene(
        C,
        "feature/weekly-seasonality",
        "dev",
        "has changed the line of the model that dev has changed meanwhile.",
        "fail",
        ("merge-conflict",),
        title="feat: know the days of the week",
    ),
    Scene(
        A,
        "experiment/lightgbm",
        "dev",
        "has tried another model, freely, and now wants the experiment on dev as it is.",
        "fail",
        ("wrong-merge-target",),
        title="feat: try gradient boosting",
    ),
    Scene(
        C,
        "hotfix/rounding",
        "main",
        "mends a bug of version 1.0.0, but starts from dev: the unfinished holiday calendar comes along.",
        "fail",
        ("foreign-commits",),
        title="fix: round to whole pieces",
    ),
    Scene(
        A,
        "hotfix/1.0.1",
        "main",
        "mends the same bug from main.",
        "pass",
        title="fix: round to whole pieces",
    ),
    Scene(
        B,
        "hotfix/empty-store",
        "main",
        "mends another one from main, and has merged it into dev already. That is early, and legal.",
        "pass",
        title="fix: forecast nothing for a store without sales",
    ),
    Scene(
        A,
        "release/1.0.0",
        "main",
        "starts the next release and has not looked which versions are out.",
        "fail",
        ("bad-version",),
        ("parallel-release",),
        title="chore: release 1.0.0",
    ),
    Scene(
        A,
        "release/1.1.0",
        "main",
        "starts it under the right version; the other one is still open.",
        "pass",
        warnings=("parallel-release",),
        title="chore: release 1.1.0",
    ),
    Scene(
        A,
        "release/1.1.0",
        "dev",
        "merges it back, so that dev has what was mended on the way.",
        "pass",
        warnings=("parallel-release",),
        title="chore: merge release 1.1.0 back",
    ),
)


def build(root: Path) -> Story:
    """Build the repository under ``root``: ``sales-forecast.git``, and its clone ``sales-forecast``."""
    desk = Desk(root, "sales-forecast")
    _version_one(desk)
    _pipelines(desk)
    _other_features(desk)
    _hotfixes(desk)
    _releases(desk)
    desk.publish()
    return Story(desk.origin, desk.clone, SCENES)


def _version_one(desk: Desk) -> None:
    """Production and integration, and one whole round of Gitflow: feature, release 1.0.0, tag, merge back."""
    desk.commit(A, "Say what this is for", {"README.md": README})
    desk.start("dev", "main")
    desk.start("feature/prophet", "dev")
    desk.commit(B, "Forecast the sales of a store", {"src/forecast.py": forecast(), "environment.yml": ENVIRONMENT})
    desk.commit(B, "Read sales, forecast, write", {"src/pipeline.py": pipeline()})
    desk.merge(A, "feature/prophet", "dev", 1)
    desk.start("release/1.0.0", "dev")
    desk.commit(A, "Set the version to 1.0.0", {"VERSION": "1.0.0\n"})
    desk.merge(A, "release/1.0.0", "main", 2)
    desk.git("tag", "--annotate", "--message", "1.0.0", "v1.0.0", "main", who=A)
    desk.merge(A, "release/1.0.0", "dev", 3)
    desk.git("branch", "--quiet", "-D", "feature/prophet", "release/1.0.0")


def _pipelines(desk: Desk) -> None:
    """The chapter's branches, and the right way."""
    desk.start("pipeline1spark", "dev")
    desk.commit(B, "Read the sales with Spark", {"src/pipeline.py": pipeline(read=SPARK)})
    desk.start("feature/warehouse", "pipeline1spark")
    desk.commit(C, "Write forecasts to the warehouse", {"src/warehouse.py": WAREHOUSE})
    desk.start("pipeline", "pipeline1spark")
    desk.commit(C, "Write one table", {"src/pipeline.py": pipeline(read=SPARK, write=TABLE)})
    desk.git("switch", "--quiet", "pipeline1spark")
    desk.commit(B, "Write one file a store", {"src/pipeline.py": pipeline(read=SPARK, write=PARTITIONED)})
    desk.start("feature/spark-pipeline", "dev")
    desk.commit(B, "Read the sales with Spark", {"src/pipeline.py": pipeline(read=SPARK)})
    desk.commit(C, "Write one table", {"src/pipeline.py": pipeline(read=SPARK, write=TABLE)})


def _other_features(desk: Desk) -> None:
    """What dev holds that production must not see yet, and a feature that conflicts with it."""
    desk.start("feature/weekly-seasonality", "dev")
    desk.commit(C, "Know the days of the week", {"src/forecast.py": forecast(model="weekly_seasonality=True")})
    desk.start("feature/holidays", "dev")
    desk.commit(A, "Begin a calendar of holidays", {"src/holidays.py": HOLIDAYS})
    desk.commit(A, "Forecast with holidays", {"src/forecast.py": forecast(model="holidays=CALENDAR", imports=IMPORT)})
    desk.merge(A, "feature/holidays", "dev", 4)
    desk.git("branch", "--quiet", "-D", "feature/holidays")
    desk.start("experiment/lightgbm", "dev")
    desk.commit(A, "Try gradient boosting", {"play/lightgbm.py": LIGHTGBM})


def _hotfixes(desk: Desk) -> None:
    """One cut from dev by mistake, a clean one, and one that was merged into dev first."""
    desk.start("hotfix/rounding", "dev")
    desk.commit(C, "Round to whole pieces", {"src/pipeline.py": pipeline(write=ROUNDED)})
    desk.start("hotfix/1.0.1", "main")
    desk.commit(A, "Round to whole pieces", {"src/pipeline.py": pipeline(write=ROUNDED)})
    desk.start("hotfix/empty-store", "main")
    desk.commit(B, "Forecast nothing for a store without sales", {"src/empty.py": EMPTY})
    desk.merge(A, "hotfix/empty-store", "dev", 5)


def _releases(desk: Desk) -> None:
    """One with a version that is out already, and the right one."""
    for version in ("1.0.0", "1.1.0"):
        desk.start(f"release/{version}", "dev")
        notes = f"# {version}\n\n- Holidays\n"
        desk.commit(A, f"Set the version to {version}", {"VERSION": f"{version}\n", "CHANGES.md": notes})


README = "# Sales forecast\n\nForecasts the sales of each store for the next two weeks.\n"
ENVIRONMENT = "name: sales-forecast\ndependencies:\n  - python=3.11\n  - prophet=1.1.5\n  - pandas=2.2.1\n"
IMPORT = "from src.holidays import CALENDAR\n"
SPARK = "spark.read.parquet(path).toPandas()"
TABLE = "table.write(forecasts)"
PARTITIONED = "forecasts.to_parquet(path, partition_cols=['store'])"
ROUNDED = "forecasts.round().to_csv(path)"
WAREHOUSE = '"""Where forecasts are kept."""\n'
HOLIDAYS = '"""Days on which people buy other things. Unfinished: Easter moves."""\n\nCALENDAR = None\n'
LIGHTGBM = '"""Gradient boosting on lagged sales: a try."""\n'
EMPTY = '"""A store without sales."""\n\n\ndef nothing(days):\n    return [0] * days\n'


def forecast(model: str = "", imports: str = "") -> str:
    """Return the file with the model; its arguments stand in one line."""
    return (
        f'"""The model."""\n\nfrom prophet import Prophet\n{imports}\n\ndef train(sales):\n'
        f"    model = Prophet({model})\n    return model.fit(sales)\n"
    )


def pipeline(read: str = "pandas.read_csv(path)", write: str = "forecasts.to_csv(path)") -> str:
    """Return the file with the pipeline: one line that reads, one that writes."""
    return (
        f'"""Sales in, forecasts out."""\n\n\ndef read(path):\n    return {read}\n\n\n'
        f"def write(forecasts, path):\n    {write}\n"
    )
