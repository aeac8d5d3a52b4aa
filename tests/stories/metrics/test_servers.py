"""When the tracking server cannot be seen nothing is passed: that is *could not look*, and never *no run*."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.tracking.rest import Connection
from bot.tracking.server import Server, Servers
from sandbox.github.people.pull import Pull
from tests.bot.tracking.lab import connection
from tests.services.mlflow import READER, MlflowServer
from tests.stories.gate import Gate
from tests.stories.metrics.bench import METRICS, Bench, a_minute_later
from tests.stories.people import summary, verdict

NOWHERE = "http://127.0.0.1:9"
"""Where nobody listens."""

pytestmark = pytest.mark.usefixtures("bench", "installed")


DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Stands before the tracking server, and says that it is down until that is up."""

    def __init__(self, server: MlflowServer) -> None:
        self._host, self._port = server.url.removeprefix("http://").split(":")
        self.is_up = False
        self._open: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen until the end of the block; yields the URL."""
        listener = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        async with listener:
            yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
            for writer in self._open:  # a client may keep its connections
                writer.close()
                await writer.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_up:
            there, back = await asyncio.open_connection(self._host, int(self._port))
            self._open += [back, writer]
            await asyncio.gather(_pour(reader, back), _pour(there, writer))
        else:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(DOWN)
            writer.close()


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        into.write(data)
    into.close()


@pytest.fixture
def tracking_server(guarded_mlflow: MlflowServer) -> MlflowServer:
    return guarded_mlflow


@pytest.fixture
def proxy(guarded_mlflow: MlflowServer) -> Proxy:
    return Proxy(guarded_mlflow)


@pytest_asyncio.fixture
async def servers(request: pytest.FixtureRequest, guarded_mlflow: MlflowServer, proxy: Proxy) -> AsyncIterator[Servers]:
    """What the operator says: all is well, or one thing is not."""
    good = connection(guarded_mlflow)
    async with proxy.listening() as url:
        made: dict[str, tuple[Connection, str]] = {
            "all is well": (good, "acme/*"),
            "behind a proxy": (replace(good, url=url), "acme/*"),
            "nobody there": (replace(good, url=NOWHERE), "acme/*"),
            "wrong password": (replace(good, password=READER), "acme/*"),
            "for others": (good, "other/*"),
        }
        connected, repositories = made[getattr(request, "param", "all is well")]
        yield Servers({"main": Server(connected, (repositories,))})


async def judged(gate: Gate, bench: Bench) -> Pull:
    """Open a pull request whose model is better, and let it be judged."""
    bench.train("dev", 4.0)
    pull = await bench.change()
    bench.train(pull.head_sha, 3.0)
    await gate.settle()
    await a_minute_later(gate)
    return pull


async def test_it_logs_in(gate: Gate, bench: Bench) -> None:
    pull = await judged(gate, bench)
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")


@pytest.mark.parametrize("servers", ["behind a proxy"], indirect=True)
async def test_it_is_down_and_comes_back(gate: Gate, bench: Bench, proxy: Proxy) -> None:
    pull = await judged(gate, bench)
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].startswith("Could not decide: The tracking server main failed with status 503 (")
    assert "There is no run" not in summary(pull)
    assert (await gate.queue.counts())["later"] == 1, "it looks again by itself"
    proxy.is_up = True
    await a_minute_later(gate)
    assert verdict(pull) == ("success", "May be merged: rmse is 25.0 % better than on dev")
    assert (await gate.queue.counts())["later"] == 0


@pytest.mark.parametrize("servers", ["nobody there"], indirect=True)
async def test_nobody_is_there(gate: Gate, bench: Bench) -> None:
    pull = await judged(gate, bench)
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].startswith("Could not decide: The tracking server main cannot be reached (")
    assert "**What helps:** Headgate asks again by itself; you can also run the check again." in summary(pull)
    assert (await gate.queue.counts())["later"] == 1


@pytest.mark.parametrize("servers", ["wrong password"], indirect=True)
async def test_it_does_not_know_our_password(gate: Gate, bench: Bench) -> None:
    pull = await judged(gate, bench)
    said = "The tracking server main does not accept the credentials that Headgate has for it"
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].startswith(f"Could not decide: {said}")
    assert "**What helps:** Ask the operator of Headgate to set the right ones, and to start it again." in summary(pull)


@pytest.mark.parametrize("servers", ["for others"], indirect=True)
async def test_the_operator_has_not_allowed_it(gate: Gate, bench: Bench) -> None:
    """No request is made there, whatever a policy says."""
    pull = await judged(gate, bench)
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].startswith("Could not decide: There is no tracking server main for acme/forecast")


async def test_the_experiment_may_not_be_read(gate: Gate, bench: Bench) -> None:
    """MLflow answers a search with no runs there."""
    hidden = bench.lab.experiment(readable=False)
    policy = f"mlflow: {{server: main, experiment: '{hidden.name}', {METRICS}}}\n"
    await bench.repo.commit("main", {".github/headgate.yml": policy}, "chore: another experiment")
    pull = await judged(gate, bench)
    assert verdict(pull)[0] == "failure"
    assert f"does not let Headgate see the experiment {hidden.name}" in verdict(pull)[1]


async def test_there_is_no_such_experiment(gate: Gate, bench: Bench) -> None:
    policy = f"mlflow: {{server: main, experiment: misspelt, {METRICS}}}\n"
    await bench.repo.commit("main", {".github/headgate.yml": policy}, "chore: another experiment")
    pull = await judged(gate, bench)
    assert verdict(pull)[0] == "failure"
    assert verdict(pull)[1].startswith("Could not decide: There is no experiment misspelt on the tracking server main")
