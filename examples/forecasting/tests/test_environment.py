"""Others can rebuild the environment: every version is exact, and pip and conda install the same."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LINES = [line for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
REQUIREMENTS = [line for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_a_requirement_is_exact_and_what_is_installed(line: str) -> None:
    pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.+!]*)", line)
    assert pin, f"{line}: write NAME==VERSION"
    assert version(pin[1]) == pin[2]


def test_conda_installs_the_same() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    packages = [each for each in environment["dependencies"] if isinstance(each, str)]
    assert {"pip": ["-r requirements.txt"]} in environment["dependencies"]
    assert {re.split("[=<>]", each)[0] for each in packages} == {"python", "pip"}, "packages are in requirements.txt"
