"""Pull requests that train a model, judged: what the comment is made of that people like to read, or not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.gather.policy import Policy
from bot.judged import Judged
from policies.facts import Absent, Sha, Unavailable
from policies.metrics import runs as world
from policies.metrics.settings import Metric, Model
from policies.phrase import say
from tests.bot.report import worlds
from tests.bot.report.worlds import HEAD
from tests.policies.metrics import build

BASE = Sha("9f8e7d6c5b" * 4)
OLDER = Sha("e" * 40)
SERVER = "https://mlflow.example.com"
SEEDS = (-0.061, 0.044, 0.003, 0.029, -0.018)
"""Noise of five seeds."""

NAMES = ("brave-fox", "calm-owl", "bold-hen", "wise-elk", "shy-lynx")
MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

POLICY = """\
preset: gitflow
mlflow:
  server: main
  experiment: sales
  baseline: {baseline}
  {more}
  metrics:
    rmse: {{goal: minimize, tolerance: 2%, gate: true}}
    mape: {{goal: minimize, tolerance: 0.005, gate: true, ceiling: 0.2}}
    coverage: {{goal: maximize}}
rules:
  metric-regression: error
  missing-metric: error
  incomparable-run: error
  metric-below-floor: error
  unreproducible-run: off
  environment-drift: off
