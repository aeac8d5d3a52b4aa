"""What the comment says of metrics, and when; how it looks stands in the approved pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.judged import Judged
from bot.report import render
from bot.report.check import check_run
from bot.report.comment import MARKER, comment
from bot.report.metrics.links import link
from bot.report.opinion import Opinion, from_json
from policies.facts import Absent, Merge, Mergeability, Unavailable
from policies.metrics import runs as world
from policies.phrase import say
from policies.verdict import Outcome
from tests.bot.report import models, worlds
from tests.bot.report.models import BASE, found, group, judged, policy, seeds
from tests.bot.report.worlds import HEAD, NOON


def told(found: Judged) -> str:
    return said_of(render.opinion(found))


def said_of(opinion: Opinion) -> str:
    said = comment(opinion, previous_comment_exists=False)
    assert said is not None
    return said


def first_line(found: Judged) -> str:
    return told(found).split("\n")[0]


def row(text: str, name: str) -> list[str]:
    """Return the cells of a metric's line in the first table that has it."""
    line = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
    return line.replace("\N{NO-BREAK SPACE}", " ").strip("| ").split(" | ")


# When there is a comment


def test_a_comment_shows_the_metrics_as_soon_as_there_are_runs() -> None:
    opinion = render.opinion(models.improved())
    assert opinion.outcome is Outcome.PASS
    new, edited = (comment(opinion, previous_comment_exists=before) for before in (False, True))
    assert new == edited
    assert new is not None
    assert new.startswith("**`feature/weekly` may be merged into `dev`. `rmse` is 2.4 % better than on `dev`.**\n")
    assert new.endswith(MARKER)


def test_there_is_none_for_metrics_without_a_run() -> None:
    held = policy()
    for nothing in (Absent(say("no run names this commit")), Unavailable(say("The server did not answer."))):
        opinion = replace(
            render.opinion(judged(found(nothing, models.dev(seeds(12.4)), held), held=held)), outcome=Outcome.PASS
        )
        assert comment(opinion, previous_comment_exists=False) is None
        assert [section.title for section in opinion.sections if section.commented] == []


@pytest.mark.parametrize("outcome", [None, Outcome.ERROR])
def test_there_is_none_while_nothing_is_decided(outcome: Outcome | None) -> None:
    opinion = replace(render.opinion(models.improved()), outcome=outcome)
    assert comment(opinion, previous_comment_exists=False) is None


@pytest.mark.parametrize("world", [models.improved, models.worse, models.evaluated])
def test_nothing_in_it_changes_by_the_clock_alone(world: Any) -> None:
    later = worlds.at(NOON + timedelta(days=40), world())
    assert told(world()) == told(later)


def test_it_survives_being_stored() -> None:
    opinion = render.opinion(models.worse())
    stored = json.loads(json.dumps(opinion.to_json()))
    assert from_json(stored) == opinion
    for section in stored["sections"]:
        del section["commented"]  # as an older version has stored it
    assert from_json(stored).summary == opinion.summary
    assert not any(section.commented for section in from_json(stored).sections)


def test_the_check_has_all_that_the_comment_has() -> None:
    opinion = render.opinion(models.improved())
    check = check_run(HEAD, [opinion])
    assert check.title == "May be merged: rmse is 2.4 % better than on dev"
    for section in opinion.sections:
        assert section.body in check.summary
    body = told(models.improved())
    assert [section.body in body for section in opinion.sections if section.commented] == [True] * 5
    assert "### Every rule" not in body


# The first line


@pytest.mark.parametrize(
    ("world", "line"),
    [
        (models.worse, "`rmse` is 4.9 % worse than on `dev`; a loss of 2 % is accepted."),
        (models.noisy, "Whether `rmse` is worse than on `dev` is too noisy to tell: +1.5 %."),
        (models.single, "`rmse` is 0.24 % worse than on `dev`, within the 2 % that are accepted."),
        (models.first, "`rmse` is 12.405 ± 0.053, a first measurement."),
        (models.other_data, "`mape` is NaN in 5 of 5 runs."),
        (models.two_baselines, "`rmse` is 4.5 % worse than on `v1.2.0`; a loss of 2 % is accepted."),
        (models.several, "`south`: `rmse` is 5.6 % worse than on `dev`; a loss of 2 % is accepted."),
        (models.evaluated, "`rmse` is the same as on `dev`."),
    ],
)
def test_the_first_line_has_the_number_that_matters(world: Any, line: str) -> None:
    assert first_line(world()).endswith(f" {line}**")


