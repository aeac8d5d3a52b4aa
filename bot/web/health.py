"""What is not a webhook: ``/livez``, ``/readyz``, ``/metrics``, and a page for whoever finds the address."""

from __future__ import annotations

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.jobs.port import Queue
from bot.web.answers import answer
from bot.web.metrics import Metrics
from bot.web.readiness import Readiness

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headgate</title>
<style>
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 15vh auto 0; padding: 0 1rem; }
  body { color: #1f2328; background: #fff; }
  code { font-family: ui-monospace, monospace; }
  @media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; } }
</style>
<h1>Headgate</h1>
<p>This server keeps machine-learning repositories honest: it holds every pull request against the team's branching
model and MLOps policy, and answers with a check run on GitHub.</p>
<p>There is nothing to see here. GitHub delivers to <code>/webhook</code>; the verdicts stand on the pull requests.</p>
</html>
"""

_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


class Health:
    def __init__(self, queue: Queue, metrics: Metrics, readiness: Readiness) -> None:
        self._queue, self._metrics, self._readiness = queue, metrics, readiness

    async def livez(self, _request: web.Request) -> web.Response:
        """Answer while the event loop turns; says nothing of the database, which a restart would not mend."""
        return answer(200, {"status": "alive"})

    async def readyz(self, _request: web.Request) -> web.Response:
        why_not = await self._readiness.why_not()
        return answer(503, {"status": why_not}) if why_not else answer(200, {"status": "ready"})

    async def metrics(self, _request: web.Request) -> web.Response:
        text = self._metrics.text(await self._queue.counts())
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def page(self, _request: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html", headers=_PAGE_HEADERS)
