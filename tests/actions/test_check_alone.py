"""The Action `check` without act: what it installs, and what it says of a Python that is too old."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires

import pytest

from actions.check.checking import REQUIREMENTS, refuse_old_python
from actions.toolkit import InputError
from tests.actions.act import ROOT

IMPORTED = """
import sys
before = set(sys.modules)
import bot.cli, bot.commands.check
print(*{name.partition(".")[0] for name in set(sys.modules) - before})
"""


def pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def test_what_it_installs_is_pinned_as_for_the_server() -> None:
    ours, whole = (pins(path.read_text("utf-8")) for path in (REQUIREMENTS, ROOT / "requirements" / "run.txt"))
    assert ours.items() <= whole.items()


def test_it_installs_what_headgate_check_imports_and_no_more() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, capture_output=True, check=True, text=True)
    packages = packages_distributions()
    imported = {canonical(name) for package in done.stdout.split() for name in packages.get(package, ())} - {"headgate"}
    installed = set(pins(REQUIREMENTS.read_text("utf-8")))
    assert imported - installed == set()
    assert installed == imported.union(*map(required, imported))


def required(package: str) -> set[str]:
    """Return what a package needs always, and what that needs."""
    first = {canonical(re.split(r"[^\w.-]", line)[0]) for line in requires(package) or () if "extra ==" not in line}
    return first.union(*map(required, first))


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


def test_a_python_that_is_too_old_is_told_so() -> None:
    refuse_old_python((3, 11))
    with pytest.raises(InputError, match=r"needs Python 3\.11 or newer, and this is 3\.9: use actions/setup-python"):
        refuse_old_python((3, 9))
