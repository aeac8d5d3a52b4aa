"""Reads a Dockerfile and does what its build stage says, in a folder instead of a container."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ALREADY_HERE = ("UV_NO_CACHE", "UV_LINK_MODE")
"""What keeps a cache out of a layer would make a test download everything each time."""


@dataclass
class Stage:
    """From one FROM to the next. Instructions are pairs of a word and what follows it."""

    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        return [rest for name, rest in self.instructions if name == word]

    def one(self, word: str) -> str:
        (only,) = self.all(word)
        return only

    def exec(self, word: str) -> list[str]:
        """Return the command of an instruction in JSON form, without the options before it."""
        return [str(part) for part in json.loads(re.sub(r"^.*?(?=\[)", "", self.one(word)))]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for rest in self.all("ENV") for pair in rest.split())


def read(path: Path) -> list[Stage]:
    """https://docs.docker.com/reference/dockerfile/, as far as ours uses it."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", "")
    stages: list[Stage] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            stages.append(Stage(rest.partition(" ")[0]))
        else:
            stages[-1].instructions.append((word, rest))
    return stages


class Machine:
    """A folder that stands for the container's root, and this machine's programs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, path: str) -> Path:
        """Return where an absolute path of the container is."""
        return self.root / path.lstrip("/")

    def here(self, text: str) -> str:
        """Replace the container's paths that our stages use by those of the folder."""
        return re.sub(r"(?<![\w./])/(src|opt|data)\b", lambda found: f"{self.root}/{found[1]}", text)

    def build(self, stage: Stage) -> None:
        folder = self.root
        environment = {name: text for name, text in stage.environment.items() if name not in ALREADY_HERE}
        for word, rest in stage.instructions:
            if word == "WORKDIR":
                folder = self.path(rest)
                folder.mkdir(parents=True)
            elif word == "COPY":
                *sources, target = rest.split()
                for source in sources:
                    _copy(ROOT / source, folder / target)
            elif word == "RUN":
                for step in rest.split("&&"):
                    self._run(self.here(step), folder, environment)

    def _run(self, command: str, folder: Path, environment: Mapping[str, str]) -> None:
        """Run a step with what this machine has downloaded before; with the network only if that is not enough."""
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        known = {**os.environ, **_index(), **environment, "PATH": programs}
        if _shell(command, folder, known | {"UV_OFFLINE": "1"}).returncode == 0:
            return
        done = _shell(command, folder, known)
        if done.returncode:
            pytest.fail(f"{command}\n{done.stdout}{done.stderr}")


def _shell(command: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, check=False, text=True
    )


def _copy(source: Path, target: Path) -> None:
    """Copy what is in a folder, or a file into one."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _index() -> dict[str, str]:
    """Where pip is told to use a mirror, tell uv the same: it does not read pip's configuration (scripts/bootstrap)."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    found = subprocess.run(asked, capture_output=True, check=False, text=True).stdout.strip()
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or found
    return {"UV_DEFAULT_INDEX": index} if index else {}
