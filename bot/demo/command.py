"""``headgate demo``: the story in the browser, or once as a table."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click
import structlog

from bot.errors import UsageProblem
from bot.report import terminal

TRAINING = ("mlflow", "scikit-learn")
"""What other processes need; `mlflow-skinny`, which we have, is no server."""

EXIT_INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C has ended."""


@click.command()
@click.option("--once", is_flag=True, help="Print one table; exit 0 only if each verdict is as the story tells.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where the pages are; default: any free port.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), help="Build everything here and leave it there."
)
@click.option(
    "--with-actions",
    is_flag=True,
    help="Also train with the published Actions, run by act, which fetch flake8: a minute more, in a clone only.",
)
def demo(*, once: bool, port: int, keep: Path | None, with_actions: bool) -> int:
    """Play the story of three engineers on a GitHub on this machine, with Headgate as its App.

    Nothing leaves this machine; an MLflow server runs here too. Without --once the story is played in the browser, and
    goes on until Ctrl-C.
    """
    try:
        for library in TRAINING:
            version(library)
        from bot.demo.perform import perform  # noqa: PLC0415  # the sandbox brings libraries that only the demo needs
    except ModuleNotFoundError as error:
        raise UsageProblem(f"The demo needs {error.name} besides: pip install 'headgate[demo]'.") from error
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with _folder(keep) as folder:
        try:
            return asyncio.run(perform(folder, terminal.console(), port, once=once, with_actions=with_actions))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return EXIT_INTERRUPTED if once else 0


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="headgate-demo-") as directory:
            yield Path(directory)
    elif keep.exists() and any(keep.iterdir()):
        raise UsageProblem(f"{keep} is not empty; name a directory that does not exist yet.")
    else:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
