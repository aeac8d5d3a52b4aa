"""The listener: which address leads where, and how long anybody may take."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.errors import UsageProblem
from bot.web.answers import in_json
from bot.web.health import Health
from bot.web.webhook import Webhook

if TYPE_CHECKING:  # few servers need it
    from bot.web.mlflow import MlflowWebhook

IDLE_SECONDS = 150.0
"""How long a connection may be silent, or dawdle over its headers. Longer than the proxies in front of us keep theirs
(nginx 60, Caddy 120), because a proxy that reuses a connection which we are just closing loses the delivery."""

LINGER_SECONDS = 5.0
"""How long the rest of a refused body is read, so that its sender gets to see the answer."""

CLOSE_SECONDS = 10.0
"""How long requests may take to end when the server closes."""

BACKLOG = 1024
"""Connections that wait to be accepted; GitHub comes in bursts."""


def application(webhook: Webhook, health: Health, mlflow: MlflowWebhook | None = None) -> web.Application:
    """Return who answers what; without ``mlflow`` no tracking server has anything to tell us."""
    app = web.Application(client_max_size=webhook.limits.body, middlewares=[in_json])
    app.router.add_post("/webhook", webhook.post)
    if mlflow is not None:
        app.router.add_post("/mlflow", mlflow.post)
    app.router.add_get("/livez", health.livez)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", health.metrics)
    app.router.add_get("/", health.page)
    return app


class Listener:
    """An application at an address."""

    def __init__(self, app: web.Application, idle_seconds: float = IDLE_SECONDS) -> None:
        self._runner = web.AppRunner(
            app,
            access_log=None,  # the webhook logs deliveries
            auto_decompress=False,  # what is signed are the bytes that were sent
            keepalive_timeout=idle_seconds,
            lingering_time=LINGER_SECONDS,
            logger=_logger(),
            shutdown_timeout=CLOSE_SECONDS,
        )

    async def open(self, host: str, port: int) -> str:
        """Listen, and return the URL; ``port`` 0 takes a free one. Raises UsageProblem where that cannot be."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port, backlog=BACKLOG).start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageProblem(
                f"Cannot listen on {host}, port {port} (HEADGATE_HOST, HEADGATE_PORT): {reason}."
            ) from None
        address, chosen = self._runner.addresses[0][:2]
        return f"http://[{address}]:{chosen}" if ":" in address else f"http://{address}:{chosen}"

    async def close(self) -> None:
        """Accept no more connections, let requests end, and close."""
        await self._runner.cleanup()


def _logger() -> logging.Logger:
    """Return a logger that is silent about what is not HTTP: every port of the internet hears that all day."""
    logger = logging.getLogger("headgate.http")
    logger.addFilter(_is_about_us)
    return logger


def _is_about_us(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
