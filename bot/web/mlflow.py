"""``POST /mlflow``: MLflow's registry says that something changed, which may end a wait or move a baseline.

MLflow tells of models, versions, tags and aliases; not of runs, which nobody hears of until somebody looks.
https://mlflow.org/docs/latest/ml/webhooks/
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot.jobs.port import CannotStore, Queue
from bot.jobs.target import Target
from bot.web.answers import answer
from bot.web.webhook import RETRY_SECONDS, Limits, Refused

SIGNATURE, TIMESTAMP, DELIVERY = "X-MLflow-Signature", "X-MLflow-Timestamp", "X-MLflow-Delivery-Id"

WINDOW_SECONDS = 300
"""How old a delivery may be, and how far ahead of us its clock. Standard Webhooks, whose way MLflow goes, has the same.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

LARGEST = 1024 * 1024
"""Bytes; MLflow sends some hundred, and up to 5,000 characters of description."""

EVENTS = frozenset(
    {
        ("model_version", "created"),
        ("model_version_tag", "set"),
        ("model_version_tag", "deleted"),
        ("model_version_alias", "created"),
        ("model_version_alias", "deleted"),
    }
)
"""What can change a verdict: an entity, and what happened to it. Prompts and budgets cannot."""

_FORM = re.compile(r"v1,([A-Za-z0-9+/]{43}=)")
_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)

Wake = Callable[[str], Awaitable[Sequence[Target]]]
"""Returns what to look at again because the server of this name told us something."""

log = structlog.get_logger()


class MlflowWebhook:
    """Takes what tracking servers tell. Each has a secret of its own; unsigned deliveries count for nothing."""

    def __init__(
        self, queue: Queue, secrets: Mapping[str, bytes], wake: Wake, clock: Callable[[], float] = time.time
    ) -> None:
        if not all(secrets.values()):
            raise ValueError("an empty secret is none")
        self._queue, self._secrets, self._wake, self._clock = queue, dict(secrets), wake, clock
        self.limits = Limits(body=LARGEST)

    async def post(self, request: web.Request) -> web.Response:
        try:
            server, delivery, event = await self._read(request)
        except Refused as refused:
            log.warning("mlflow.refused", status=refused.status, why=str(refused))
            return answer(refused.status, {"error": str(refused)})
        with bound_contextvars(delivery=delivery, server=server):
            if event not in EVENTS:
                log.info("mlflow.answered", result="ignored")
                return answer(202, {"result": "ignored"})
            try:
                new = await self._queue.accept(f"mlflow-{delivery}", await self._wake(server))
            except CannotStore as error:
                log.error("mlflow.not_stored", error=str(error))  # noqa: TRY400  # no fault of the code
                again = {"Retry-After": str(RETRY_SECONDS)}
                return answer(503, {"error": "The delivery could not be stored."}, again)
            log.info("mlflow.answered", result="accepted" if new else "seen")
            return answer(202, {"result": "accepted" if new else "seen"})

    async def _read(self, request: web.Request) -> tuple[str, str, tuple[str, str]]:
        """Return the server that signed, the delivery's id and what happened. Raises Refused."""
        delivery, moment = request.headers.get(DELIVERY, ""), request.headers.get(TIMESTAMP, "")
        claim = _FORM.fullmatch(request.headers.get(SIGNATURE, ""))
        if claim is None or not _ID.fullmatch(delivery) or not re.fullmatch(r"[0-9]{1,12}", moment):
            raise Refused(
                401, "unsigned", f"{SIGNATURE}, {TIMESTAMP} or {DELIVERY} is missing, or not as MLflow has it."
            )
        if abs(self._clock() - int(moment)) > WINDOW_SECONDS:
            raise Refused(401, "old", f"{TIMESTAMP} is more than {WINDOW_SECONDS} seconds from now.")
        body = await self._body(request)
        server = self._signer(f"{delivery}.{moment}.".encode() + body, base64.b64decode(claim[1]))
        if server is None:
            raise Refused(401, "wrong_signature", f"{SIGNATURE} fits the secret of none of our tracking servers.")
        return server, delivery, _event(body)

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > self.limits.body:
            raise Refused(413, "too_large", f"The body has more than {self.limits.body} bytes.")
        body = b""
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                async for chunk in request.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > self.limits.body:
                        raise Refused(413, "too_large", f"The body has more than {self.limits.body} bytes.")
        except TimeoutError:
            raise Refused(408, "slow", f"The body took more than {self.limits.body_seconds:g} seconds.") from None
        except (web.RequestPayloadError, ConnectionError):
            raise Refused(400, "malformed", "The body is not what its headers say.") from None
        return body

    def _signer(self, signed: bytes, claim: bytes) -> str | None:
        """Return the server whose secret signs this; takes as long whatever the answer is."""
        matches = {
            name: hmac.compare_digest(hmac.digest(secret, signed, "sha256"), claim)
            for name, secret in self._secrets.items()
        }
        return next((name for name, fits in matches.items() if fits), None)


def _event(body: bytes) -> tuple[str, str]:
    try:
        given: Any = json.loads(body.decode("utf-8"))
        return str(given["entity"]), str(given["action"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(400, "malformed", "The body is not JSON as MLflow sends it.") from None
