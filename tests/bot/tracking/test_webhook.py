"""``POST /mlflow``: what a real registry tells, and what somebody else would like to tell."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import io
import json
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web

from bot.github.repository import InstallationId, Repository
from bot.jobs.embedded import EmbeddedQueue
from bot.jobs.port import Queue
from bot.jobs.target import RepositoryTarget, Target
from bot.state.address import Address, read_address
from bot.state.port import Seen
from bot.state.schema import migrate
from bot.state.store import SqlStore
from bot.tracking.rest import Connection
from bot.tracking.server import Server, Servers
from bot.tracking.waking import repositories_of
from bot.web.mlflow import WINDOW_SECONDS, MlflowWebhook
from bot.web.server import Listener
from policies.facts import Sha
from tests.bot.tracking.lab import Lab

SECRETS = {"main": b"the-secret-of-main", "other": b"the-secret-of-other"}
ACME = Repository(InstallationId(7), 42, "acme/forecast")
MOVED = {"entity": "model_version_alias", "action": "created", "data": {"name": "sales", "alias": "champion"}}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("webhook") / "headgate.db"
    migrate(Address(path))
    return path


@pytest.fixture
async def queue(empty: Path, tmp_path: Path) -> AsyncIterator[EmbeddedQueue]:
    queue = EmbeddedQueue(Path(shutil.copy(empty, tmp_path / "headgate.db")))
    await queue.open()
    yield queue
    await queue.close()


@dataclass
class Hub:
    """A listener at an address, and whose servers have woken it."""

    url: str
    woken: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    now: float = field(default_factory=time.time)

    async def wake(self, server: str) -> Sequence[Target]:
        self.woken.append(server)
        self.heard.set()
        return [RepositoryTarget(ACME)]

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/mlflow", data=io.BytesIO(body), headers=headers) as got,
        ):
            return got.status, await got.json()


async def listening(queue: Queue, hub: Hub) -> Listener:
    webhook = MlflowWebhook(queue, SECRETS, hub.wake, lambda: hub.now)
    app = web.Application()
    app.router.add_post("/mlflow", webhook.post)
    listener = Listener(app)
    hub.url = await listener.open("127.0.0.1", 0)
    return listener


@pytest.fixture
async def hub(queue: EmbeddedQueue) -> AsyncIterator[Hub]:
    hub = Hub("")
    listener = await listening(queue, hub)
    yield hub
    await listener.close()


def signed(body: bytes, moment: float, secret: bytes = SECRETS["main"], delivery: str = "d-1") -> dict[str, str]:
    """What MLflow sends along; written down from its documentation, not from our code."""
    stamp = str(int(moment))
    digest = hmac.new(secret, f"{delivery}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "X-MLflow-Delivery-Id": delivery,
        "X-MLflow-Timestamp": stamp,
        "X-MLflow-Signature": "v1," + base64.b64encode(digest).decode(),
        "Content-Type": "application/json",
    }


def body_of(given: Any = MOVED) -> bytes:
    return json.dumps(given).encode()


async def waiting(queue: EmbeddedQueue) -> int:
    return (await queue.counts())["waiting"]


async def test_a_real_registry_is_understood(open_lab: Lab, hub: Hub, queue: EmbeddedQueue) -> None:
    """The alias of a registered model moves; MLflow signs what it says of it."""
    name, client = f"sales-{uuid4().hex[:8]}", open_lab.server.client
    client.create_registered_model(name)
    version = client.create_model_version(name, "s3://somewhere/model")
    made = client.create_webhook(
        name=name,
        url=f"{hub.url}/mlflow",
        events=["model_version_alias.created"],
        secret=SECRETS["other"].decode(),
    )
    try:
        tested = await asyncio.to_thread(client.test_webhook, made.webhook_id)
        assert tested.success, tested.error_message
        assert tested.response_status == 202
        hub.heard.clear()
        await asyncio.to_thread(client.set_registered_model_alias, name, "champion", version.version)
        async with asyncio.timeout(60):
            await hub.heard.wait()
    finally:
        client.delete_webhook(made.webhook_id)
    assert hub.woken == ["other", "other"], "whose secret it is says which server it was"
    assert await waiting(queue) == 1


async def test_a_delivery_is_committed_once(hub: Hub, queue: EmbeddedQueue) -> None:
    headers = signed(body_of(), hub.now)
    assert await hub.post(body_of(), headers) == (202, {"result": "accepted"})
    assert await waiting(queue) == 1
    assert await hub.post(body_of(), headers) == (202, {"result": "seen"})
    assert await waiting(queue) == 1


@pytest.mark.parametrize(
    ("entity", "action"),
    [
        ("prompt", "created"),
        ("prompt_alias", "created"),
        ("registered_model", "created"),
        ("budget_policy", "exceeded"),
    ],
)
async def test_what_changes_no_verdict_wakes_nobody(hub: Hub, queue: EmbeddedQueue, entity: str, action: str) -> None:
    body = body_of({"entity": entity, "action": action, "data": {}})
    assert await hub.post(body, signed(body, hub.now)) == (202, {"result": "ignored"})
    assert (hub.woken, await waiting(queue)) == ([], 0)


async def test_nobody_else_is_believed(hub: Hub, queue: EmbeddedQueue) -> None:
    body = body_of()
    good = signed(body, hub.now)
    bad = [
        signed(body, hub.now, b"another secret"),
        signed(body, hub.now, b""),
        signed(b"another body", hub.now),
        {**good, "X-MLflow-Delivery-Id": "d-2"},
        {**good, "X-MLflow-Timestamp": str(int(hub.now) + 1)},
        {**good, "X-MLflow-Signature": good["X-MLflow-Signature"].replace("v1,", "v2,")},
        {**good, "X-MLflow-Signature": "v1,"},
        {**good, "X-MLflow-Timestamp": "now"},
        {**good, "X-MLflow-Timestamp": "9" * 40},
        {**good, "X-MLflow-Delivery-Id": "a b"},
        *({name: value for name, value in good.items() if name != missing} for missing in good if missing[0] == "X"),
    ]
    for headers in bad:
        status, said = await hub.post(body, headers)
        assert status == 401, headers
        assert "X-MLflow" in said["error"]
    assert (hub.woken, await waiting(queue)) == ([], 0)


@pytest.mark.parametrize("late", [WINDOW_SECONDS + 5, -WINDOW_SECONDS - 5])
async def test_an_old_delivery_is_not_taken_again(hub: Hub, late: float) -> None:
    status, said = await hub.post(body_of(), signed(body_of(), hub.now - late))
    assert (status, hub.woken) == (401, [])
    assert said["error"] == "X-MLflow-Timestamp is more than 300 seconds from now."
    assert (await hub.post(body_of(), signed(body_of(), hub.now - late / 2)))[0] == 202


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"entity": "model_version"}', b"\xff", b"[" * 50_000])
async def test_what_is_signed_and_still_not_mlflows(hub: Hub, body: bytes) -> None:
    status, said = await hub.post(body, signed(body, hub.now))
    assert (status, said) == (400, {"error": "The body is not JSON as MLflow sends it."})


async def test_a_large_body_is_not_read(hub: Hub) -> None:
    body = b" " * (1024 * 1024 + 1)
    assert (await hub.post(body, signed(body, hub.now)))[0] == 413


async def test_a_body_of_unknown_length_is_read_no_further_than_it_may_be(hub: Hub) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(18):
            yield b" " * 64 * 1024

    url, headers = f"{hub.url}/mlflow", signed(b" ", hub.now)
    async with aiohttp.ClientSession() as session, session.post(url, data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_what_cannot_be_stored_may_come_again(hub: Hub, queue: EmbeddedQueue, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "headgate.db")) as db, db:
        db.execute("ALTER TABLE deliveries RENAME TO elsewhere")
    assert (await hub.post(body_of(), signed(body_of(), hub.now)))[0] == 503
    with closing(sqlite3.connect(tmp_path / "headgate.db")) as db, db:
        db.execute("ALTER TABLE elsewhere RENAME TO deliveries")
    assert (await hub.post(body_of(), signed(body_of(), hub.now)))[0] == 202


def test_a_secret_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="empty secret"):
        MlflowWebhook(EmbeddedQueue(tmp_path / "none.db"), {"main": b""}, Hub("").wake)


async def test_only_repositories_that_may_use_the_server_and_have_open_pull_requests_are_woken(
    empty: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(empty, tmp_path / "memory.db"))
    store = SqlStore(read_address(f"sqlite:///{path}"))
    names = ["acme/forecast", "acme/idle", "other/forecast"]
    for number, name in enumerate(names, start=1):
        await store.meet(Repository(InstallationId(7), number, name))
    for number in (1, 3):
        await store.see(number, Seen(5, Sha("a" * 40), "feature/x", "dev", fork=False, opinion=None, judged_at=None))
    servers = Servers({"main": Server(Connection("main", "http://localhost"), ("acme/*",))})
    woken = await repositories_of("main", servers, store)
    assert [target.repository.full_name for target in woken] == ["acme/forecast"]
    assert await repositories_of("no such", servers, store) == []
    await store.close()
