"""One copy of the Actions for a session, and an act with a folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.act import ROOT, Act, publish
from tests.actions.once import once
from tests.actions.wheels import download

TOOLS = sorted(ROOT.glob("actions/*/*.txt"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What act is given for ``owner/headgate``; nobody changes it."""
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture
def act(tmp_path: Path, published: Path) -> Act:
    return Act(tmp_path, published)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pinned tools of `lint` and `test`: PIP_FIND_LINKS of an act that installs them."""
    return Path(once(tmp_path_factory, "wheels", lambda folder: str(download(folder, *TOOLS))))
