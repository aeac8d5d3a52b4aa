"""Figures for Prometheus. One object a server, with a registry of its own, so that two in one process do not mix."""

from __future__ import annotations

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.jobs.port import Handler, Job, Later

ACCEPT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 10.0)
JOB_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 120.0)


class Metrics:
    """Everything that is counted. Labels never hold anything that a stranger could choose."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._deliveries = Counter(
            "headgate_deliveries",
            "Webhook deliveries by event and by what became of them.",
            ("event", "result"),
            registry=self.registry,
        )
        self._accept = Histogram(
            "headgate_accept_seconds",
            "From the whole delivery to its durable commit.",
            buckets=ACCEPT_SECONDS,
            registry=self.registry,
        )
        self._waiting = Gauge("headgate_jobs", "Jobs by state.", ("state",), registry=self.registry)
        self._job = Histogram(
            "headgate_job_seconds",
            "How long a job ran, by kind and by how it ended.",
            ("kind", "outcome"),
            buckets=JOB_SECONDS,
            registry=self.registry,
        )
        self._github = Counter(
            "headgate_github_requests",
            "Requests to GitHub by status; none: no whole answer.",
            ("status",),
            registry=self.registry,
        )
        self._budget = Gauge(
            "headgate_github_remaining",
            "Requests that GitHub still allows this hour, by installation.",
            ("installation",),
            registry=self.registry,
        )

        self._mlflow = Histogram(
            "headgate_mlflow_seconds",
            "How long requests to tracking servers took, by the operator's name of the server.",
            ("server",),
            buckets=JOB_SECONDS,
            registry=self.registry,
        )

    def delivery(self, event: str, result: str) -> None:
        """Count a delivery. ``event`` is empty where the signature does not vouch for it."""
        self._deliveries.labels(event, result).inc()

    def accepted(self, seconds: float) -> None:
        self._accept.observe(seconds)

    def timed(self, handler: Handler) -> Handler:
        """Return a handler that also takes down how long each run took, and how it ended."""

        async def run(job: Job) -> None:
            started, outcome = time.perf_counter(), "interrupted"
            try:
                await handler(job)
                outcome = "done"
            except Later:
                outcome = "later"
                raise
            except Exception:
                outcome = "failed"
                raise
            finally:
                self._job.labels(job.target.KIND, outcome).observe(time.perf_counter() - started)

        return run

    def github(self, installation: int | None, status: int | None, remaining: int | None) -> None:
        """Count a request to GitHub. None: made as the App itself, got no whole answer, was not told a budget."""
        self._github.labels(str(status or "none")).inc()
        if installation is not None and remaining is not None:
            self._budget.labels(str(installation)).set(remaining)

    def mlflow(self, server: str, _path: str, seconds: float) -> None:
        """Take down a request to a tracking server; it may come from any thread."""
        self._mlflow.labels(server).observe(seconds)

    def text(self, jobs: Mapping[str, int]) -> bytes:
        """Return everything as Prometheus reads it, with the jobs as they are counted just now."""
        for state, number in jobs.items():
            self._waiting.labels(state).set(number)
        return generate_latest(self.registry)
