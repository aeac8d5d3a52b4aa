"""Runs the commands of README.md in the story's clone and writes what they print beneath them; `--check` only compares.

A shown line that is just `…` stands for any lines, and `…` within a line for any text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a file, too

from sandbox.desk import environment  # noqa: E402  # after the path is set
from sandbox.story import build  # noqa: E402

README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
COLUMNS = "110"

Run = Callable[[str], str]


def main(arguments: list[str]) -> int:
    old = README.read_text("utf-8")
    new = run_all(old)
    if new == old:
        return 0
    if "--check" in arguments:
        print("README.md is stale: run `make docs`")
        return 1
    README.write_text(new, "utf-8")
    print("README.md written")
    return 0


def run_all(text: str) -> str:
    """Return the page with every console block as it would look now; the blocks are one session in one clone."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        clone = build(root).clone
        shim = root / "bin" / "headgate"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bot "$@"\n', "utf-8")
        shim.chmod(0o755)
        return BLOCK.sub(lambda block: refreshed(block[0], in_shell(clone, shim.parent)), text)


def in_shell(clone: Path, programs: Path) -> Run:
    """Return what runs a command of the page in the clone; `$?` is the exit code of the command before it."""
    code = 0

    def run(command: str) -> str:
        nonlocal code
        done = subprocess.run(
            ["bash", "-c", f"(exit {code}); {command}"],
            cwd=clone,
            env=environment()
            | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": COLUMNS},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            encoding="utf-8",
        )
        code = done.returncode
        return "\n".join(line.rstrip() for line in done.stdout.splitlines())

    return run


def refreshed(block: str, run: Run) -> str:
    """Return a console block with each output replaced, unless what is shown fits it already."""
    fresh = []
    for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        if not part:
            continue
        prompt, _, shown = part.partition("\n")
        output = run(prompt.removeprefix("$ "))
        kept = shown.rstrip("\n") if fits(shown.rstrip("\n"), output) else output
        fresh.append(f"{prompt}\n{kept}\n" if kept else f"{prompt}\n")
    return "".join(fresh)


def fits(shown: str, output: str) -> bool:
    """Say whether an output is what the page shows."""
    lines = ("(?s:.*)" if line == "…" else re.escape(line).replace("…", ".*") for line in shown.split("\n"))
    return re.fullmatch("\n".join(lines), output) is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