"""


def policy(baseline: str = "target", more: str = "when_missing: warning") -> Policy:
    return worlds.policy(POLICY.format(baseline=baseline, more=more).encode())


def settings(held: Policy) -> Model:
    section = held.config.mlflow
    assert section is not None
    return next(iter(section.each().values()))


def model(**changes: Any) -> world.LoggedModel:
    """Return a model as it was logged."""
    fields = ("store", "string"), ("week", "long"), ("price", "double")
    signature = world.Signature(tuple(world.Column(*each) for each in fields), (world.Column(None, "double"),))
    lines = ("prophet==1.1.7", "pandas==2.3.3", "scikit-learn==1.7.2")
    return world.LoggedModel(**{"id": "m-1", "signature": signature, "requirements": lines, **changes})


def run(place: int, metrics: Mapping[str, float], sha: Sha = HEAD, **given: Any) -> world.Run:
    """Return a finished run of a seed, with everything that can be compared."""
    number = f"{place:02x}{sha[:30]}"
    begun = MORNING + timedelta(minutes=place)
    known: dict[str, Any] = {
        "id": number,
        "experiment": "sales",
        "url": f"{SERVER}/#/experiments/1/runs/{number}",
        "name": f"{NAMES[place % len(NAMES)]}-{int(sha[:3], 16)}",
        "commits": frozenset({sha}),
        "started": begun,
        "ended": begun + timedelta(seconds=70 + 9 * place),
        "params": {"seasonality": "weekly", "changepoints": "25"},
        "tags": {"seed": str(place)},
        "datasets": (world.Dataset("stores", "1a2b3c4d", "eval"),),
        "model": model(),
    }
    return world.Run(metrics=metrics, **(known | given))


def group(metrics: Sequence[Mapping[str, float]], sha: Sha = HEAD, **given: Any) -> world.Group:
    behind, committed = given.pop("behind", None), given.pop("committed", None)
    runs = tuple(run(place, each, sha, **given) for place, each in enumerate(metrics))
    return world.Group(sha, runs, behind, committed)


def seeds(rmse: float, mape: float = 0.112, *, noise: float = 1.0, turn: int = 0) -> list[dict[str, float]]:
    """Return the metrics of five seeds; ``turn`` deals out the noise in another order."""
    return [
        {
            "rmse": rmse + noise * each,
            "mape": mape + noise * other / 60,
            "coverage": 0.93 + noise * other / 30,
            "mae": rmse * 0.7 + noise * each,
            "epochs": 40.0,
        }
        for each, other in zip(SEEDS[turn:] + SEEDS[:turn], SEEDS[turn + 1 :] + SEEDS[: turn + 1], strict=True)
    ]


def dev(metrics: Sequence[Mapping[str, float]], **given: Any) -> world.BaselineRuns:
    """Return runs of the base branch."""
    committed = datetime(2026, 11, 20, 16, tzinfo=UTC)
    runs = group(metrics, BASE, behind=2, committed=committed, **given)
    return world.BaselineRuns(world.BaselineKind.TARGET, "dev", runs)


def recent(values: Sequence[float] = (13.4, 13.1, 13.2, 12.9, 12.75, 12.8, 12.41)) -> tuple[world.Group, ...]:
    """Return the last commits of the base branch."""
    shas = [Sha(f"{0xA1B2C3D0 + 0x1357 * place:08x}" * 5) for place in range(len(values) - 1)]
    return tuple(group([{"rmse": value}], sha) for sha, value in zip([*shas, BASE], values, strict=True))


def history(end: float, steps: int = 40) -> dict[str, tuple[world.Point, ...]]:
    """Return a loss that falls."""
    return {
        "rmse": tuple(
            world.Point(step * 10, end + 9 * math.exp(-step / 6) + math.sin(step) / 8) for step in range(steps)
        )
    }


def found(candidate: Any, baseline: world.BaselineRuns, held: Policy, **given: Any) -> world.ModelRuns:
    known: dict[str, Any] = {"recent": recent(), "url": f"{SERVER}/#/experiments/1"}
    return world.ModelRuns("sales", settings(held), candidate, baseline, **(known | given))


def judged(*models: world.ModelRuns, held: Policy, **more: Any) -> Judged:
    """Judge a pull request with these runs; ``more`` are other facts."""
    return worlds.judged(worlds.pull_request("feature/weekly"), held, metrics=models, **more)


def improved() -> Judged:
    """Better with five seeds, and with another parameter."""
    held = policy()
    tuned = {"seasonality": "monthly", "changepoints": "25", "holidays": "DE"}
    ours = group(seeds(12.11, 0.109, turn=2), history=history(12.11), params=tuned)
    return judged(found(ours, dev(seeds(12.41), history=history(12.4, 32)), held), held=held)


def worse() -> Judged:
    """Worse beyond the tolerance, and with a signature that callers cannot use any more."""
    held = policy()
    columns = (world.Column("store", "long"), world.Column("week", "long"))
    ours = group(
        seeds(13.02, 0.118, turn=1),
        history=history(13.0),
        params={"seasonality": "none", "changepoints": "25"},
        model=model(signature=world.Signature(columns, (world.Column(None, "double"),))),
    )
    return judged(found(ours, dev(seeds(12.41), history=history(12.4)), held), held=held)


def noisy() -> Judged:
    """Five seeds on each side do not tell."""
    held = policy()
    ours = group(seeds(12.60, noise=6.0, turn=2))
    ours = replace(ours, runs=tuple(replace(each, tags={"seed": str(10 + n)}) for n, each in enumerate(ours.runs)))
    return judged(found(ours, dev(seeds(12.41, noise=5.0)), held), held=held)


def single() -> Judged:
    """One run on each side."""
    held = policy()
    return judged(found(group(seeds(12.44)[:1]), dev(seeds(12.41)[:1]), held), held=held)


def first() -> Judged:
    """The base branch was never trained."""
    held = policy()
    absent = Absent(say("no run was logged for a commit of {base} up to where this branch left it", base="dev"))
    held_against = world.BaselineRuns(world.BaselineKind.TARGET, "dev", absent)
    return judged(found(group(seeds(12.41)[:3]), held_against, held, recent=()), held=held)


def other_data() -> Judged:
    """Measured on another data set, and a metric that is no number."""
    held = policy()
    data = (world.Dataset("stores", "ffff0000", "eval"),)
    ours = group([{**each, "mape": math.nan} for each in seeds(11.0, turn=1)], datasets=data)
    return judged(found(ours, dev(seeds(12.41)), held), held=held)


def two_baselines() -> Judged:
    """As good as the base branch, but slowly worse than the last release."""
    held = policy(more="also: release")
    release = world.BaselineRuns(world.BaselineKind.RELEASE, "v1.2.0", group(seeds(11.9), Sha("d" * 40)))
    return judged(found(group(seeds(12.43, turn=3)), dev(seeds(12.41)), held, also=release), held=held)


SEVERAL = """\
preset: gitflow
mlflow:
  server: main
  experiment: sales
  training: ["train/**"]
  metrics:
    rmse: {goal: minimize, tolerance: 2%, gate: true}
  models: {north: {}, south: {}, west: {}, east: {}}
