"""What a model is held against: the base branch, the last release, an alias of the registry; several models."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from bot.tracking.server import Server, Servers
from sandbox.github.server import Sandbox
from sandbox.github.webhooks.event import Event
from tests.bot.tracking.lab import connection
from tests.services.mlflow import MlflowServer
from tests.stories.gate import Gate
from tests.stories.metrics.bench import METRICS, Bench, only, plain
from tests.stories.people import summary, verdict

pytestmark = pytest.mark.usefixtures("bench", "installed")

SECRET = "the secret of the registry"
MODEL = {"MLmodel": "flavors: {}\n"}


@pytest.fixture
def servers(open_mlflow: MlflowServer) -> Servers:
    """What the operator says; the server signs what it tells us of its registry."""
    return Servers({"main": Server(connection(open_mlflow), ("acme/*",), SECRET)})


@pytest.fixture(scope="module")
def registered() -> str:
    """The name of a registered model."""
    return f"sales-{uuid4().hex[:8]}"


@pytest.fixture
def section(request: pytest.FixtureRequest, registered: str) -> str:
    return f"{getattr(request, 'param', '')} {METRICS}".replace("MODEL", registered)


@pytest.mark.parametrize("section", ["baseline: release,"], indirect=True)
async def test_the_last_release(gate: Gate, bench: Bench) -> None:
    """A model that decays a little each time is held against what is in production."""
    bench.train("v1.0.0", 3.0)
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.9)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert "than on v1.0.0" in verdict(pull)[1]
    assert "than on `v1.0.0` at `" in summary(pull)


@pytest.mark.parametrize("section", ["also: release,"], indirect=True)
async def test_the_base_and_the_last_release(gate: Gate, bench: Bench) -> None:
    bench.train("v1.0.0", 3.0)
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.9)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert "than on `v1.0.0` at `" in summary(pull)
    assert "than on `dev`" not in only(pull).body.partition("#### ✗")[2].partition("**How to fix it")[0]


async def test_the_commit_where_the_branch_left(gate: Gate, bench: Bench) -> None:
    """What dev has learnt meanwhile is not held against it."""
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    await bench.repo.commit("dev", {"src/other.py": "1\n"}, "feat: something else")
    bench.train("dev", 1.0)
    await gate.settle()
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")


MODELS = "models: {MODEL-a: {training: a/**}, MODEL-b: {training: b/**}},"


@pytest.mark.parametrize("section", [MODELS], indirect=True)
async def test_several_models(gate: Gate, bench: Bench, registered: str) -> None:
    """Each has its part in the comment; one that got worse blocks, whatever the other one did."""

    def train(at: str, model: str, rmse: float) -> None:
        tags = {"github.head_sha": bench.repo.sha(at), "headgate.model": f"{registered}-{model}"}
        bench.log(tags, rmse)

    for model in ("a", "b"):
        train("dev", model, 4.0)
    await bench.repo.create_branch("feature/both", at="dev")
    await bench.repo.commit("feature/both", {"a/x.py": "1\n", "b/x.py": "1\n"}, "feat: both")
    pull = await bench.repo.open_pull_request("feature/both", "dev", title="feat: both")
    train(pull.head_sha, "a", 3.0)
    train(pull.head_sha, "b", 5.0)
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].startswith(f"{registered}-b: rmse is 25.0 % worse than on dev")
    body = plain(only(pull).body)
    assert f"| `{registered}-a` | `rmse` | 4.000 | 3.000 | -1.000 (-25.0 %) | ✓ better |" in body
    assert f"| `{registered}-b` | `rmse` | 4.000 | 5.000 | +1.000 (+25.0 %) | ✗ worse" in body


@pytest.fixture
def heard(bench: Bench, gate: Gate, registered: str, open_mlflow: MlflowServer) -> Iterator[None]:
    """Let the registry tell Headgate when an alias of the model moves."""
    client = open_mlflow.client
    if not client.search_registered_models(f"name = '{registered}'"):
        client.create_registered_model(registered)
    url = str(gate.app.app.webhook_url).replace("/webhook", "/mlflow")
    events = ["model_version_alias.created"]
    made = client.create_webhook(registered, url, events, secret=SECRET)
    yield
    client.delete_webhook(made.webhook_id)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("section", ["baseline: {alias: 'models:/MODEL@champion'},"], indirect=True)
async def test_an_alias_moves(gate: Gate, github: Sandbox, bench: Bench, registered: str) -> None:
    """Another champion is another baseline, and MLflow says so itself."""
    first, second = bench.train("v1.0.0", 4.0), bench.train("dev", 2.0)
    bench.lab.register(registered, first, bench.lab.model(bench.experiment, first, MODEL), alias="champion")
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    await gate.settle()
    assert verdict(pull) == ("success", f"May be merged: rmse is 25.0 % better than on models:/{registered}@champion")

    edited = _next_edit(github)
    model = bench.lab.model(bench.experiment, second, MODEL)
    await asyncio.to_thread(bench.lab.register, registered, second, model, alias="champion")
    async with asyncio.timeout(60):
        await edited.wait()
    await gate.settle()
    assert verdict(pull)[0] == "failure"
    assert f"rmse is 50.0 % worse than on models:/{registered}@champion" in verdict(pull)[1]


def _next_edit(github: Sandbox) -> asyncio.Event:
    """Return what is set when a comment has another text."""
    edited = asyncio.Event()

    def listen(event: Event) -> None:
        if (event.name, event.action) == ("issue_comment", "edited"):
            edited.set()

    github.world.listeners.append(listen)
    return edited
