"""What people read of a training, and that nothing in it acts; the plots are drawn by the real Mermaid."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import mermaidx  # type: ignore[import-untyped] # it ships no types
import pytest

from actions.train.session import Session
from actions.train.summary import MOST_METRICS, MOST_POINTS, MOST_RUNS, Told, markdown
from actions.train.tracking import Run

HOSTILE = '"]\n```\n<script>alert(1)</script> | @everyone `x` [a](javascript:b) \u202e%% --> -0.1e5'


def training(**changes: object) -> Told:
    given = {
        "session": Session("1", "a" * 40, "b" * 40, "a" * 40, 7, "https://github.com/acme/forecast/actions/runs/1"),
        "status": "finished",
        "seconds": 75.0,
        "runs": (),
        "main": None,
        "killed": (),
        "metric": None,
        "axis": "",
        "points": (),
    }
    return Told(**(given | changes))  # type: ignore[arg-type]  # the fields of a dataclass by name


def run(name: str, metrics: Mapping[str, float] | None = None, parent: str | None = None) -> Run:
    return Run(f"id-{name}", name, "1", "FINISHED", 0, parent, metrics or {})


def nowhere(_run: Run) -> None:
    return None


def drawn(source: str | None) -> str:
    """Return the picture; Mermaid raises where it does not understand."""
    assert source is not None
    found = re.fullmatch(r"```mermaid\n([^`]*)\n```", source)
    assert found is not None, source
    return str(mermaidx.render(found[1]).svg())


def test_it_says_how_it_ended_and_what_came_of_it() -> None:
    one, two = run("one", {"rmse": 0.5, "mae": math.nan}), run("two", {"rmse": 1 / 3, "r2": -math.inf})
    told = training(runs=[one, two, run("fold", {"x": 1.0}, parent=one.id)], main=one, metric="rmse", killed=["two"])
    assert markdown(told, lambda run: f"https://mlflow.example.com/{run.id}") == (
        "## Training\n\n"
        "The training for commit `aaaaaaaaaa` of #7 finished after 1 min 15 s.\n\n"
        "| Metric | [`one`](https://mlflow.example.com/id-one) | [`two`](https://mlflow.example.com/id-two) |\n"
        "| --- | --- | --- |\n"
        "| `rmse` | 0.5 | 0.333333 |\n"
        "| `mae` | NaN | – |\n"
        "| `r2` | – | -∞ |\n"
        "| *status* | `FINISHED` | `FINISHED` |\n\n"
        "Nested runs, to be found in the report: 1.\n\n"
        "Left open, and marked as killed: `two`."
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("failed", "failed after 4.2 s"),
        ("timed-out", "was ended by its time limit after 4.2 s"),
        ("cancelled", "was cancelled after 4.2 s"),
        ("no-run", "logged no run in 4.2 s"),
    ],
)
def test_other_endings(status: str, words: str) -> None:
    assert f"`aaaaaaaaaa` of #7 {words}." in markdown(training(status=status, seconds=4.24), nowhere)


def test_hostile_names_are_inert() -> None:
    one = run(HOSTILE, {HOSTILE: 1.0})
    told = training(
        runs=[one], main=one, killed=[HOSTILE], metric=HOSTILE, axis="by step", points=[(HOSTILE, 1.0), (HOSTILE, 2.0)]
    )
    text = markdown(told, nowhere)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 4
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text.partition("```mermaid\n")[0])
    assert not re.search(r"script|everyone|javascript|\u202e", outside)
    assert text.count("```mermaid\n") == 1
    drawn(text[text.index("```mermaid") :])


def test_many_runs_and_metrics_are_cut_and_counted() -> None:
    runs = [run(f"r{n}", {f"m{m:03}": 1.0 for m in range(MOST_METRICS + 3)}) for n in range(MOST_RUNS + 2)]
    text = markdown(training(runs=runs, main=runs[0], metric="m041"), nowhere)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == MOST_METRICS + 3
    assert rows[2].startswith("| `m041` |")
    assert rows[2].count("|") == MOST_RUNS + 2
    assert "Further runs, likewise: 2." in text
    assert "Further metrics, likewise: 3." in text


def points(*values: float) -> list[tuple[str, float]]:
    return [(str(step), value) for step, value in enumerate(values)]


def test_the_metric_is_drawn_as_far_as_it_can_be() -> None:
    text = markdown(training(metric="rmse", axis="by step", points=points(3.0, math.nan, 2.0, 1.5)), nowhere)
    caption, _, plot = text.rpartition("\n\n")
    assert caption.endswith("`rmse` by step:")
    assert "rmse" in drawn(plot)
    assert '["0", "2", "3"]' in plot


@pytest.mark.parametrize("values", [(), (2.5,), (math.nan, 1.0), (math.inf, -math.inf)])
def test_what_cannot_be_drawn_is_not(values: tuple[float, ...]) -> None:
    assert "mermaid" not in markdown(training(metric="rmse", axis="by step", points=points(*values)), nowhere)


def test_long_series_keep_their_ends() -> None:
    text = markdown(training(metric="rmse", axis="by step", points=points(*map(float, range(1000)))), nowhere)
    (labels,) = re.findall(r"x-axis \[(.*)\]", text)
    assert labels.count(", ") == MOST_POINTS - 1
    assert labels.startswith('"0", ')
    assert labels.endswith(', "999"')
