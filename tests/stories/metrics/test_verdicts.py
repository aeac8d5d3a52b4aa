"""What a change does to the model decides: it is better, worse, too noisy to tell, or measured on other data."""

from __future__ import annotations

import math

import pytest

from sandbox.github.people.repo import Repo
from tests.stories.gate import Gate
from tests.stories.metrics.bench import Bench, a_minute_later, only, plain
from tests.stories.people import summary, verdict

pytestmark = pytest.mark.usefixtures("bench", "installed")


async def test_a_better_model_may_be_merged(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    run = bench.train(pull.head_sha, 3.0)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")
    body = plain(only(pull).body)
    assert body.startswith("**`feature/weekly` may be merged into `dev`. `rmse` is 25.0 % better than on `dev`.**")
    assert "| `rmse` | 4.000 | 3.000 | -1.000 (-25.0 %) | ✓ better |" in body
    assert f"/runs/{run})" in body


async def test_a_worse_model_is_blocked(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 5.0)
    await gate.settle()
    worse = "rmse is 25.0 % worse than on dev; a loss of 2 % is accepted"
    assert verdict(pull) == ("failure", f"{worse} (metric-regression)")
    assert only(pull).body.startswith(
        "**`feature/weekly` cannot be merged into `dev` yet: blocked by `metric-regression`. "
        "`rmse` is 25.0 % worse than on `dev`; a loss of 2 % is accepted.**"
    )
    assert "**How to fix it:** Find out what made `rmse` worse." in summary(pull)


async def test_a_little_worse_is_accepted(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 4.04)
    await gate.settle()
    assert verdict(pull)[0] == "success"


async def test_five_seeds_each_cannot_tell(gate: Gate, bench: Bench) -> None:
    bench.seeds("dev", 4.0, 4.4, 3.8, 4.2, 4.1)
    pull = await bench.change()
    bench.seeds(pull.head_sha, 4.3, 4.2, 4.1, 4.0, 4.2)
    await gate.settle()
    assert verdict(pull) == (
        "success",
        "May be merged, 1 warning: Whether rmse is worse than on dev is too noisy to tell: +1.5 %",
    )
    assert "(5 runs against 5, seed by seed, paired t-test, p = " in summary(pull)
    assert "| ? too noisy to tell |" in plain(only(pull).body)


async def test_five_seeds_each_can_tell(gate: Gate, bench: Bench) -> None:
    bench.seeds("dev", 4.0, 4.4, 3.8, 4.2, 4.1)
    pull = await bench.change()
    bench.seeds(pull.head_sha, 4.4, 4.9, 4.3, 4.6, 4.5)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert "5 runs against 5, seed by seed, paired t-test, p < 0.001" in summary(pull).replace(
        "p = 0.0003", "p < 0.001"
    )


async def test_nothing_to_hold_it_against(gate: Gate, bench: Bench) -> None:
    """A first measurement is a warning; on a release it blocks."""
    pull = await bench.change()
    bench.train(pull.head_sha, 4.0)
    release = await bench.change("release/1.1.0", "main")
    await bench.repo.push("release/1.1.0", release.head_sha)
    bench.train(release.head_sha, 4.0)
    await gate.settle()
    assert verdict(pull)[0] == "success"
    assert "This is a first measurement of `rmse`: `dev` has no run to hold it against." in summary(pull)
    assert verdict(release)[0] == "failure"
    assert "`metric-regression`" in summary(release)


async def test_other_data_is_never_a_pass(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 1.0, data="99aabbcc")
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].endswith("(incomparable-run)")
    assert "data set `sales`: `ab12cd34` → `99aabbcc`" in summary(pull)


async def test_a_training_that_diverged_is_never_a_pass(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, math.nan)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert "`rmse` is NaN." in summary(pull)
    assert "missing-metric" in verdict(pull)[1]


async def test_there_is_no_run(gate: Gate, bench: Bench) -> None:
    """Nobody trains by a workflow here: after a minute that is said, with the tag by which a run would be found."""
    bench.train("dev", 4.0)
    pull = await bench.change()
    await gate.settle()
    assert pull.checks()["headgate"].output.title == f"Waiting for the workflows of {pull.head_sha[:10]} to begin"
    await a_minute_later(gate)
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].endswith("(missing-run)")
    assert f"`github.head_sha={pull.head_sha}`" in summary(pull)
    assert (await gate.queue.counts())["later"] == 1, "somebody may train by hand"
    bench.train(pull.head_sha, 4.0)
    await gate.redeliver_last("pull_request")
    await gate.settle()
    assert verdict(pull)[0] == "success"


async def test_the_change_has_nothing_to_do_with_the_model(gate: Gate, bench: Bench) -> None:
    await bench.repo.create_branch("feature/readme", at="dev")
    await bench.repo.commit("feature/readme", {"README.md": "# More\n"}, "docs: more")
    pull = await bench.repo.open_pull_request("feature/readme", "dev", title="docs: more")
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")
    assert pull.comments == []


async def test_only_an_older_commit_was_trained(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    older = pull.head_sha
    run = await bench.repo.run_workflow("train.yml", "feature/weekly")
    await pull.push({"src/model.py": "rmse = 3\n"}, "feat: more")
    run = await bench.repo.run_workflow("train.yml", "feature/weekly")
    await bench.repo.finish_workflow(run)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert (
        f"The newest run is of `{older[:10]}`, 1 commit before the head; `{pull.head_sha[:10]}` has none."
        in summary(pull)
    )


async def test_an_older_run_stands_if_nothing_that_matters_has_changed(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    await pull.push({"README.md": "# More\n"}, "docs: more")
    run = await bench.repo.run_workflow("train.yml", "feature/weekly")
    await bench.repo.finish_workflow(run)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")


async def test_the_workflow_has_trained_the_trial_merge(gate: Gate, bench: Bench, repo: Repo) -> None:
    """That is what a workflow checks out by default, and what MLflow then notes."""
    bench.train("dev", 4.0)
    pull = await bench.change()
    assert pull.mergeability.mergeable
    merge = repo.sha(f"refs/pull/{pull.number}/merge")
    bench.log({"mlflow.source.git.commit": merge}, 3.0)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")
