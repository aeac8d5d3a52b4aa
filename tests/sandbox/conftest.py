"""A GitHub to test, and an App that looks at it."""

from __future__ import annotations

from tests.sandbox.fixtures import *  # noqa: F403 (pytest finds fixtures by name in a conftest)
