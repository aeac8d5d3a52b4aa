"""While the model is trained the check waits, and says for which commit; the end of the workflow wakes it."""

from __future__ import annotations

import pytest

from sandbox.github.people.pull import Pull
from sandbox.github.server import Sandbox
from tests.stories.gate import Gate
from tests.stories.metrics.bench import METRICS, Bench, only, plain
from tests.stories.people import summary, verdict

pytestmark = pytest.mark.usefixtures("bench", "installed")


@pytest.fixture
def section() -> str:
    return f"training: src/**, workflow: train.yml, {METRICS}"


def waits(pull: Pull) -> str | None:
    """Return what a check that is in progress says."""
    check = pull.checks()["headgate"]
    assert (check.status, check.conclusion) == ("in_progress", None)
    return check.output.title


async def test_it_waits_as_long_as_the_workflow_runs(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    run = await bench.repo.queue_workflow("train.yml", "feature/weekly", event="pull_request")
    await gate.settle()
    waiting = f"Waiting for the training of {pull.head_sha[:10]} to end (workflow train)"
    assert waits(pull) == waiting
    assert (await gate.queue.counts())["later"] == 1, "it looks again by itself, should no webhook come"
    await bench.repo.begin_workflow(run)
    bench.train(pull.head_sha, 3.0)
    await gate.settle()
    assert waits(pull) == waiting, "there may be another seed"
    assert pull.comments == []
    await bench.repo.finish_workflow(run)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")
    assert (await gate.queue.counts())["later"] == 0


async def test_the_workflow_ends_without_a_run(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    run = await bench.repo.run_workflow("train.yml", "feature/weekly")
    await gate.settle()
    assert waits(pull)
    await bench.repo.finish_workflow(run, "failure")
    await gate.settle()
    said = f"The workflow train ended (failure) without a run of {pull.head_sha[:10]}"
    assert verdict(pull) == ("failure", f"{said} (missing-run)")
    assert f"/actions/runs/{run.id}`" in only(pull).body, "its log says why"


async def test_the_run_was_left_in_the_middle(gate: Gate, bench: Bench) -> None:
    """A runner that was shut down leaves its run RUNNING for ever."""
    bench.train("dev", 4.0)
    pull = await bench.change()
    run = await bench.repo.run_workflow("train.yml", "feature/weekly")
    left = bench.train(pull.head_sha, 3.0, status=None)
    await gate.settle()
    assert waits(pull)
    await bench.repo.finish_workflow(run, "cancelled")
    await gate.settle()
    assert verdict(pull) == ("failure", f"Run {left[:10]} did not finish: RUNNING (missing-run)")


async def test_a_push_makes_it_wait_for_the_new_commit(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    first = await bench.repo.run_workflow("train.yml", "feature/weekly")
    await gate.settle()
    await pull.push({"src/model.py": "rmse = 3\n"}, "feat: more")
    second = await bench.repo.run_workflow("train.yml", "feature/weekly")
    await bench.repo.finish_workflow(first)
    await gate.settle()
    assert waits(pull) == f"Waiting for the training of {pull.head_sha[:10]} to end (workflow train)"
    bench.train(pull.head_sha, 3.0)
    await bench.repo.finish_workflow(second)
    await gate.settle()
    assert verdict(pull)[0] == "success"


async def test_other_workflows_are_not_waited_for(gate: Gate, bench: Bench) -> None:
    bench.train("dev", 4.0)
    pull = await bench.change()
    await bench.repo.run_workflow("lint.yml", "feature/weekly")
    train = await bench.repo.run_workflow("train.yml", "feature/weekly")
    bench.train(pull.head_sha, 3.0)
    await bench.repo.finish_workflow(train)
    await gate.settle()
    assert verdict(pull)[0] == "success"


async def test_what_is_wrong_besides_is_said_at_once(gate: Gate, bench: Bench) -> None:
    pull = await bench.change("topic")
    run = await bench.repo.run_workflow("train.yml", "topic")
    await gate.settle()
    assert verdict(pull) == ("failure", "The name topic matches no branch type (unknown-branch-type) and 1 more")
    assert f"| missing-run | The workflow `train` still trains `{pull.head_sha[:10]}`. |" in plain(summary(pull))
    await bench.repo.finish_workflow(run)
    await gate.settle()
    assert f"The workflow `train` ended (`success`) without a run of `{pull.head_sha[:10]}`." in summary(pull)


async def test_a_change_of_something_else_does_not_wait(gate: Gate, bench: Bench) -> None:
    await bench.repo.create_branch("feature/readme", at="dev")
    await bench.repo.commit("feature/readme", {"README.md": "# More\n"}, "docs: more")
    pull = await bench.repo.open_pull_request("feature/readme", "dev", title="docs: more")
    run = await bench.repo.run_workflow("train.yml", "feature/readme")
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")
    assert (await gate.queue.counts())["later"] == 0
    said = summary(pull)
    await bench.repo.finish_workflow(run)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged")
    assert summary(pull) == said, "not even for which reason nothing was judged"


async def test_github_does_not_let_us_see_its_workflows(gate: Gate, github: Sandbox, bench: Bench) -> None:
    """The runs that MLflow has are judged all the same."""
    github.faults.answer("GET", r".*/actions/runs", 403, "Resource not accessible by integration", times=9)
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 5.0)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert "metric-regression" in verdict(pull)[1]