def test_a_limit_that_is_broken_matters_most() -> None:
    held = policy()
    beyond = judged(found(group(seeds(12.4, 0.21)), models.dev(seeds(12.41, 0.209)), held), held=held)
    assert first_line(beyond).endswith("blocked by `metric-below-floor`. `mape` is 0.2100, above its ceiling of 0.2.**")
    assert row(told(beyond), "mape")[-1] == "✗ above its ceiling, 0.2"


def test_a_headline_names_the_number_only_beside_its_own_rule() -> None:
    assert render.opinion(models.worse()).headline == (
        "rmse is 4.9 % worse than on dev; a loss of 2 % is accepted (metric-regression) and 1 more"
    )
    held = policy()
    untitled = judged(
        found(group(seeds(12.1, turn=1)), models.dev(seeds(12.4)), held), held=held, merge=Merge(Mergeability.DIRTY)
    )
    assert "rmse" not in render.opinion(untitled).headline
    assert "2.4 % better" in render.opinion(untitled).summary


def test_what_nobody_has_a_goal_for_is_no_matter() -> None:
    held = worlds.policy(b"mlflow: {server: main, experiment: sales}\nrules: {unreproducible-run: off}\n")
    shown = judged(found(group(seeds(12.1)), models.dev(seeds(12.4)), held), held=held)
    assert first_line(shown) == "**`feature/weekly` may be merged into `dev`. Every rule that applies is kept.**"
    assert row(told(shown), "rmse")[-1] == "shown"


# The table


def test_a_warning_is_no_cross() -> None:
    held = policy(more="single_run: warning")
    forgiven = judged(found(group(seeds(13.4)[:1]), models.dev(seeds(12.4)[:1]), held), held=held)
    assert render.opinion(forgiven).outcome is Outcome.PASS
    assert row(told(forgiven), "rmse")[-1] == "! worse"
    assert row(told(models.worse()), "rmse")[-1] == "✗ worse"


def test_a_loss_that_is_forgiven_is_no_cross_beside_one_that_is_not() -> None:
    held = policy(more="single_run: warning")
    ours, theirs = ([{"rmse": each["rmse"]} for each in seeds(value)] for value in (13.4, 12.4))
    ours[0]["mape"], theirs[0]["mape"] = 0.19, 0.1
    found_worse = judged(found(group(ours[::-1]), models.dev(theirs), held), held=held)
    text = told(found_worse)
    assert [row(text, name)[-1] for name in ("rmse", "mape")] == ["✗ worse", "! worse"]


def test_runs_are_counted_in_the_head_or_in_each_line() -> None:
    assert "| Metric | Baseline (n = 5) | Candidate (n = 5) | Difference | Verdict |" in told(models.worse()).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    held = policy()
    mixed = [{"rmse": 12.3, "mape": 0.11}, {"rmse": 12.35}, {"rmse": 12.31}]
    text = told(judged(found(group(mixed), models.dev(seeds(12.4)), held), held=held))
    assert "| Metric | Baseline | Candidate | Difference | Verdict |" in text
    assert row(text, "rmse")[2].endswith("(n = 3)")
    assert row(text, "mape")[2] == "0.11000"


def test_what_is_no_number_is_written() -> None:
    assert row(told(models.other_data()), "mape")[1:] == ["0.11199 ± 0.00069", "NaN", "–", "✗ no number"]


def test_models_stand_the_worst_first_and_good_ones_are_folded() -> None:
    text = told(models.several())
    names = re.findall(r"^\| `(north|south|east|west)` \|", text, re.MULTILINE)
    assert names == ["south", "east", "north", "west"]
    assert "### `south`: `rmse` ✗" in text
    assert "<details><summary><code>north</code>: <code>rmse</code> ✓" in text


def test_what_is_bad_against_a_second_baseline_stands_in_the_first_table() -> None:
    text = told(models.two_baselines())
    table = text[: text.index("####")].replace("\N{NO-BREAK SPACE}", " ")
    assert row(table, "rmse")[-1] == "✓ within 2 %"
    assert "| `rmse` against `v1.2.0` | 11.899 ± 0.041 | 12.429 ± 0.041 | +0.530 (+4.5 %) | ✗ worse |" in table
    assert "<details open><summary>Against <code>v1.2.0</code> at <code>dddddddddd</code>: <code>rmse</code> ✗" in text
    assert "The worst that is accepted, 12.137: orange." in text
    assert text.count("The worst that is accepted") == 1


# The runs


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://mlflow.example.com/#/experiments/1", "[`x`](https://mlflow.example.com/#/experiments/1)"),
        ("http://[::1]:5000/a b)|<c>\n", "[`x`](http://[::1]:5000/a%20b%29%7C%3Cc%3E%0A)"),
        ("javascript:alert(1)", "`x`"),
        ("https://user:password@example.com/", "`x`"),
        ("https:///x", "`x`"),
        ("http://[", "`x`"),
        ("//example.com", "`x`"),
        ("", "`x`"),
    ],
)
def test_only_pages_of_a_server_become_links(url: str, shown: str) -> None:
    assert link(say("{x}", x="x"), url) == shown


