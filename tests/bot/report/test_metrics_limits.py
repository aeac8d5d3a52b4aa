"""However many metrics, parameters and models there are, GitHub takes the comment, and what matters most is there."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.report import render
from bot.report.check import check_run
from bot.report.comment import MARKER
from bot.report.fit import LONGEST_COMMENT, size
from bot.report.metrics.section import MOST_MODELS
from bot.report.opinion import Opinion
from policies.metrics import runs as world
from tests.bot.report import models, worlds
from tests.bot.report.models import BASE, found, group, judged, policy, seeds
from tests.bot.report.test_metrics import row, said_of, told
from tests.bot.report.worlds import HEAD
from tests.policies.metrics.build import gate


@functools.cache
def huge() -> Opinion:
    """Thousands of metrics and parameters with long names, all of them different."""
    held = policy()
    many = {f"group/{n:05d}/{'x' * 200}": float(n + 1) for n in range(5_000)}
    params = {f"param-{n:05d}-{'y' * 400}": "z" * 500 for n in range(2_000)}
    ours = group([{**each, **{name: value * 1.01 for name, value in many.items()}} for each in seeds(12.3)[:1]])
    ours = replace(ours, runs=tuple(replace(run, params=params) for run in ours.runs))
    theirs = models.dev([{**each, **many} for each in seeds(12.4)[:1]])
    return render.opinion(judged(found(ours, theirs, held), held=held))


@functools.cache
def many_models() -> Opinion:
    """Hundreds of models, most of them worse."""
    entries: dict[str, Any] = {f"m{n:03d}": {} for n in range(300)}
    text = {"server": "main", "metrics": {"rmse": {"goal": "minimize", "tolerance": "2%", "gate": True}}}
    rules = {"unreproducible-run": "off", "metric-regression": "error"}
    held = worlds.policy(json.dumps({"mlflow": {**text, "models": entries}, "rules": rules}).encode())
    assert held.config.mlflow is not None
    entries_found = (
        world.ModelRuns(
            name,
            settings,
            group(seeds(12.4 + n / 100, turn=1), experiment=name),
            models.dev(seeds(12.4), experiment=name),
            recent=tuple(
                replace(each, runs=tuple(replace(run, experiment=name) for run in each.runs))
                for each in models.recent()
            ),
        )
        for n, (name, settings) in enumerate(held.config.mlflow.each().items())
    )
    return render.opinion(judged(*entries_found, held=held))


@functools.cache
def gated_by_hundreds() -> Opinion:
    """One model with a thousand metrics that gate, the last of which is the worst."""
    held = policy()
    names = [f"metric-{n:04d}" for n in range(1_000)]
    settings = models.settings(held).model_copy(update={"metrics": dict.fromkeys(names, gate())})
    ours, theirs = (group([dict.fromkeys(names, value)], sha) for value, sha in ((1.0, HEAD), (0.9, BASE)))
    ours = group([{**ours.runs[0].metrics, names[-1]: 5.0}])
    base = world.BaselineRuns(world.BaselineKind.TARGET, "dev", theirs)
    return render.opinion(judged(world.ModelRuns("sales", settings, ours, base, url=models.SERVER), held=held))


def unfolded(text: str) -> str:
    return re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("world", [huge, many_models, gated_by_hundreds])
def test_the_largest_fits_and_ends_where_it_should(world: Any) -> None:
    opinion = world()
    said = said_of(opinion)
    assert size(said) <= LONGEST_COMMENT
    assert said.endswith(MARKER)
    assert "<details" not in unfolded(said), "whatever is left out, every fold is closed"
    assert "</details>" not in unfolded(said)
    assert size(check_run(HEAD, [opinion]).summary) <= 65_535


def test_of_very_many_models_the_worst_are_shown() -> None:
    text = said_of(many_models())
    assert "and 200 more, in MLflow" in text
    assert row(text, "m299")[-1].startswith("✗ worse")
    assert len(re.findall(r"^### `m", text, re.MULTILINE)) == MOST_MODELS


def test_of_very_many_metrics_and_parameters_there_is_the_number() -> None:
    text = said_of(huge())
    assert "4901 more, in MLflow" in text
    assert "1952 more" in text


def test_the_last_is_left_out_first_and_that_is_said() -> None:
    opinion = replace(render.opinion(models.worse()), summary="x" * 63_000)
    text = said_of(opinion)
    assert size(text) <= LONGEST_COMMENT
    shown = [section.body in text for section in opinion.sections if section.commented]
    assert shown == sorted(shown, reverse=True)
    assert (shown[0], shown[-1]) == (True, False)
    assert "Shortened: GitHub takes no more than this. The check `headgate` and MLflow have all of it." in text
    assert "<details" not in unfolded(text)


def test_of_very_many_gated_metrics_the_worst_are_shown() -> None:
    text = said_of(gated_by_hundreds())
    assert row(text, "metric-0999")[-1] == "✗ worse"
    assert "and 970 more, in MLflow" in text


def test_what_has_changed_most_stands_in_the_table_of_the_others() -> None:
    held = policy()
    many = {f"other-{n:03d}": 1.0 for n in range(150)}
    ours = group([{**seeds(12.3)[0], **{name: 1.0 + n / 1_000 for n, name in enumerate(many)}}])
    theirs = models.dev([{**seeds(12.4)[0], **many}])
    text = told(judged(found(ours, theirs, held), held=held))
    shown = re.findall(r"^\| `(other-\d+)` \|", text, re.MULTILINE)
    assert shown[-1] == "other-149"
    assert "other-010" not in shown
    assert len(shown) in (98, 99, 100)
