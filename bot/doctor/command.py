"""``headgate doctor``: looks at everything that the server needs, says what is wrong, and what mends it.

Reads only. The server may run meanwhile. Libraries of the server are imported when the command runs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.doctor.sign import Sign, State
from bot.errors import EXIT_BLOCKED, EXIT_PASS
from policies.phrase import visible

if TYPE_CHECKING:
    from bot.settings import Settings

MARKS: Mapping[State, tuple[str, str]] = {
    State.FINE: ("✓", "green"),
    State.WARNING: ("!", "yellow"),
    State.WRONG: ("✗", "red"),
}


@click.command()
@click.option("--env-file", type=click.Path(path_type=Path, dir_okay=False), help="A file of HEADGATE_ variables.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(env_file: Path | None, form: str) -> int:
    """Say what is wrong with the set-up of the server, and what mends it. Nothing is changed.

    Exit codes: 0 all is well or only warned of, 1 something is wrong, 2 not set up.
    """
    from bot.settings import read_settings  # noqa: PLC0415  # see above

    signs = asyncio.run(_all(read_settings(env_file)))
    if form == "json":
        click.echo(json.dumps([{**asdict(sign), "state": sign.state.value} for sign in signs], indent=2))
    else:
        _show(signs)
    return EXIT_BLOCKED if any(sign.state is State.WRONG for sign in signs) else EXIT_PASS


async def _all(settings: Settings) -> list[Sign]:
    from bot.doctor.app import look_at_github  # noqa: PLC0415  # see above
    from bot.doctor.places import look_at_database, look_at_tracking  # noqa: PLC0415  # likewise

    signs = [Sign("settings", State.FINE, "complete"), await look_at_database(settings)]
    signs += [sign async for sign in look_at_github(settings)]
    signs += [await look_at_tracking(server) for server in settings.servers.by_name.values()]
    return signs


def _show(signs: Iterable[Sign]) -> None:
    from rich.text import Text  # noqa: PLC0415  # see above

    from bot.report import terminal  # noqa: PLC0415  # likewise

    console = terminal.console()
    for sign in signs:
        mark, colour = MARKS[sign.state]
        line = Text.assemble((f"{mark} ", f"bold {colour}"), (visible(sign.about, 200), "bold"), "  ")
        console.print(line.append(visible(sign.said, 1_000)), soft_wrap=True)
        if sign.remedy:
            console.print(Text(f"    {visible(sign.remedy, 1_000)}"), soft_wrap=True)
