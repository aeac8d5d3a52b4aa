"""The repository of the models, as real Git: two models with their training and data, a policy, and five changes."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

from sandbox.desk import Desk
from sandbox.models.scenes import SCENES
from sandbox.story import A, B, C, Story

README = "# Models\n\n`sales` forecasts the sales of a store, `diabetes` how the disease will progress within a year.\n"

WORKFLOW = """\
name: {model}
on:
  pull_request:
    paths: [{model}/**]
permissions:
  contents: read
jobs:
  {model}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          ref: ${{{{ github.event.pull_request.head.sha }}}}
      - run: pip install -r requirements.txt
      - run: python {model}/train.py
        env:
          MLFLOW_TRACKING_URI: ${{{{ vars.MLFLOW_TRACKING_URI }}}}
          MLFLOW_RUN_CONTEXT: '{{"github.head_sha": "${{{{ github.event.pull_request.head.sha }}}}"}}'
"""
"""How a model is trained; :mod:`bot.demo.trainer` does the same without a runner."""

LIBRARIES = ("mlflow", "numpy", "pandas", "scikit-learn")


def build(root: Path) -> Story:
    """Build it under ``root``: ``models.git``, and its clone ``models``."""
    desk = Desk(root, "models")
    policy = {".github/headgate.yml": _read("headgate.yml")}
    workflows = {f".github/workflows/{model}.yml": WORKFLOW.format(model=model) for model in ("diabetes", "sales")}
    desk.commit(A, "Say what this is for, and what may get in", {"README.md": README, **policy, **workflows})
    _measured(desk)
    _changed(desk)
    desk.publish()
    return Story(desk.origin, desk.clone, SCENES)


def _measured(desk: Desk) -> None:
    """What dev has, whose runs are there already: see :data:`sandbox.models.scenes.TRAINED`."""
    desk.start("dev", "main")
    versions = "".join(f"{library}=={version(library)}\n" for library in LIBRARIES)
    files = {"requirements.txt": versions, "sales/sales.csv": sales(seed=7), "sales/train.py": forecast()}
    desk.commit(B, "Forecast the sales of a store", files)
    desk.commit(C, "Know summer and winter", {"sales/train.py": forecast("quarter")})
    desk.commit(A, "Predict how diabetes progresses", {"diabetes/train.py": _read("diabetes.py")})
    desk.commit(C, "Know the months", {"sales/train.py": forecast("month")})


def _changed(desk: Desk) -> None:
    """The pull requests of the scenes."""
    desk.start("feature/days-of-the-week", "dev")
    desk.commit(C, "Know the days of the week", {"sales/train.py": forecast("month", "weekday")})
    desk.start("feature/no-seasons", "dev")
    desk.commit(B, "Forecast without the seasons", {"sales/train.py": forecast()})
    desk.start("feature/fewer-trees", "dev")
    fewer = _replaced(_read("diabetes.py"), "TREES = 40", "TREES = 30")
    desk.commit(A, "Grow 30 trees", {"diabetes/train.py": fewer})
    desk.start("feature/holidays", "dev")
    table = '    table = pd.read_csv(HERE / "sales.csv"'
    holidays = _replaced(forecast("month"), table, f'    holidays = pd.read_csv(HERE / "holidays.csv")\n{table}')
    desk.commit(B, "Know the holidays", {"sales/train.py": holidays})
    desk.start("feature/another-store", "dev")
    desk.commit(C, "Learn from the store at the station", {"sales/sales.csv": sales(seed=8, week=0.2, noise=4.0)})


def forecast(*calendar: str) -> str:
    """Return the training of ``sales``; ``calendar`` is what the model knows of a day besides its number."""
    return _replaced(_read("sales.py"), 'CALENDAR = ("month",)', f"CALENDAR = {calendar!r}".replace("'", '"'))


def sales(seed: int, *, week: float = 1.0, noise: float = 9.0) -> str:
    """Return two years of sales of a store; ``week`` is how much the days of the week matter."""
    chance, first = random.Random(seed), date(2022, 1, 1)  # noqa: S311  # sales, not keys
    rows = ["date,sales"]
    for number in range(730):
        day, turn = first + timedelta(days=number), 2 * math.pi * number / 365.25
        seasons = 30 * math.sin(turn - 1.3) + 12 * math.sin(2 * turn)
        of_the_week = (0, -8, -6, -2, 10, 26, -20)[day.weekday()]
        rows.append(f"{day},{200 + number / 20 + seasons + week * of_the_week + chance.gauss(0, noise):.0f}")
    return "\n".join(rows) + "\n"


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise LookupError(f"not there, or not once: {old}")
    return text.replace(old, new)
