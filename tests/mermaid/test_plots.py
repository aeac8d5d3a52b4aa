"""What we write for Mermaid is what the real one reads, whatever a metric is called and whatever its values are."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.report import render
from bot.report.comment import comment
from bot.report.metrics.section import sections
from policies.facts import Sha
from policies.mermaid import COLOURS, LARGEST_STEP, Plot, mermaid
from policies.metrics import runs as world
from policies.metrics.compare import comparisons
from tests.bot.report import models
from tests.mermaid.node import understood
from tests.policies.metrics.strategies import METRICS, VALUE, repetitions
from tests.policies.strategies import NASTY

FENCED = re.compile(r"^```mermaid\n(.*?)\n```$", re.MULTILINE | re.DOTALL)

TEXT = st.sampled_from((*NASTY, 'a"b', "%%{init: {}}%%", "]", "title", "1e5", "---", "x-axis", "-->")) | st.text(
    st.characters(exclude_categories=()), max_size=12
)
VALUES = (
    st.floats() | VALUE | st.floats(0.99, 1.01) | st.sampled_from((1e-320, 1e-9, 123456.789, 1e20, 1.7e308, -1.7e308))
)
STEPS = st.integers(-(10**10), 10**10) | st.integers(0, 100)


@st.composite
def plots(draw: st.DrawFn) -> Plot:
    places = draw(st.integers(0, 8))
    lines = draw(st.lists(st.lists(VALUES, min_size=places, max_size=places).map(tuple), max_size=2)).copy()
    labels = tuple(draw(st.lists(TEXT, min_size=places, max_size=places)))
    steps = (draw(STEPS), draw(STEPS)) if draw(st.booleans()) else None
    return Plot(draw(TEXT), tuple(lines), () if steps else labels, steps)


ANYTHING = settings(
    max_examples=400, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
)
"""Nothing is judged while examples are made: Node reads them all at once."""


def test_any_plot_is_read_as_it_is_meant() -> None:
    drawn: list[tuple[Plot, str]] = []

    @ANYTHING
    @given(plots())
    def collect(plot: Plot) -> None:
        source = mermaid(plot)
        if source is not None:
            drawn.append((plot, source))

    collect()
    assert len(drawn) > 40
    for (plot, source), chart in zip(drawn, understood([source for _, source in drawn]), strict=True):
        assert_drawn(plot, source, chart)


def assert_drawn(plot: Plot, source: str, chart: dict[str, Any]) -> None:
    assert "error" not in chart, (source, chart["error"])
    kept = [values for values in zip(*plot.lines, strict=True) if all(map(math.isfinite, values))]
    assert [len(line) for line in chart["lines"]] == [len(kept)] * len(plot.lines)
    assert all(chart["y"]["min"] < value < chart["y"]["max"] for line in chart["lines"] for value in line), source
    for line, values in zip(chart["lines"], zip(*kept, strict=True), strict=True):
        order = [one <= other for one, other in pairwise(values)]
        assert [one <= other for one, other in pairwise(line) if one != other] == [
            kept for kept, (one, other) in zip(order, pairwise(line), strict=True) if one != other
        ], "no point is on the wrong side of its neighbour"
    if plot.steps is None:
        assert len(set(chart["x"]["categories"])) == len(kept), "no two points on one place"
    else:
        assert (chart["x"]["min"], chart["x"]["max"]) == plot.steps
    assert chart["config"]["themeVariables"]["xyChart"]["plotColorPalette"] == ", ".join(COLOURS)


def test_numbers_arrive_as_they_were_measured() -> None:
    plot = Plot("rmse", ((13.4, 12.9, math.nan, 12.41), (12.66,) * 4), ("a1b2c3d", "1e5", "x", "this"))
    small = Plot("loss", ((3e-7, 1.5e-7),), steps=(0, 400))
    first, second = understood([str(mermaid(plot)), str(mermaid(small))])
    assert first["lines"] == [[13.4, 12.9, 12.41], [12.66] * 3]
    assert first["x"]["categories"] == ["a1b2c3d", "1e5", "this"]
    assert first["y"] == {"type": "linear", "title": "rmse", "min": 12.311, "max": 13.499}
    assert second["lines"] == [[300, 150]]
    assert (second["x"], second["y"]["title"]) == (
        {"type": "linear", "title": "step", "min": 0, "max": 400},
        "loss, times 10^-9",
    )


@pytest.mark.parametrize(
    "plot",
    [
        Plot("x", ()),
        Plot("x", ((1.0,),), ("a",)),
        Plot("x", ((1.0, math.nan), (1.0, 2.0)), ("a", "b")),
        Plot("x", ((1.0, math.inf),), steps=(0, 1)),
        Plot("x", ((1.0, 2.0),), steps=(5, 5)),
        Plot("x", ((1.0, 2.0),), steps=(0, LARGEST_STEP + 1)),
        Plot("x", ((1.0, 2.0),)),
    ],
)
def test_what_cannot_be_drawn_is_left_out(plot: Plot) -> None:
    assert mermaid(plot) is None


def test_the_parser_refuses_what_we_must_not_write() -> None:
    """The tests above would notice."""
    wrong = ("line [NaN]", "line [1e5]", "line []", 'y-axis "a"b" 1 --> 2\n  line [1]', "x-axis [a-b/c]\n  line [1]")
    answers = understood([f"xychart-beta\n  {each}" for each in wrong])
    assert [("error" in answer) for answer in answers] == [True, True, True, True, True]


@st.composite
def drawn_models(draw: st.DrawFn) -> tuple[world.ModelRuns, ...]:
    """Return models with the past of a branch, and with metrics by step."""
    past = draw(st.lists(repetitions(VALUES), min_size=1, max_size=4))
    recent = tuple(replace(group, commit=Sha(f"{n}" * 40)) for n, group in enumerate(past))
    points = st.lists(st.builds(world.Point, STEPS, VALUES), max_size=6).map(tuple)

    def stepped(group: Any) -> Any:
        if not isinstance(group, world.Group):
            return group
        return replace(group, runs=tuple(replace(run, history={"rmse": draw(points)}) for run in group.runs))

    return tuple(
        replace(
            each,
            recent=recent,
            candidate=stepped(each.candidate),
            baseline=replace(each.baseline, group=stepped(each.baseline.group)),
        )
        for each in draw(METRICS)
    )


def test_every_plot_of_a_comment_is_read() -> None:
    sources: set[str] = set()

    @settings(ANYTHING, max_examples=100)
    @given(drawn_models())
    def collect(found: tuple[world.ModelRuns, ...]) -> None:
        for section in sections(comparisons(found), frozenset(), below=False):
            sources.update(FENCED.findall(section.body))

    collect()
    for judged in (models.improved(), models.worse(), models.noisy(), models.two_baselines(), models.hostile()):
        said = comment(render.opinion(judged), previous_comment_exists=False)
        assert said is not None
        assert FENCED.search(said)
        sources.update(FENCED.findall(said))
    assert len(sources) > 10
    listed = sorted(sources)
    wrong = [(source, answer) for source, answer in zip(listed, understood(listed), strict=True) if "error" in answer]
    assert wrong == []
