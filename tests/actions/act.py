r"""Runs workflows with the real act, without a container or the network, and says what came of each step.

How a test is written (fixtures are in conftest.py)::

    def test_a_syntax_error_fails(act: Act) -> None:
        repository = act.repository({"model.py": "def broken(:\n"})  # one commit on main
        run = act.run(repository, job({"uses": CHECKOUT}, {"id": "it", "uses": ours("lint")}))
        step = run.step("it")
        assert step.result == "failure"
        assert step.outputs["errors"] == "1"
        assert step.errors == [Annotation("error", "E999 …", {"file": "model.py", "line": "1", …})]
        assert "| E999 |" in step.summary

A workflow is a dictionary, as :func:`job` and :func:`workflow` make it, or the text of a file. It lies outside the
repository, so the repository has nothing but what the test put there. Our Actions are used as everybody uses them, by
``owner/headgate/actions/NAME@SHA`` (:func:`ours`): act gets a copy of this checkout for it (:func:`publish`), not the
caller's. The reusable workflow is ``owner/headgate/.github/workflows/ml-ci.yml@SHA`` (:func:`ours_workflow`).

What an Action installs has to come from a folder (``act.settings["PIP_FIND_LINKS"]``; the fixture ``wheels`` is one).
Many steps in one run are much quicker than many runs: give each a folder of its own and ``continue-on-error``, and
let a module have one :meth:`Act.run_once`.

Actions of others are never fetched. Each ``uses: OWNER/NAME@REF`` needs a folder ``tests/actions/NAME`` that stands
for it, as ``checkout`` does.

Where act differs from the runner, and what is done about it:

* It hands the outputs of the last inner step to the caller, whatever ``outputs:`` says: the copy of each
  ``action.yml`` ends with a step that does nothing.
* It does not know ``$/``, which names the workflow's own repository: the copies say ``owner/headgate`` and the SHA.
* It sets ``INPUT_*``, which the runner does not: our Actions read ``WITH_*``, which only ``env:`` sets.
* It gives every step of a job the same summary file; :attr:`Step.summary` is what that step added.
* It calls all jobs of a matrix failed when one is; ask for the steps instead.
* It hands its own environment to the steps: it is started with next to none, and a HOME of its own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.actions.once import once
from tests.actions.publishing import OURS, PUBLISHED, ROOT, SHA, for_act, ours, ours_workflow, publish
from tests.actions.seen import Annotation, Run, Step, read

__all__ = [
    "CHECKOUT",
    "PUBLISHED",
    "ROOT",
    "SHA",
    "Act",
    "Annotation",
    "Run",
    "Step",
    "job",
    "ours",
    "ours_workflow",
    "publish",
    "workflow",
]

STAND_INS = Path(__file__).parent
"""Folders with an ``action.yml`` each, which stand for the Actions of others that have the same name."""

CHECKOUT = f"actions/checkout@{'c' * 40}"

SECONDS = 300.0

Steps = Mapping[str, Any]
Files = Mapping[str, str | bytes]


def job(*steps: Steps, **more: Any) -> dict[str, Any]:
    """Return a workflow with one job, ``job``; ``more`` is what the job has besides."""
    return workflow(job={"runs-on": "ubuntu-latest", "steps": list(steps), **more})


def workflow(**jobs: Any) -> dict[str, Any]:
    """Return a workflow for any event, with these jobs."""
    return {"on": ["push", "pull_request", "merge_group"], "permissions": {}, "jobs": jobs}


@dataclass
class Act:
    """Runs workflows; everything that it makes is in ``folder``."""

    folder: Path
    published: Path
    settings: dict[str, str] = field(default_factory=dict)
    """Environment variables of all steps, besides the few that there always are."""

    python: Path = field(default_factory=lambda: Path(sys.executable).parent)
    """Where `python` is found: as whoever calls an Action has set it up."""

    versions: Mapping[str, Path] = field(default_factory=dict)
    """More copies of this repository, by their commit."""

    def repository(self, files: Files, name: str = "repository") -> Path:
        """Make a Git repository with one commit on ``main``."""
        repository = self.folder / name
        repository.mkdir()
        for path, content in files.items():
            target = repository / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        for command in (
            ["init", "-q", "-b", "main"],
            ["add", "--all"],
            ["commit", "-q", "--allow-empty", "-m", "Begin"],
        ):
            subprocess.run(["git", *command], cwd=repository, check=True, capture_output=True)
        return repository

    def run(
        self,
        repository: Path,
        workflow: Mapping[str, Any] | str,
        event: str = "push",
        payload: Mapping[str, Any] | None = None,
        *,
        seconds: float = SECONDS,
        secrets: Mapping[str, str] | None = None,
    ) -> Run:
        """Run the workflow for an event; ``github.sha`` is the commit that is checked out in ``repository``.

        It returns also when a job fails. TimeoutError, with the log, if it takes longer than ``seconds``.
        """
        text = workflow if isinstance(workflow, str) else json.dumps(workflow)
        (self.folder / "workflow.yml").write_text(for_act(text), "utf-8")
        (self.folder / "event.json").write_text(json.dumps(payload or {}), "utf-8")
        command = [_program("act"), event, "--workflows", str(self.folder / "workflow.yml")]
        command += ["--eventpath", str(self.folder / "event.json"), "--platform", "ubuntu-latest=-self-hosted"]
        command += ["--json", "--verbose"]  # or skipped steps are not named
        command += ["--no-cache-server", "--action-offline-mode", "--no-skip-checkout"]
        published = {SHA: self.published, **self.versions}
        command += [f"--local-repository={OURS}@{sha}={folder}" for sha, folder in published.items()]
        command += [f"--local-repository={used}={folder}" for used, folder in self._stand_ins(text)]
        command += [f"--secret={name}={value}" for name, value in (secrets or {}).items()]
        return _run(command, repository, self._environment(repository), seconds)

    def run_once(self, factory: pytest.TempPathFactory, name: str, workflow: Mapping[str, Any], files: Files) -> Run:
        """Run it in a repository of these files, in one of pytest's workers for all of them; see :func:`once`."""

        def make(folder: Path) -> str:
            act = replace(self, folder=folder)
            run = act.run(act.repository(files), workflow)
            return f"{run.code}\n{run.raw}"

        code, _, raw = once(factory, name, make).partition("\n")
        return read(int(code), raw)

    def _stand_ins(self, text: str) -> Iterator[tuple[str, Path]]:
        texts = [text, *(path.read_text("utf-8") for path in self.published.rglob("*.yml"))]
        for used in sorted({used for one in texts for used in re.findall(r"[\w.-]+/[\w.-]+@[\w.-]+", one)}):
            folder = STAND_INS / used.partition("@")[0].partition("/")[2]
            if (folder / "action.yml").exists():
                yield used, folder

    def _environment(self, repository: Path) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": f"{self.python}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "TEST_ORIGIN": str(repository),
            **self.settings,
        }


def _program(name: str) -> str:
    program = Path(sys.executable).parent / name
    assert program.exists(), f"{name} is not installed: make"
    return str(program)


def _run(command: list[str], repository: Path, variables: Mapping[str, str], seconds: float) -> Run:
    process = subprocess.Popen(
        command,
        cwd=repository,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        errors="backslashreplace",
    )
    try:
        raw, _ = process.communicate(timeout=seconds)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        raw, _ = process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise TimeoutError(raw) from None
        raise
    return read(process.returncode, raw)