def test_runs_that_do_not_count_are_named() -> None:
    held = policy()
    ours = group(seeds(12.3))
    ours = replace(ours, runs=(*ours.runs[:3], *(replace(each, status="FAILED") for each in ours.runs[3:])))
    text = told(judged(found(ours, models.dev(seeds(12.4)), held), held=held))
    assert "not counted: 2 that did not finish (`FAILED`)" in text


# What else there is to see


def test_a_commit_that_was_measured_on_other_data_is_not_drawn() -> None:
    held = policy()
    past = list(models.recent())
    other = (world.Dataset("stores", "0000", "eval"),)
    past[0] = replace(past[0], runs=tuple(replace(run, datasets=other) for run in past[0].runs))
    past[1] = replace(past[1], runs=tuple(replace(run, metrics={"rmse": float("nan")}) for run in past[1].runs))
    text = told(judged(found(group(seeds(12.1)), models.dev(seeds(12.4)), held, recent=tuple(past)), held=held))
    labels = re.search(r"x-axis \[(.*)\]", text)
    assert labels is not None
    assert len(labels[1].split(",")) == len(past) - 2 + 1
    assert "of the last 5 commits of `dev`" in text
    assert "Not drawn, because there is no finite number: 1 point." in text


def test_each_data_set_is_drawn_for_itself() -> None:
    held = policy()
    hard = (world.Dataset("stores", "0000", "eval"),)
    ours, theirs = (group([{"rmse": easy}, {"rmse": 99.0}], sha) for easy, sha in ((12.1, HEAD), (12.4, BASE)))
    both = [replace(each, runs=(each.runs[0], replace(each.runs[1], datasets=hard))) for each in (ours, theirs)]
    against = world.BaselineRuns(world.BaselineKind.TARGET, "dev", both[1])
    text = told(judged(found(both[0], against, held, recent=(both[1],)), held=held))
    drawn = {float(values.split(", ")[0]) for values in re.findall(r"line \[(.*)\]", text)}
    assert drawn == {12.4, 12.648, 99.0, 100.98}
    assert "| `rmse` on `stores` `1a2b3c4d` | 12.40 | 12.10 |" in text
    assert "| `rmse` on `stores` `0000` | 99.00 | 99.00 |" in text


def test_a_metric_whose_value_is_no_number_is_not_drawn() -> None:
    held = policy()
    ours = group([{"rmse": float("inf"), "mape": 0.1}])
    assert "mermaid" not in told(judged(found(ours, models.dev(seeds(12.4)), held), held=held))


def test_a_run_that_ended_early_is_drawn_to_the_end() -> None:
    held = policy()
    ours = group(seeds(12.1)[:1], history={"rmse": tuple(world.Point(n, 9.0 - n) for n in range(5))})
    theirs = models.dev(seeds(12.4)[:1], history={"rmse": (world.Point(0, 9.0), world.Point(2, 4.0))})
    text = told(judged(found(ours, theirs, held, recent=()), held=held))
    assert 'x-axis ["0", "1", "2", "3", "4"]' in text
    assert "line [9.000, 8.000, 7.000, 6.000, 5.000]\n  line [9.000, 9.000, 4.000, 4.000, 4.000]" in text
    assert "The one that ended earlier is drawn on at its last value." in text


def test_more_steps_than_have_room_for_a_name_are_evenly_spaced() -> None:
    held = policy()
    ours = group(seeds(12.1)[:1], history={"rmse": tuple(world.Point(10 * n, 40.0 - n) for n in range(33))})
    text = told(judged(found(ours, models.dev(seeds(12.4)[:1]), held, recent=()), held=held))
    assert 'x-axis "step" 0 --> 320' in text


def test_a_hostile_model_is_inert() -> None:
    text = told(models.hostile())
    assert "<script" not in re.sub(r"`+[^`\n]*`+", "", text)
    assert "javascript:" not in re.sub(r"`+[^`\n]*`+", "", text)


def test_a_metric_of_the_experiment_has_a_goal_but_no_gate() -> None:
    held = worlds.policy(b"mlflow: {server: main, experiment: sales}\nrules: {unreproducible-run: off}\n")
    primary = world.PrimaryMetric("rmse", greater_is_better=False)
    runs = found(group(seeds(12.9)), models.dev(seeds(12.4)), held, primary=primary)
    assert first_line(judged(runs, held=held)).endswith("`rmse` is 4.0 % worse than on `dev`.**")
    assert row(told(judged(runs, held=held)), "rmse")[-1] == "worse, not judged"
