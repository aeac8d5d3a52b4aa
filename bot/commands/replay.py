"""``headgate replay``: runs one stored webhook against GitHub and shows what it would write. Nothing is written."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import structlog
from rich.text import Text

from bot.commands.common import FILE
from bot.errors import UsageProblem
from bot.events import Malformed, read
from bot.gather.event import load
from bot.github.errors import GitHubError
from bot.github.port import Api, GitHub, Pages
from bot.github.repository import InstallationId
from bot.jobs.port import Job, Later
from bot.jobs.target import Target
from bot.report import terminal
from bot.report.machine import dumps
from policies.phrase import visible

if TYPE_CHECKING:
    from bot.settings import Settings

MOST_JOBS = 200
"""Jobs that one webhook may lead to here; an installation can lead to thousands."""


@dataclass(frozen=True, slots=True)
class Write:
    """A request that would have been made."""

    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)


class DryApi:
    """Reads from GitHub, and only notes down what should be written. Keeps the contract of :class:`Api`."""

    def __init__(self, api: Api, writes: list[Write]) -> None:
        self._api, self._writes = api, writes

    async def get(self, path: str, **query: str | int) -> Any:
        return await self._api.get(path, **query)

    async def pages(self, path: str, *, most: int, key: str | None = None, **query: str | int) -> Pages:
        return await self._api.pages(path, most=most, key=key, **query)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._note(Write("POST", path, body or {}))

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._note(Write("PATCH", path, body))

    async def delete(self, path: str) -> None:
        self._note(Write("DELETE", path))

    def _note(self, write: Write) -> dict[str, Any]:
        self._writes.append(write)
        return {**write.body, "id": len(self._writes)}


class DryGitHub:
    """GitHub, with every installation's writes noted down in one list."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self.writes: list[Write] = []

    def app(self) -> Api:
        return DryApi(self._github.app(), self.writes)

    def installation(self, installation: InstallationId) -> Api:
        return DryApi(self._github.installation(installation), self.writes)

    async def close(self) -> None:
        await self._github.close()


class Agenda:
    """The jobs that one webhook leads to, each done once, here and now."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = {target.key: target for target in targets}

    async def enqueue(self, target: Target, reason: str) -> None:  # noqa: ARG002  # the port's signature
        if len(self._targets) < MOST_JOBS:
            self._targets.setdefault(target.key, target)

    def after(self, done: set[str]) -> Target | None:
        """Return the next target that is not among the keys of those that are done."""
        return next((target for key, target in self._targets.items() if key not in done), None)


@click.command()
@click.argument("delivery", type=FILE)
@click.option("--event", help="The event's name, where DELIVERY is the bare payload: pull_request, push, …")
@click.option("--env-file", type=FILE, help="A file of HEADGATE_ variables.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def replay(delivery: Path, event: str | None, env_file: Path | None, form: str) -> int:
    """Run one stored webhook and show what it would write. GitHub is read, nothing is written.

    DELIVERY is the JSON of GET /app/hook/deliveries/ID, or the payload alone (then --event names the event).
    """
    from bot.settings import read_settings  # noqa: PLC0415  # the server's libraries are loaded when they are needed

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    settings = read_settings(env_file)
    name, payload = read_delivery(delivery, event)
    try:
        targets = read(name, payload, settings.app_id)
    except Malformed as error:
        raise UsageProblem(f"{delivery} is no {name} as GitHub sends it: {error}.") from error
    writes, notes = asyncio.run(_run(settings, targets))
    if form == "json":
        click.echo(dumps({"writes": [asdict(write) for write in writes], "notes": notes}))
    else:
        _show(writes, notes if targets else ["The server takes note of such a delivery and does nothing."])
    return 0


def read_delivery(path: Path, event: str | None) -> tuple[str, Mapping[str, Any]]:
    """Return event and payload of a file; raises UsageProblem.

    https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
    """
    given = load(path)
    request = given.get("request")
    if isinstance(request, dict) and isinstance(request.get("payload"), dict):
        return str(event or given.get("event") or ""), request["payload"]
    if event is None:
        raise UsageProblem(f"{path} is not a stored delivery; if it is the payload alone, name the event with --event.")
    return event, given


async def _run(settings: Settings, targets: Sequence[Target]) -> tuple[list[Write], list[str]]:
    """Do the jobs with a memory of their own, which is empty at first and thrown away at the end."""
    from bot.github.client import AppGitHub  # noqa: PLC0415  # likewise
    from bot.state.address import read_address  # noqa: PLC0415  # likewise
    from bot.state.schema import migrate  # noqa: PLC0415  # likewise
    from bot.state.store import SqlStore  # noqa: PLC0415  # likewise
    from bot.tracking.pool import Pool  # noqa: PLC0415  # likewise
    from bot.work.dispatch import Dispatch  # noqa: PLC0415  # likewise
    from bot.work.world import World  # noqa: PLC0415  # likewise

    agenda, done, notes = Agenda(targets), set[str](), list[str]()
    github = DryGitHub(AppGitHub(settings.app_id, settings.private_key.get_secret_value(), settings.github_api_url))
    with tempfile.TemporaryDirectory(prefix="headgate-replay-") as folder:
        memory = read_address(f"sqlite:///{folder}/memory.db")
        migrate(memory)
        store = SqlStore(memory)
        pool = Pool(settings.servers)
        dispatch = Dispatch(World(github, store, agenda, settings.app_id, pool=pool))
        try:
            while (target := agenda.after(done)) is not None:
                done.add(target.key)
                try:
                    await dispatch.handle(Job(target.key, target, "replay", attempt=1))
                except Later as later:
                    notes.append(f"{target.key}: would look again at {later.at:%H:%M:%S} UTC ({later.why}).")
                except GitHubError as error:
                    notes.append(f"{target.key}: would be tried again ({error}).")
        finally:
            pool.close()
            await github.close()
            await store.close()
    return github.writes, notes


def _show(writes: Sequence[Write], notes: Sequence[str]) -> None:
    console = terminal.console()
    for write in writes:
        console.print(Text(f"{write.method} {visible(write.path)}", "bold"), soft_wrap=True)
        output = write.body.get("output") or {}
        said = [write.body.get("conclusion") or write.body.get("status"), output.get("title")]
        text = "\n".join(str(part) for part in (*said, "", output.get("summary") or write.body.get("body")) if part)
        console.print(Text(textwrap.indent(text, "  ") + "\n"), soft_wrap=True)
    for note in notes:
        console.print(Text(visible(note, 1_000), "dim"), soft_wrap=True)
    if not writes:
        console.print("Nothing would be written.")