rules:
  metric-regression: error
  unreproducible-run: off
"""


def several() -> Judged:
    """One model better, one worse, one without a run, and one that nobody could see."""
    held = worlds.policy(SEVERAL.encode())
    section = held.config.mlflow
    assert section is not None
    sides: Mapping[str, Any] = {
        "north": group(seeds(12.1, turn=1)),
        "south": group(seeds(13.1, turn=2)),
        "west": Absent(say("no run names this commit")),
        "east": Unavailable(say("The tracking server {server} did not answer within {n} seconds.", server="main", n=9)),
    }
    models = tuple(
        world.ModelRuns(name, section.each()[name], _of(name, side), _of_baseline(name)) for name, side in sides.items()
    )
    return judged(*models, held=held)


def _of(name: str, side: Any) -> Any:
    if not isinstance(side, world.Group):
        return side
    tags = [{**each.tags, "headgate.model": name} for each in side.runs]
    return replace(side, runs=tuple(replace(each, tags=tag) for each, tag in zip(side.runs, tags, strict=True)))


def _of_baseline(name: str) -> world.BaselineRuns:
    held = dev(seeds(12.41))
    return replace(held, group=_of(name, held.group))


HOSTILE = "</details><script>alert(1)</script> | `@everyone` [x](javascript:alert(1)) #1 ```mermaid \u202e" + "x" * 200


def hostile() -> Judged:
    """Names and values that a stranger picked."""
    held = policy()
    gated = Metric(goal="minimize", tolerance=build.gate().tolerance, gate=True)
    entry = settings(held).model_copy(update={"metrics": {HOSTILE: gated, 'a"b`c%%{init}': gated}})
    values = {HOSTILE: 1e-9, 'a"b`c%%{init}': 3e17, "<img src=x>": 1.0, "| |": math.inf}
    given: dict[str, Any] = {
        "name": HOSTILE,
        "url": "javascript:alert(1)",
        "params": {HOSTILE: HOSTILE, "\x1b[31m": "\n\n# heading"},
        "datasets": (world.Dataset(HOSTILE, "`|"),),
    }
    ours = group([{name: value * 1.001 for name, value in values.items()}], **given)
    theirs = group([values], BASE, **{**given, "params": {}})
    past = tuple(replace(theirs, commit=Sha(digit * 40)) for digit in "123")
    against = world.BaselineRuns(world.BaselineKind.TARGET, "dev", theirs)
    return judged(world.ModelRuns(HOSTILE, entry, ours, against, recent=past, url="https://x.example/)|<b>"), held=held)


def evaluated() -> Judged:
    """An evaluation of single examples, by an older commit after which nothing changed that training depends on."""
    held = policy(more='training: ["train/**"]')

    def scored(right: Sequence[float], scorer: str) -> world.Evaluation:
        scores = {f"question {place}": score for place, score in enumerate(right, 1)}
        return world.Evaluation("sha256:1", {scorer: scores, "length": dict.fromkeys(scores, 120.0)})

    quality = {"rmse": 12.4, "mape": 0.11}
    ours = group([quality], OLDER, behind=2, evaluation=scored((1, 0, 1, 1, 0, 1, math.nan), "is_correct"))
    ours = replace(ours, changed_since=frozenset({"README.md"}))
    unfinished = Absent(say("no run names this commit"))
    theirs = dev([quality], evaluation=scored((0, 1, 1, 1, 1, 1, 1, 0), "is_correct"))
    return judged(found(unfinished, theirs, held, older=(ours,)), held=held)
