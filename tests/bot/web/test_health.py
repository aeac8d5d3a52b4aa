"""What is not a webhook: health, metrics, the page, and answers to everything else."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import UsageProblem
from bot.github.repository import InstallationId, Repository
from bot.jobs.port import Job, Later
from bot.jobs.target import PullRequestTarget
from bot.web.metrics import Metrics
from bot.web.readiness import Phase
from bot.web.server import Listener
from tests.bot.web.conftest import Served
from tests.bot.web.support import opened
from tests.bot.web.test_webhook import raw

JOB = Job("17", PullRequestTarget(Repository(InstallationId(1), 2, "acme/forecast"), 3), "guid", 1)


@pytest.mark.asyncio
async def test_alive_whatever_happens(served: Served) -> None:
    for phase in Phase:
        served.readiness.phase = phase
        answer = await served.sender.get("/livez")
        assert (answer.status, answer.json) == (200, {"status": "alive"})


@pytest.mark.asyncio
@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.DRAINING])
async def test_not_ready_before_and_after(served: Served, phase: Phase) -> None:
    served.readiness.phase = phase
    answer = await served.sender.get("/readyz")
    assert (answer.status, answer.json) == (503, {"status": phase.value})


@pytest.mark.asyncio
async def test_ready_while_the_database_stores(served: Served) -> None:
    assert (await served.sender.get("/readyz")).json == {"status": "ready"}
    tried = len(served.rows("SELECT * FROM deliveries"))
    assert tried == 1  # it was written to
    await asyncio.gather(*(served.sender.get("/readyz") for _ in range(20)))
    assert len(served.rows("SELECT * FROM deliveries")) == tried  # and not again for everybody who asks
    with closing(sqlite3.connect(served.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        served.pass_time()
        answer = await served.sender.get("/readyz")
        assert (answer.status, answer.json) == (503, {"status": "the database cannot store"})
    served.pass_time()
    assert (await served.sender.get("/readyz")).status == 200
    assert served.stored == []


@pytest.mark.asyncio
async def test_metrics_are_what_prometheus_reads(served: Served) -> None:
    await served.sender.deliver(opened())
    answer = await served.sender.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    states = {sample.labels["state"]: sample.value for sample in families["headgate_jobs"].samples}
    assert states == {"waiting": 1, "later": 0, "running": 0, "dead": 0}
    assert families["headgate_accept_seconds"].samples[-2].value == 1
    assert families["process_resident_memory_bytes"].samples[0].value > 1_000_000


@pytest.mark.asyncio
async def test_metrics_of_jobs() -> None:
    metrics = Metrics()

    async def end(error: BaseException | None) -> None:
        async def handle(job: Job) -> None:
            assert job is JOB
            if error is not None:
                raise error

        await metrics.timed(handle)(JOB)

    await end(None)
    for error in (RuntimeError(), Later(datetime.now(UTC), "limit"), asyncio.CancelledError()):
        with pytest.raises(type(error)):
            await end(error)
    text = metrics.text({}).decode()
    for outcome in ("done", "failed", "later", "interrupted"):
        assert f'headgate_job_seconds_count{{kind="pull_request",outcome="{outcome}"}} 1.0' in text


def test_metrics_of_github() -> None:
    metrics = Metrics()
    metrics.github(5, 200, 4999)
    metrics.github(5, 304, 4998)
    metrics.github(5, None, None)
    metrics.github(None, 200, 10)
    text = metrics.text({}).decode()
    assert 'headgate_github_requests_total{status="200"} 2.0' in text
    assert 'headgate_github_requests_total{status="304"} 1.0' in text
    assert 'headgate_github_requests_total{status="none"} 1.0' in text
    assert [line for line in text.splitlines() if line.startswith("headgate_github_remaining")] == [
        'headgate_github_remaining{installation="5"} 4998.0'
    ]


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.delivery("push", "accepted")
    assert b'event="push"' in one.text({})
    assert b'event="push"' not in other.text({})


@pytest.mark.asyncio
async def test_the_page_says_what_this_is_and_runs_nothing(served: Served) -> None:
    answer = await served.sender.get("/")
    assert answer.status == 200
    assert "<title>Headgate</title>" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in answer.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/webhook/", 404, None),
        ("GET", "/webhook", 405, "POST"),
        ("PUT", "/webhook", 405, "POST"),
        ("POST", "/livez", 405, "GET,HEAD"),
        ("DELETE", "/", 405, "GET,HEAD"),
    ],
)
async def test_everything_else_is_refused_in_json(
    served: Served, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = await served.sender.ask(method, path)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/json")
    assert answer.json["error"]
    assert answer.headers.get("Allow") == allow


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused_without_a_word_in_the_log(served: Served, noise: bytes) -> None:
    answer = await raw(served, noise)
    assert answer.status == 400
    assert served.log.getvalue() == ""


@pytest.mark.asyncio
async def test_an_address_that_is_taken_is_told(served: Served) -> None:
    port = int(served.sender.url.rpartition(":")[2])
    other = Listener(web.Application())
    with pytest.raises(UsageProblem, match=rf"Cannot listen on 127.0.0.1, port {port} .*in use"):
        await other.open("127.0.0.1", port)
    await other.close()


@pytest.mark.asyncio
async def test_who_dawdles_over_the_headers_is_hung_up_on() -> None:
    listener = Listener(web.Application(), idle_seconds=0.2)
    where = urlsplit(await listener.open("127.0.0.1", 0))
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    await listener.close()


def test_metrics_of_tracking_servers() -> None:
    metrics = Metrics()
    metrics.mlflow("main", "/api/2.0/mlflow/runs/search", 0.2)
    assert 'headgate_mlflow_seconds_bucket{le="0.3",server="main"} 1.0' in metrics.text({}).decode()
