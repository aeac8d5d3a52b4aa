"""Installs the pinned tools of an Action outside the workspace, where no linter finds them and no test imports them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from actions import toolkit

_PIP = ("install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes")

_NOT_FOR_US = ("PIP_CONSTRAINT", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER", "PYTHONPATH")
"""What a caller may have set for its own installations; the index and the certificates stay as they are."""


def environment(requirements: Path) -> Path:
    """Return the Python of a virtual environment with exactly ``requirements``, made once in a job.

    It is made of the Python that runs us, so a tool reads the caller's code as that version does.
    """
    folder = _folder("tools", requirements)
    python = folder.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
    if not (folder / "complete").exists():
        has_pip = importlib.util.find_spec("pip") is not None
        venv.create(folder, clear=True, symlinks=os.name != "nt", with_pip=not has_pip)
        command = [sys.executable, "-m", "pip", "--python", str(python)] if has_pip else [str(python), "-m", "pip"]
        _install(command, requirements, [])
        (folder / "complete").touch()
    return python


def beside(requirements: Path) -> Path:
    """Return a folder with ``requirements`` for the end of ``sys.path``, made once in a job.

    The caller's environment stays as it is; what is missing there is found here.
    """
    folder = _folder("beside", requirements)
    if not (folder / "complete").exists():
        if importlib.util.find_spec("pip") is None:
            raise toolkit.InputError(f"{sys.executable} has no pip to install {requirements.name} with")
        _install([sys.executable, "-m", "pip"], requirements, ["--target", str(folder), "--upgrade"])
        (folder / "complete").touch()
    return folder


def _folder(kind: str, requirements: Path) -> Path:
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode() + sys.prefix.encode()).hexdigest()
    return toolkit.temporary() / f"headgate-{kind}-{key[:16]}"


def _install(pip: Sequence[str], requirements: Path, options: Sequence[str]) -> None:
    variables = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_US}
    command = [*pip, *_PIP, *options, "--requirement", str(requirements)]
    with toolkit.quoted():
        code = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        raise toolkit.InputError("The tools could not be installed; the log has what pip said.")
