"""Headgate as the stories use it: the real server in the process of the test, and what it asked and wrote."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.app import Hire, hire
from bot.demo import stage
from bot.demo.stage import SECRET
from bot.github.manifest import EVENTS, PERMISSIONS
from bot.tracking.server import NO_SERVERS, Servers
from sandbox.github.people.app import Developer
from sandbox.github.server import Sandbox

__all__ = ["EVENTS", "PERMISSIONS", "SECRET", "Gate", "running"]


@dataclass(frozen=True, slots=True)
class Gate(stage.Gate):
    """A running Headgate, registered as the App ``headgate``."""

    database: str

    async def redeliver_last(self, event: str) -> None:
        """Send the newest delivery of an event once more, under a new GUID: GitHub does so when it is in doubt."""
        last = next(each for each in reversed(self.github.deliveries) if each.event == event)
        body = json.dumps(last.payload).encode()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
        }
        url = str(self.app.app.webhook_url)
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 202

    def writes(self) -> list[tuple[str, str]]:
        """Return what was written to GitHub since the calls were cleared: method and path."""
        wrote = (call for call in self.github.calls if call.method != "GET" and "access_tokens" not in call.path)
        return [(call.method, call.path) for call in wrote]

    def reads(self) -> list[tuple[str, bool]]:
        """Return what was read since the calls were cleared: path, and whether it cost something of the budget."""
        return [(call.path, not call.not_modified) for call in self.github.calls if call.method == "GET"]


@asynccontextmanager
async def running(
    github: Sandbox, app: Developer, database: str, staff: Hire = hire, servers: Servers = NO_SERVERS
) -> AsyncIterator[Gate]:
    """Run Headgate until the end of the block."""
    async with stage.running(github, app, database, staff, servers) as gate:
        yield Gate(gate.github, gate.app, gate.queue, database)
