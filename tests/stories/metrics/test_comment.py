"""The comment on metrics: one for each pull request, edited in place, and left alone as long as nothing is new."""

from __future__ import annotations

import re

import pytest

from sandbox.pages.markdown.references import References
from sandbox.pages.markdown.render import render
from tests.stories.gate import Gate
from tests.stories.metrics.bench import Bench, only
from tests.stories.people import verdict

pytestmark = pytest.mark.usefixtures("bench", "installed")


def comments_written(gate: Gate) -> list[str]:
    """Return how comments were written since the calls were cleared."""
    return [method for method, path in gate.writes() if "/comments" in path]


async def test_it_is_edited_in_place(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    await gate.settle()
    comment, before = only(pull), only(pull).body
    run = await bench.repo.run_workflow("train.yml", "feature/weekly")
    gate.github.calls.clear()
    bench.train(pull.head_sha, 3.2)
    await bench.repo.finish_workflow(run)
    await gate.settle()
    assert only(pull) is comment
    assert comment.body != before
    assert comments_written(gate) == ["PATCH"]


async def test_it_is_not_written_again_if_nothing_is_new(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    await gate.settle()
    gate.github.calls.clear()
    for event in ("pull_request", "push", "pull_request"):
        await gate.redeliver_last(event)
        await gate.settle()
    assert gate.writes() == []
    assert verdict(pull)[0] == "success"


async def test_it_follows_the_head(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 5.0)
    await gate.settle()
    comment = only(pull)
    assert "blocked by `metric-regression`" in comment.body
    await pull.push({"src/model.py": "rmse = 3\n"}, "feat: more")
    bench.train(pull.head_sha, 3.0)
    await gate.settle()
    assert only(pull) is comment
    assert comment.body.startswith(
        "**`feature/weekly` may be merged into `dev`. `rmse` is 25.0 % better than on `dev`.**"
    )
    assert pull.head_sha[:10] in comment.body


async def test_what_somebody_logs_is_inert(gate: Gate, bench: Bench) -> None:
    """Whoever trains names metrics as he likes, and gives parameters any value."""
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.lab.run(
        bench.experiment,
        metrics={"rmse": 3.0, "a/ _b_ www.example.com": 1.0},
        params={
            "note": "</details></code>` | @bob [x](http://example.com/x) ![x](http://example.com/y)\n# x\n<b>x</b>"
        },
        tags={"github.head_sha": pull.head_sha},
        datasets=[("sales @bob", "ab12cd34", "training")],
    )
    await gate.settle()
    shown = re.sub(r"<code>.*?</code>", "", render(only(pull).body, References()), flags=re.DOTALL)
    assert "1 parameter changed" in shown, "else there is nothing to see"
    assert [part for part in ("@bob", "example.com", "<b>", "<em>", "<h1>") if part in shown] == []
    assert shown.count("</details>") == shown.count("<details")
