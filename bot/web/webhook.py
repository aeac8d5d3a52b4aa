"""``POST /webhook``: verify, commit, answer. A delivery that was answered with 202 survives whatever happens next."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot import events
from bot.jobs.port import CannotStore, Queue
from bot.jobs.target import Target
from bot.web import signature
from bot.web.answers import answer
from bot.web.metrics import Metrics
from bot.web.readiness import Readiness

RETRY_SECONDS = 10
"""When who was told 503 may come again. GitHub does not by itself; we ask it to, later."""

_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_EVENT = re.compile(r"[a-z_]{1,60}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long. GitHub sends at most 25 MiB, and gives up after ten seconds.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap and
    https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks#respond-within-10-seconds
    """

    body: int = 25 * 1024 * 1024
    """Bytes."""
    body_seconds: float = 10.0
    store_seconds: float = 8.0
    """Until the commit; later GitHub would not hear the answer."""


class Refused(Exception):
    """Not a delivery that we take. The message is for whoever sent it, ``result`` for the count."""

    def __init__(self, status: int, result: str, why: str) -> None:
        super().__init__(why)
        self.status, self.result = status, result


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody sent who knows the secret. The signature does not cover ``id`` and ``event``."""

    id: str
    event: str
    payload: Mapping[str, Any]


class Webhook:
    """Takes deliveries for one queue. There is always a secret: unsigned ones cannot be allowed by mistake."""

    def __init__(  # noqa: PLR0913  # all of them are needed, and the last has a default
        self,
        queue: Queue,
        app_id: int,
        secrets: Sequence[bytes],
        metrics: Metrics,
        readiness: Readiness,
        limits: Limits = Limits(),
    ) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a webhook needs a secret, and an empty one is none")
        self._queue, self._app_id, self._secrets = queue, app_id, tuple(secrets)
        self._metrics, self._readiness, self.limits = metrics, readiness, limits

    async def post(self, request: web.Request) -> web.Response:
        try:
            delivery = read(request, await self._verified(request))
        except Refused as refused:
            return self._refuse("", refused)
        with bound_contextvars(delivery=delivery.id, github_event=delivery.event):
            try:
                targets = events.read(delivery.event, delivery.payload, self._app_id)
            except events.Malformed as error:
                refusal = Refused(400, "malformed", f"This is no {delivery.event} as GitHub sends it: {error}.")
                return self._refuse(delivery.event, refusal)
            return await self._store(delivery, targets) if targets else self._done(delivery, "ignored")

    async def _verified(self, request: web.Request) -> bytes:
        """Return the body, byte for byte as it was sent, if one of the secrets signs it. Raises Refused."""
        if (request.content_length or 0) > self.limits.body:
            raise self._too_large()
        claim = signature.claimed(request.headers.get(signature.HEADER))
        if claim is None:  # nobody need listen to 25 MiB of somebody who does not even try
            raise Refused(401, "unsigned", f"{signature.HEADER} is missing, or is not sha256= and 64 digits.")
        body = await self._body(request)
        if not signature.is_genuine(body, claim, self._secrets):
            raise Refused(401, "wrong_signature", f"{signature.HEADER} fits neither the body nor our webhook secret.")
        return body

    async def _body(self, request: web.Request) -> bytes:
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                return await request.read()  # stops at the application's client_max_size
        except web.HTTPRequestEntityTooLarge:
            raise self._too_large() from None
        except TimeoutError:
            raise Refused(408, "slow", f"The body took more than {self.limits.body_seconds:g} seconds.") from None
        except (web.RequestPayloadError, ConnectionError):
            raise Refused(400, "malformed", "The body is not what its headers say.") from None

    def _too_large(self) -> Refused:
        return Refused(413, "too_large", f"The body has more than {self.limits.body} bytes.")

    async def _store(self, delivery: Delivery, targets: Sequence[Target]) -> web.Response:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self.limits.store_seconds):
                new = await self._queue.accept(delivery.id, targets)
        except (CannotStore, TimeoutError) as error:
            self._readiness.stored(succeeded=False)
            self._count(delivery.event, "not_stored")
            why = str(error) or "the database took too long"
            log.error("delivery.not_stored", error=why)  # noqa: TRY400  # no fault of the code
            return answer(503, {"error": "The delivery could not be stored."}, {"Retry-After": str(RETRY_SECONDS)})
        self._readiness.stored(succeeded=True)
        self._metrics.accepted(time.perf_counter() - started)
        return self._done(delivery, "accepted" if new else "seen")

    def _done(self, delivery: Delivery, result: str) -> web.Response:
        self._count(delivery.event, result)
        log.info("delivery.answered", result=result, action=delivery.payload.get("action"))
        return answer(202, {"result": result})

    def _refuse(self, event: str, refusal: Refused) -> web.Response:
        self._count(event, refusal.result)
        log.warning("delivery.refused", status=refusal.status, why=str(refusal))
        return answer(refusal.status, {"error": str(refusal)})

    def _count(self, event: str, result: str) -> None:
        self._metrics.delivery(event if event in events.HANDLED or not event else "other", result)


def read(request: web.Request, body: bytes) -> Delivery:
    """Read a verified delivery. Raises Refused, with a hint where a setting on GitHub is the cause."""
    if request.content_type == "application/x-www-form-urlencoded":
        raise Refused(
            415, "malformed", "Choose application/json as the content type of the webhook, in the App's settings."
        )
    event, given_id = request.headers.get("X-GitHub-Event", ""), request.headers.get("X-GitHub-Delivery", "")
    if not _EVENT.fullmatch(event) or not _ID.fullmatch(given_id):
        raise Refused(400, "malformed", "X-GitHub-Event or X-GitHub-Delivery is missing, or is not one of GitHub's.")
    try:
        payload = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused(400, "malformed", "The body is not JSON.") from None
    if not isinstance(payload, dict):
        raise Refused(400, "malformed", "The body is not a JSON object.")
    return Delivery(given_id, event, payload)
