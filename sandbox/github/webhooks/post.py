"""Sends webhooks: signed, each in its own time, without repeats. https://docs.github.com/webhooks/using-webhooks"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid

import aiohttp

from sandbox.github.model import App, Delivery, Installation
from sandbox.github.webhooks.audience import audience, payload
from sandbox.github.webhooks.event import Event
from sandbox.github.world import World

PATIENCE = 10.0
"""Seconds that a receiver has to answer."""


class Post:
    """Takes events and delivers them in the background. GitHub keeps no order and does not try again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    def take(self, event: Event) -> None:
        """Deliver an event to every App that listens; its payload is made now, so it shows the state of now."""
        body = None
        for app, installation in audience(self._world, event):
            if app.webhook_url:
                body = event.body() if body is None else body
                self._send(self._prepare(app, event, body, installation))

    def _prepare(self, app: App, event: Event, body: dict[str, object], installation: Installation | None) -> Delivery:
        guid, number = str(uuid.uuid1()), self._world.id()
        return Delivery(
            id=number,
            guid=guid,
            app=app,
            event=event.name,
            action=event.action,
            installation_id=installation.id if installation else None,
            repository_id=event.repository.id if event.repository else None,
            payload=payload(self._world, event, body, installation),
            url=app.webhook_url or "",
            request_headers=_headers(app, event.name, guid),
            delivered_at=self._world.clock.now(),
        )

    def again(self, one: Delivery) -> Delivery:
        """Deliver once more what was delivered, under the same GUID, to where the App listens now."""
        copy = Delivery(
            id=self._world.id(),
            guid=one.guid,
            app=one.app,
            event=one.event,
            action=one.action,
            installation_id=one.installation_id,
            repository_id=one.repository_id,
            payload=one.payload,
            url=one.app.webhook_url or "",
            request_headers=_headers(one.app, one.event, one.guid),
            delivered_at=self._world.clock.now(),
            redelivery=True,
        )
        self._send(copy)
        return copy

    def _send(self, delivery: Delivery) -> None:
        self._world.deliveries.append(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        data = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        secret = delivery.app.webhook_secret
        if secret:
            for name, algorithm in (("X-Hub-Signature-256", hashlib.sha256), ("X-Hub-Signature", hashlib.sha1)):
                digest = hmac.new(secret.encode(), data, algorithm)
                delivery.request_headers[name] = f"{digest.name.removeprefix('hmac-')}={digest.hexdigest()}"
        began = time.monotonic()
        try:
            await self._post(delivery, data)
        except TimeoutError:
            delivery.status = "timed out"
        except (aiohttp.ClientError, OSError):
            delivery.status = "failed to connect to host"
        delivery.duration = time.monotonic() - began

    async def _post(self, delivery: Delivery, data: bytes) -> None:
        if self._session is None:  # a connection of its own for each, so that a receiver may come and go
            connector, timeout = aiohttp.TCPConnector(force_close=True), aiohttp.ClientTimeout(total=PATIENCE)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        async with self._session.post(
            delivery.url, data=data, headers=delivery.request_headers, allow_redirects=False
        ) as answer:
            delivery.response_body = (await answer.read()).decode("utf-8", "replace")
            delivery.response_headers = dict(answer.headers)
            delivery.status_code = answer.status
            delivery.status = "OK" if answer.status < 300 else f"Invalid HTTP Response: {answer.status}"

    async def done(self) -> None:
        """Return when nothing is on its way any more, what was set off meanwhile included."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session:
            await self._session.close()


def _headers(app: App, event: str, guid: str) -> dict[str, str]:
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/sandbox",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
    }
