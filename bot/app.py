"""Puts the parts together and runs them in one event loop, from the first connection to the last commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import UsageProblem
from bot.jobs.opening import open_queue
from bot.jobs.port import Handler, Mourner, Queue
from bot.settings import Settings
from bot.state.address import read_address
from bot.state.schema import migrate
from bot.supervise import cancel, drain, give_back_memory, stop_on_signals, until
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.readiness import Phase, Readiness
from bot.web.server import Listener, application
from bot.web.webhook import Webhook

if TYPE_CHECKING:  # it is loaded only where it is needed
    from bot.web.mlflow import MlflowWebhook

DRAIN_SECONDS = 25.0
"""How long running jobs may take to end: Kubernetes kills after 30. What is cut off runs again at the next start."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Staff:
    """Who does the jobs, and what goes on for ever beside them, such as looking for webhooks that never came."""

    handler: Handler
    mourner: Mourner
    rounds: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()


Hire = Callable[[Settings, Queue, Metrics], AbstractAsyncContextManager[Staff]]


def run(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``announce`` is told the URL. Raises UsageProblem, CannotStore and Crashed."""
    url = settings.database_url.get_secret_value()
    address = read_address(url)
    if address.path is not None:
        _make_folder(address.path.parent)
    migrate(address)
    asyncio.run(serve(settings, open_queue(url), hire, announce))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"The folder {folder} cannot be made (HEADGATE_DATA): {error.strerror}.") from None


async def serve(
    settings: Settings, queue: Queue, hire: Hire, announce: Callable[[str], None], patience: float = DRAIN_SECONDS
) -> None:
    """Accept deliveries from when the queue is open until the last job has ended; do jobs in between.

    What comes while jobs end is stored, and waits for the next process.
    """
    stop = stop_on_signals()
    async with AsyncExitStack() as closing:
        await queue.open()
        closing.push_async_callback(queue.close)
        metrics, readiness = Metrics(), Readiness(queue)
        mlflow = await closing.enter_async_context(_mlflow(settings, queue))
        listener = _listener(settings, queue, metrics, readiness, mlflow)
        closing.push_async_callback(listener.close)
        announce(await listener.open(settings.host, settings.port))
        readiness.phase = Phase.SERVING
        running: list[asyncio.Task[None]] = []
        if settings.workers:
            staff = await closing.enter_async_context(hire(settings, queue, metrics))
            work = asyncio.create_task(queue.work(metrics.timed(staff.handler), staff.mourner, settings.workers))
            closing.push_async_callback(drain, work, queue.stop, patience)
            rounds = [asyncio.create_task(each()) for each in staff.rounds]
            closing.push_async_callback(cancel, rounds)
            running = [work, *rounds]
        try:
            await until(stop, running)
        finally:
            readiness.phase = Phase.DRAINING
    log.info("server.stopped")


def _listener(
    settings: Settings, queue: Queue, metrics: Metrics, readiness: Readiness, mlflow: MlflowWebhook | None
) -> Listener:
    secrets = [secret.get_secret_value().encode() for secret in settings.webhook_secrets]
    webhook = Webhook(queue, settings.app_id, secrets, metrics, readiness)
    return Listener(application(webhook, Health(queue, metrics, readiness), mlflow))


@asynccontextmanager
async def _mlflow(settings: Settings, queue: Queue) -> AsyncIterator[MlflowWebhook | None]:
    """Get ready to hear from those tracking servers whose secret the operator has named, if there are any."""
    secrets = settings.servers.webhook_secrets
    if not secrets:
        yield None
        return
    from bot.state.store import SqlStore  # noqa: PLC0415  # few need it here, and it delays the start
    from bot.tracking.waking import repositories_of  # noqa: PLC0415  # likewise
    from bot.web.mlflow import MlflowWebhook  # noqa: PLC0415  # likewise

    store = SqlStore(read_address(settings.database_url.get_secret_value()))
    try:
        yield MlflowWebhook(queue, secrets, partial(repositories_of, servers=settings.servers, store=store))
    finally:
        await store.close()


@asynccontextmanager
async def hire(settings: Settings, queue: Queue, metrics: Metrics) -> AsyncIterator[Staff]:
    """Get ready to judge. What that takes is imported here, beside the loop that accepts deliveries already."""
    await asyncio.to_thread(import_module, "bot.work.dispatch")
    await asyncio.to_thread(import_module, "bot.state.store")
    from bot.github.client import AppGitHub  # noqa: PLC0415  # likewise
    from bot.state.store import SqlStore  # noqa: PLC0415  # likewise
    from bot.tracking.pool import Pool  # noqa: PLC0415  # likewise
    from bot.work.dispatch import Dispatch  # noqa: PLC0415  # see above
    from bot.work.rounds import redeliver_for_ever, sweep_for_ever  # noqa: PLC0415  # likewise
    from bot.work.world import World  # noqa: PLC0415  # likewise

    give_back_memory()
    github = AppGitHub(
        settings.app_id,
        settings.private_key.get_secret_value(),
        settings.github_api_url,
        observer=lambda exchange: metrics.github(exchange.installation, exchange.status, exchange.remaining),
    )
    store = SqlStore(read_address(settings.database_url.get_secret_value()))
    pool = Pool(settings.servers, metrics.mlflow)
    world = World(github, store, queue, settings.app_id, pool=pool)
    dispatch = Dispatch(world)
    rounds = [partial(each, world) for each in (sweep_for_ever, redeliver_for_ever)]
    try:
        yield Staff(dispatch.handle, dispatch.mourn, rounds)
    finally:
        pool.close()
        await github.close()
        await store.close()
