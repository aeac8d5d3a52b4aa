"""Each example in turn, and what came of a trial of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.actions.act import Act
from tests.actions.conftest import published as published  # noqa: PLC0414 -- a fixture is found where it is imported
from tests.actions.conftest import wheels as wheels  # noqa: PLC0414 -- likewise
from tests.actions.once import once
from tests.examples.shelf import EXAMPLES, Example
from tests.examples.trial import tried
from tests.services.mlflow import MlflowServer


@pytest.fixture(scope="session", params=EXAMPLES, ids=lambda example: example.name)
def example(request: pytest.FixtureRequest) -> Example:
    assert isinstance(request.param, Example)
    return request.param


@pytest.fixture(scope="session")
def trial(example: Example, published: Path, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what :func:`~tests.examples.trial.tried` does; it takes a minute, on a server of its own."""

    def make(folder: Path) -> str:
        settings = {"PIP_FIND_LINKS": str(wheels), "TEST_ARTIFACTS": str(folder / "artifacts")}
        server = MlflowServer(folder, f"sqlite:///{folder / 'mlflow.db'}")
        server.begin()
        try:
            server.ready()
            return json.dumps(tried(example, server, Act(folder, published, settings)))
        finally:
            server.stop()

    return json.loads(once(tmp_path_factory, f"trial-{example.name}", make))
