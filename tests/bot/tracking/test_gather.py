"""The fact as a whole: where it comes from, what goes through, what it costs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bot.tracking.gather import gather_metrics
from bot.tracking.memory import NoMemory
from bot.tracking.pool import Pool
from bot.tracking.server import Server, Servers
from policies.config.mlflow import MlflowSection
from policies.facts import Unavailable
from policies.metrics.runs import NO_FILE, BaselineKind, ModelRuns, PrimaryMetric, Training, TrainingState
from policies.metrics.training import WorkflowRun
from policies.phrase import say
from tests.bot.tracking.lab import NOW, Counted, Lab, Looking, commit, connection, group, ids, sha, subject
from tests.services.mlflow import MlflowServer


@pytest.fixture
def pool(open_mlflow: MlflowServer, counted: Counted) -> Iterator[Pool]:
    pool = Pool(Servers({"main": Server(connection(open_mlflow), ("acme/*",))}), counted)
    yield pool
    pool.close()


async def gathered(pool: Pool, section: dict[str, Any], **changes: Any) -> Any:
    given = MlflowSection.model_validate(section)
    return await gather_metrics(given, subject(**changes), pool, NoMemory(), NOW)


@pytest.mark.parametrize(
    ("section", "repository", "why"),
    [
        ({"experiment": ("x",)}, "acme/forecast", "The policy does not say which tracking server holds the runs."),
        ({"server": "other"}, "acme/forecast", "There is no tracking server `other` for `acme/forecast`."),
        ({"server": "main"}, "evil/forecast", "There is no tracking server `main` for `evil/forecast`."),
    ],
)
async def test_a_server_that_the_repository_may_not_use_is_not_asked(
    pool: Pool, counted: Counted, section: dict[str, Any], repository: str, why: str
) -> None:
    found = await gathered(pool, section, repository=repository)
    assert isinstance(found, Unavailable)
    assert found.why.plain() == why
    assert counted.paths == []


async def test_a_model_without_an_experiment(pool: Pool) -> None:
    (found,) = await gathered(pool, {"server": "main"})
    assert isinstance(found, ModelRuns)
    assert isinstance(found.candidate, Unavailable)
    assert found.candidate.why.plain() == "The policy does not say which experiment holds the runs."


async def test_one_experiment_that_cannot_be_seen_does_not_hide_another_model(pool: Pool, open_lab: Lab) -> None:
    experiment = open_lab.experiment()
    run_id = open_lab.run(experiment, head="head")
    models = {"gone": {"experiment": ("no such",)}, "here": {"experiment": (experiment.name,)}}
    gone, here = await gathered(pool, {"server": "main", "models": models})
    assert isinstance(gone.candidate, Unavailable)
    assert ids(group(here.candidate).runs) == {run_id}


async def test_what_the_callers_know_goes_through(lab: Lab, looking: Looking) -> None:
    tags = {"mlflow.experiment.primaryMetric.name": "rmse"}
    experiment = lab.experiment(tags=tags)
    lab.run(experiment, head="head")
    url = "https://github.com/acme/forecast/actions/runs/1"
    workflows = (WorkflowRun("train", ".github/workflows/train.yml", "completed", "success", url),)
    files = {"requirements.txt": ("a==1",), "other.txt": ("b==1",)}
    found = await looking.one(subject(workflows=workflows, files=files), experiment, training=["src/**"])
    training = Training(TrainingState.ENDED, "train", "success", url)
    assert (found.training, found.primary) == (training, PrimaryMetric("rmse"))
    assert found.requirements == {"requirements.txt": ("a==1",)}
    named = await looking.one(subject(files=files), experiment, environment="other.txt")
    assert named.requirements == {"other.txt": ("b==1",)}
    none = await looking.one(subject(files=files), experiment, environment=[])
    assert none.requirements is NO_FILE
    unknown = Unavailable(say("GitHub said no"))
    assert (await looking.one(subject(files=unknown), experiment)).requirements is unknown


async def test_what_cannot_be_seen_still_says_what_was_asked(lab: Lab, looking: Looking) -> None:
    section = {"experiment": "no such", "baseline": {"alias": "models:/m@a"}, "also": "release"}
    (found,) = await looking.at(subject(workflows=(WorkflowRun("train", "train.yml", "queued"),)), section)
    assert found.also is not None
    assert (found.baseline.kind, found.baseline.name) == (BaselineKind.ALIAS, "models:/m@a")
    assert found.also.kind is BaselineKind.RELEASE
    assert found.training.state is TrainingState.RUNNING
    assert found.also.group == found.baseline.group == found.candidate


async def test_the_history_of_the_gated_metric_is_read_for_both_sides(lab: Lab, looking: Looking) -> None:
    experiment = lab.experiment()
    runs = {name: lab.run(experiment, head=name, metrics={"other": 1.0}) for name in ("head", "start")}
    for run_id in runs.values():
        for step in range(3):
            for metric in ("rmse", "loss"):
                lab.server.client.log_metric(run_id, metric, 1 / (step + 1), step=step)
    metrics = {"loss": {"goal": "minimize"}, "rmse": {"goal": "minimize", "gate": True, "tolerance": 1}}
    found = await looking.one(subject(base_commits=(commit("start"),)), experiment, metrics=metrics)
    for side in (found.candidate, found.baseline.group):
        (run,) = group(side).runs
        assert {name: [point.step for point in points] for name, points in run.history.items()} == {"rmse": [0, 1, 2]}
    assert looking.counted.words.count("metrics/get-history-bulk-interval") == 1


async def test_many_pull_requests_at_a_time_on_one_pool(pool: Pool, open_lab: Lab) -> None:
    experiment = open_lab.experiment()
    runs = {f"head {n}": open_lab.run(experiment, head=f"head {n}") for n in range(8)}
    section = {"server": "main", "experiment": (experiment.name,)}
    found = await asyncio.gather(*(gathered(pool, section, head=head) for head in runs))
    assert [ids(group(each[0].candidate).runs) for each in found] == [{run_id} for run_id in runs.values()]


def test_mlflow_is_loaded_when_it_is_first_needed() -> None:
    """It takes a second or more, and a hundred megabytes."""
    loaded = "import sys, bot.commands.metrics, bot.tracking.gather"
    program = f"{loaded}; print({{'mlflow', 'requests', 'scipy'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "set()\n"


LOADS = """
import asyncio, sys
from datetime import UTC, datetime
from bot.tracking.gather import gather_metrics
from bot.tracking.memory import NoMemory
from bot.tracking.pool import Pool
from bot.tracking.rest import Connection
from bot.tracking.servers import Server, Servers
from bot.tracking.subject import Subject
from policies.config.mlflow import MlflowSection
from policies.facts import Commit
url, experiment, base, *heads = sys.argv[1:]
section = MlflowSection(server="main", experiment=(experiment,))
pool = Pool(Servers({"main": Server(Connection("main", url), ("**",))}))
for head in heads:
    subject = Subject("acme/forecast", head, "main", base_commits=(Commit(base),))
    asyncio.run(gather_metrics(section, subject, pool, NoMemory(), datetime.now(UTC)))
    print("scipy.stats" in sys.modules)
"""


def test_scipy_is_loaded_before_anything_is_compared_and_only_then(open_lab: Lab) -> None:
    """To load it takes a second, which the comparison would take from everybody else."""
    experiment = open_lab.experiment()
    for head in ("head", "base"):
        open_lab.run(experiment, head=head)
    asked = [open_lab.server.url, experiment.name, *map(sha, ("base", "untrained", "head"))]
    done = subprocess.run(
        [sys.executable, "-c", LOADS, *asked], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.stdout, done.stderr) == ("False\nTrue\n", "")
