"""Git as a subprocess with arguments as a list, in one bare repository, whatever configuration the machine has."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from sandbox.desk import GitFailed, environment

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
    "core.quotePath=false",
    "merge.conflictStyle=merge",
    "fastimport.unpackLimit=1000",
)
_OPTIONS = tuple(word for setting in _SETTINGS for word in ("-c", setting))

_environment: dict[str, str] = {}


def clean() -> dict[str, str]:
    """Return the environment for Git; built once, because every call needs it."""
    if not _environment:
        _environment.update(environment())
    return _environment


class Command:
    """Runs Git in one bare repository. Calls block: a few milliseconds each, and nothing else happens meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def answer(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Run Git and return its exit code and output; raises GitFailed where the code is above 1."""
        done = subprocess.run(
            ["git", *_OPTIONS, *arguments],
            cwd=self.path,
            env=clean() | dict(env or {}),
            input=stdin,
            capture_output=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise GitFailed(f"git {' '.join(arguments)}: {done.stderr.decode('utf-8', 'replace').strip()}")
        return done.returncode, done.stdout

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """Run Git and return what it prints; raises GitFailed unless the exit code is 0."""
        code, out = self.answer(*arguments, stdin=stdin, env=env)
        if code:
            raise GitFailed(f"git {' '.join(arguments)} said no")
        return out.decode("utf-8", "surrogateescape")
