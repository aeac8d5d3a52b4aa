"""Runs the training with an end in sight: a step of a composite Action has no time limit of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Literal

GRACE = 4.0
"""Seconds between TERM and KILL. The runner kills us ten seconds after it began to cancel, and runs have to be closed
in what is left: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation"""

TIMED_OUT_CODE = 124
"""As of `timeout` in the shell."""

_LOOK_UP = 0.2
"""Seconds between two looks at whether somebody has cancelled."""

Ending = Literal["finished", "failed", "timed-out", "cancelled"]
"""How a training ended; an output of the Action."""


@dataclass(frozen=True, slots=True)
class Ended:
    """``code`` is what the step exits with, as a shell would say it; ``seconds`` is how long it took."""

    ending: Ending
    code: int
    seconds: float


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float) -> Ended:
    """Run to the end, or for ``limit`` seconds; nothing that it started outlives it."""
    began, cancelled = time.monotonic(), Event()
    with _signals(lambda _number, _frame: cancelled.set()):
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
        ending, code = _wait(process, began + limit, cancelled)
        _end_group(process)
    return Ended(ending, code, time.monotonic() - began)


def _wait(process: subprocess.Popen[bytes], deadline: float, cancelled: Event) -> tuple[Ending, int]:
    while time.monotonic() < deadline:
        if cancelled.is_set():
            return "cancelled", 128 + signal.SIGINT
        try:
            code = process.wait(min(_LOOK_UP, max(0.0, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            continue
        return ("failed" if code else "finished"), (128 - code if code < 0 else code)
    return "timed-out", TIMED_OUT_CODE


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the command and what it left behind: first asked to, so that open runs and files are closed."""
    deadline = time.monotonic() + GRACE
    alive = _signal(process, signal.SIGTERM)
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        process.poll()
        alive = _signal(process, 0)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> bool:
    """Signal the whole group; False if there is none any more, or (so macOS says it) only what nobody waited for."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let what is done come to its end: the runner sends TERM some seconds after INT."""
    with _signals(signal.SIG_IGN):
        yield


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handled in before.items():
            signal.signal(number, handled)
