"""The commands of the server: ``headgate serve``, and ``headgate jobs`` for the person who looks after it.

The server's libraries are imported when a command runs, so that ``headgate check`` does not pay for them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bot.commands.common import FILE
from bot.errors import UsageProblem
from bot.jobs.port import CannotStore, DeadJob, Queue
from bot.jobs.target import Target, to_json
from policies.phrase import visible

EXIT_DONE, EXIT_USAGE, EXIT_FAILED = 0, 2, 3

_env_file = click.option(
    "--env-file",
    type=FILE,
    help="A file of HEADGATE_ variables; default: .env, if there is one. The environment counts more.",
)


@click.command()
@_env_file
def serve(env_file: Path | None) -> int:
    """Run the server until SIGTERM or Ctrl-C.

    HEADGATE_APP_ID, HEADGATE_PRIVATE_KEY_FILE and HEADGATE_WEBHOOK_SECRET must be set. Exit codes: 0 stopped,
    2 not set up, 3 crashed.
    """
    from bot import app, settings, telemetry  # noqa: PLC0415  # see above

    try:
        given = settings.read_settings(env_file)
    except settings.SettingsProblem as problem:
        _list_problems(problem.problems, problem.notes)
        return EXIT_USAGE
    telemetry.configure(sys.stderr, level=given.log_level, secrets=given.secrets)
    for note in given.notes:
        telemetry.log.warning("setting.unknown", note=note)
    try:
        app.run(given, _announce)
    except UsageProblem:
        raise
    except Exception:  # noqa: BLE001  # through the log, which masks secrets
        telemetry.log.exception("server.crashed")
        return EXIT_FAILED
    return EXIT_DONE


def _list_problems(problems: Sequence[str], notes: Sequence[str]) -> None:
    click.echo("headgate: The server is not set up:", err=True)
    for sentence in (*problems, *notes):
        click.echo(f"  {visible(sentence, 1_000)}", err=True)


def _announce(url: str) -> None:
    from bot import telemetry  # noqa: PLC0415  # see above

    if sys.stderr.isatty():
        click.echo(f"Headgate listens on {url}; Ctrl-C stops it.", err=True)
    else:
        telemetry.log.info("server.listening", url=url)


@click.command()
@_env_file
@click.option("--redo", multiple=True, metavar="ID", help="Let this dead job be tried again; may be repeated.")
@click.option("--redo-all", is_flag=True, help="Let every dead job be tried again.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def jobs(*, env_file: Path | None, redo: tuple[str, ...], redo_all: bool, form: str) -> int:
    """Show what waits, and the jobs that failed for good. The server may run meanwhile."""
    from bot import settings  # noqa: PLC0415  # see above
    from bot.report.machine import FORMAT, dumps  # noqa: PLC0415  # likewise

    url = settings.read_database_url(env_file).get_secret_value()
    try:
        counts, dead, redone = asyncio.run(_look(_queue(url), redo, redo_all=redo_all))
    except CannotStore as error:
        click.echo(f"headgate: {visible(str(error), 1_000)}", err=True)
        return EXIT_FAILED
    if form == "json":
        click.echo(
            dumps({"format": FORMAT, "counts": counts, "dead": [_as_json(job) for job in dead], "redone": redone})
        )
    else:
        _show(counts, dead, redone)
    return EXIT_DONE


Looked = tuple[dict[str, int], Sequence[DeadJob], list[str]]


async def _look(queue: Queue, redo: Sequence[str], *, redo_all: bool) -> Looked:
    known = [job.id for job in await queue.dead()]
    unknown = [job for job in redo if job not in known]
    if unknown:
        raise UsageProblem(f"There is no dead job {', '.join(unknown)}; headgate jobs lists them.")
    redone = [job for job in (known if redo_all else redo) if await queue.redo(job)]
    return dict(await queue.counts()), await queue.dead(), redone


def _queue(url: str) -> Queue:
    """Return a queue to look at from outside: one that is not opened does not work, and does not disturb who does."""
    from bot.jobs.opening import open_queue  # noqa: PLC0415  # see above
    from bot.state.address import read_address  # noqa: PLC0415  # likewise

    path = read_address(url).path
    if path is not None and not path.exists():
        raise UsageProblem(f"There is no database {path} yet; headgate serve makes it. HEADGATE_DATA says where.")
    return open_queue(url)


def _as_json(job: DeadJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "target": to_json(job.target) if job.target else None,
        "delivery": job.delivery,
        "attempts": job.attempts,
        "error": job.error,
        "died_at": job.died_at.isoformat(),
    }


def _show(counts: dict[str, int], dead: Sequence[DeadJob], redone: Sequence[str]) -> None:
    from rich.table import Table  # noqa: PLC0415  # see above
    from rich.text import Text  # noqa: PLC0415  # likewise

    from bot.report import terminal  # noqa: PLC0415  # likewise

    console = terminal.console()
    for each in redone:
        console.print(Text(f"Job {each} waits again."))
    console.print(", ".join(f"{number} {state}" for state, number in counts.items()))
    if not dead:
        return
    table = Table(
        "job", "about", "delivery", "attempts", "died", "error", header_style="bold", box=None, pad_edge=False
    )
    for job in dead:
        shown = (
            job.id,
            _about(job.target),
            job.delivery,
            str(job.attempts),
            f"{job.died_at:%Y-%m-%d %H:%M}",
            job.error,
        )
        table.add_row(*(Text(visible(each)) for each in shown))
    console.print(table)
    console.print(Text("headgate jobs --redo JOB lets one be tried again, --redo-all all of them.", "dim"))


def _about(target: Target | None) -> str:
    if target is None:
        return "of another version"
    kind_and_name = target.key.removeprefix(f"{target.repository.id}/")
    return f"{target.repository.full_name} {kind_and_name}".strip()
