"""How a training ends: by itself, by its time limit, because somebody cancels; and that nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from actions.train import process
from actions.train.process import Ended

ROOT = Path(process.__file__).resolve().parents[2]
LONG = 60.0


def run(tmp_path: Path, script: str, limit: float = LONG) -> Ended:
    return process.run(["bash", "-c", script], tmp_path, {"PATH": os.environ["PATH"]}, limit)


def gone(file: Path) -> bool:
    """True if the process whose id stands in the file runs no more; a zombie that init will collect does not run."""
    try:
        state = Path(f"/proc/{file.read_text().strip()}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.mark.parametrize(
    ("script", "ending", "code"), [("true", "finished", 0), ("exit 3", "failed", 3), ("kill -KILL $$", "failed", 137)]
)
def test_it_ends_by_itself(tmp_path: Path, script: str, ending: str, code: int) -> None:
    ended = run(tmp_path, script)
    assert (ended.ending, ended.code) == (ending, code)
    assert 0 < ended.seconds < LONG


def test_folder_environment_and_input(tmp_path: Path) -> None:
    run(tmp_path, "cat > input; pwd > folder; env > environment")
    assert (tmp_path / "input").read_text() == ""
    assert (tmp_path / "folder").read_text() == f"{tmp_path}\n"
    assert "HOME=" not in (tmp_path / "environment").read_text()


def test_its_time_is_over(tmp_path: Path) -> None:
    """It is asked first, so that it can close its runs."""
    ended = run(tmp_path, "trap 'echo asked > asked; exit 0' TERM; sleep 60 & wait", limit=0.2)
    assert (ended.ending, ended.code) == ("timed-out", 124)
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_who_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE", 0.1)
    ended = run(tmp_path, "trap '' TERM; echo $$ > parent; bash -c 'echo $$ > child; sleep 60; true'", limit=0.3)
    assert ended.ending == "timed-out"
    assert gone(tmp_path / "parent")
    assert gone(tmp_path / "child")


def test_what_it_leaves_behind_is_ended(tmp_path: Path) -> None:
    ended = run(tmp_path, "sleep 60 & echo $! > child")
    assert (ended.ending, ended.code) == ("finished", 0)
    assert gone(tmp_path / "child")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_somebody_cancels(tmp_path: Path, number: signal.Signals) -> None:
    """The runner signals the process of the step, and nobody else."""
    program = (
        "import os; from pathlib import Path; from actions.train import process\n"
        "script = 'echo $$ > child; echo ready; exec sleep 60'\n"
        "ended = process.run(['bash', '-c', script], Path.cwd(), os.environ, 60)\n"
        "print(ended.ending, ended.code)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(number)
        assert child.stdout.read() == "cancelled 130\n"
    assert gone(tmp_path / "child")


def test_signals_are_as_before_afterwards(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run(tmp_path, "true")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
