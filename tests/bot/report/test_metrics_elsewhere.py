"""The same comparison for somebody at a terminal, and for programs."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable

import pytest
from rich.console import Console

from bot.judged import Judged
from bot.report import markdown
from bot.report.metrics.machine import as_json
from bot.report.metrics.terminal import show
from policies.metrics.compare import comparisons
from policies.metrics.comparison import ModelComparison
from tests.bot.report import models


def compared(found: Judged) -> tuple[ModelComparison, ...]:
    assert isinstance(found.facts.metrics, tuple)
    return comparisons(found.facts.metrics)


def printed(found: Judged, *, colour: bool = False) -> str:
    out = io.StringIO()
    blocking = frozenset(verdict.rule for verdict in found.report.blocking)
    show(compared(found), blocking, Console(file=out, width=200, force_terminal=colour))
    return out.getvalue().replace("\N{NO-BREAK SPACE}", " ")


def test_a_terminal_shows_the_table_and_what_else_has_changed() -> None:
    text = printed(models.worse())
    first, header, rmse, *_ = text.splitlines()
    assert first == "`sales`: 5 runs against `dev` at `9f8e7d6c5b` of 2026-11-20, 2 commits before this branch left it"
    assert header.split() == ["Metric", "Baseline", "Candidate", "Difference", "Verdict", "How", "By", "step"]
    assert "12.409 ± 0.041 (n = 5)" in rmse
    assert "✗ worse" in rmse
    assert "paired t-test, p < 0.001 after Holm" in rmse
    assert rmse.rstrip().endswith("▁")
    assert "1 parameter changed: `seasonality`\n  · `seasonality`: `weekly` → `none`\n" in text
    assert "  · input `store`: `string` → `long` (breaks callers)\n" in text


def test_a_terminal_shows_the_worst_model_first_and_why_one_has_no_numbers() -> None:
    lines = printed(models.several()).splitlines()
    titles = [line.partition(": ")[0] for line in lines if line.startswith("`") and ": " in line]
    assert titles == ["`south`", "`east`", "`north`", "`west`"]
    assert "`west`: no run names this commit" in lines


@pytest.mark.parametrize("world", [models.hostile, models.evaluated, models.first])
def test_nothing_foreign_acts_on_a_terminal(world: Callable[[], Judged]) -> None:
    text = printed(world())
    assert {unicodedata.category(character) for character in text.replace("\n", "")} & {"Cc", "Cf", "Cs"} == set()
    assert "[/" not in printed(world(), colour=True)


def test_a_program_gets_what_people_see() -> None:
    (said,) = json.loads(json.dumps(as_json(compared(models.worse())), allow_nan=False))
    (against,) = said["against"]
    assert against["changed"]["parameters"] == [{"name": "seasonality", "before": ["weekly"], "after": ["none"]}]
    assert [(each["name"], each["breaks"]) for each in against["changed"]["signature"]] == [
        ("store", "retyped"),
        ("price", "removed"),
    ]
    rmse = against["metrics"][0]
    assert (rmse["name"], rmse["judgement"], round(rmse["relative"], 3)) == ("rmse", "fail", 0.049)


def test_a_program_gets_single_examples_and_what_is_no_number() -> None:
    (said,) = json.loads(json.dumps(as_json(compared(models.evaluated())), allow_nan=False))
    correct, length = said["against"][0]["examples"]
    assert (correct["scorer"], correct["better"], correct["worse"]) == ("is_correct", 1, ["question 2", "question 5"])
    assert (length["same"], length["p"]) == (7, 1.0)
    (other,) = json.loads(json.dumps(as_json(compared(models.other_data())), allow_nan=False))
    values = {row["name"]: row["candidate"] for row in other["against"][0]["metrics"]}
    assert values["mape"] == ["nan"] * 5


def test_the_summary_of_a_workflow_has_the_metrics_of_the_check() -> None:
    page = markdown.page((models.improved(),))
    assert "**`feature/weekly` may be merged into `dev`. `rmse` is 2.4 % better than on `dev`.**" in page
    assert "```mermaid" in page
