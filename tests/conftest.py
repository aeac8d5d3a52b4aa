"""What every test stands on: a Git that knows nothing of this machine, and the chapter's story."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from sandbox.desk import environment
from sandbox.story import Story, build
from tests.services.mlflow import every_mlflow, guarded_mlflow, mlflow_server, mlflow_servers, open_mlflow
from tests.services.postgres import postgres

__all__ = ["every_mlflow", "guarded_mlflow", "mlflow_server", "mlflow_servers", "open_mlflow", "postgres"]
"""Servers that all tests of a session share: a fixture that several modules import would start one for each."""

settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")
"""How fast a machine is, and how busy, is no property of the code: Hypothesis's own profile for CI says the same.

https://hypothesis.readthedocs.io/en/latest/reference/api.html#hypothesis.settings.register_profile
"""


def pytest_configure() -> None:
    """Take the machine's Git configuration away, for every Git that a test starts, directly or not."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "PRE_COMMIT"))]:
        del os.environ[name]
    os.environ.update(environment())
    person = {"NAME": "Somebody", "EMAIL": "somebody@example.com"}
    os.environ.update({f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()})
    os.environ.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="init.defaultBranch", GIT_CONFIG_VALUE_0="main")


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The story, for tests that only look; those that change it build their own."""
    return build(tmp_path_factory.mktemp("story"))
