"""What the Actions install: by hash, from no host that is named, in the versions that we test with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.actions.act import ROOT

LOCKS = sorted([*ROOT.glob("actions/*/*.txt"), *ROOT.glob("tests/actions/*.txt")])


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_hashes_and_names_no_place(lock: Path) -> None:
    text = lock.read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.partition("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"\S*://\S*|file:\S*|\s/\S+|--(?:extra-)?index-url\S*|--find-links\S*", text) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_agrees_with_ours(lock: Path) -> None:
    ours = pins(ROOT / "requirements" / "dev.txt")
    shared = {name: version for name, version in pins(lock).items() if name in ours}
    assert shared
    assert shared == {name: ours[name] for name in shared}


def test_npms_lock_names_no_registry() -> None:
    lock = (ROOT / "tests" / "actions" / "languageservice" / "package-lock.json").read_text("utf-8")
    assert '"integrity": "sha512-' in lock
    assert '"resolved"' not in lock
