"""One tracking server for the tests of this folder, and the Action in this process."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from actions import toolkit
from actions.train import tracking
from actions.train.training import main
from tests.services.mlflow import MlflowServer

HEAD = "a" * 40

INPUTS = {
    "command": "",
    "project": "",
    "entry-point": "main",
    "parameters": "",
    "env-manager": "local",
    "experiment": "",
    "tracking-uri": "",
    "working-directory": ".",
    "timeout-minutes": "350",
    "metric": "",
    "allow-no-runs": "false",
}


@dataclass(frozen=True)
class Done:
    code: int
    log: str
    outputs: dict[str, str]
    summary: str


Train = Callable[..., Done]


@pytest.fixture(scope="session")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """A server that asks nobody who they are."""
    folder = tmp_path_factory.mktemp("mlflow")
    server = MlflowServer(folder, f"sqlite:///{folder / 'mlflow.db'}")
    server.begin()
    try:
        server.ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
def train(
    tmp_path: Path, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Train]:
    """Run the Action in this process, with these inputs."""
    import mlflow as library  # noqa: PLC0415  # takes seconds, only where it is needed

    (tmp_path / "temp").mkdir()
    (tmp_path / "work").mkdir()
    files = {"GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary"}
    for name in ("GITHUB_EVENT_PATH", *tracking._SETTINGS):
        monkeypatch.setenv(name, "")  # so that it is as before afterwards, also if it was not there
        monkeypatch.delenv(name)
    for name, value in {
        **{name: str(tmp_path / file) for name, file in files.items()},
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_WORKSPACE": str(tmp_path / "work"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_SHA": HEAD,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/forecast",
        "GITHUB_RUN_ID": "1",
        "MLFLOW_TRACKING_URI": mlflow.url,
    }.items():
        monkeypatch.setenv(name, value)

    def train(**inputs: str) -> Done:
        given = INPUTS | {name.replace("_", "-"): value for name, value in inputs.items()}
        for name, value in given.items():
            monkeypatch.setenv("WITH_" + name.upper().replace("-", "_"), value)
        for file in files.values():
            (tmp_path / file).write_text("")
        capfd.readouterr()
        code = toolkit.run(main)
        said = (tmp_path / "outputs").read_text()
        outputs = dict(re.findall(r"^(.+?)<<(?:.+)\n(.*)\n", said, re.MULTILINE))
        return Done(code, "".join(capfd.readouterr()), outputs, (tmp_path / "summary").read_text())

    yield train
    library.set_tracking_uri(None)  # type: ignore[arg-type]  # which makes it forget, as its code says
