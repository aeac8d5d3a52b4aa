"""What keeps the project easy to work on: locked versions, an honest bootstrap, `make rule`, a complete wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from bot.cli import COMMANDS
from policies import presets
from policies.config import Config, read
from scripts import rule

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_no_path(lock: Path) -> None:
    assert (
        re.findall(r"\S*://\S*|file:\S*|\s/\S+|--(?:extra-)?index-url\S*|--find-links\S*", lock.read_text("utf-8"))
        == []
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_hashes(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.partition("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_locks_agree() -> None:
    everything = pins("dev.txt")
    assert {name: everything.get(name) for name in pins("run.txt")} == pins("run.txt")
    assert {"uv": everything["uv"]} == pins("bootstrap.txt")


def test_our_own_policy_loads() -> None:
    assert isinstance(read((ROOT / ".github" / "headgate.yml").read_bytes()), Config)


def test_the_published_hook_is_a_command_of_ours() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in hooks] == ["headgate-check"]
    program, command = hooks[0]["entry"].split()
    assert program == "headgate"
    assert command in COMMANDS
    assert hooks[0]["stages"] == ["pre-push"]


def test_the_wheel_has_everything_and_nothing_else(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"policies/presets/{name}.yml" for name in presets.NAMES} <= names
    assert {name.split("/")[0] for name in names} == {"bot", "policies", "sandbox", "headgate-0.1.0.dist-info"}
    modules = {
        str(path.relative_to(ROOT)) for room in ("bot", "policies", "sandbox") for path in (ROOT / room).rglob("*.py")
    }
    assert modules <= names


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a repository that has the folders that a new rule goes to."""
    for folder in ("policies/gitflow", "tests/policies/cases"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_new_rule_gets_its_file_its_cases_and_five_steps(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rule.main(["stale-branch"], copy) == 0
    text = (copy / "policies" / "gitflow" / "stale_branch.py").read_text("utf-8")
    assert 'RULE = Rule(name="stale-branch", since="0.1.0", check=check)' in text
    compile(text, "stale_branch.py", "exec")
    assert "## What cannot be seen" in (copy / "tests/policies/cases/stale-branch.md").read_text("utf-8")
    steps = capsys.readouterr().out.splitlines()
    assert [step[:2] for step in steps] == ["1.", "2.", "3.", "4.", "5."]
    for path in re.findall(r"policies/[a-z/]+\.py|policies/words/", "\n".join(steps[1:])):
        assert (ROOT / path).exists()


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("", "name it after the offence"),
        ("Stale-Branch", "is no rule name"),
        ("stale branch", "is no rule name"),
        ("../stale", "is no rule name"),
        ("import", "is a word of Python"),
        ("bad-title", "policies/gitflow/bad_title.py exists already"),
        ("model", "policies/gitflow/model.py exists already"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    copy: Path, name: str, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(copy.rglob("*"))
    assert rule.main([name], copy) == 2
    assert answer in capsys.readouterr().err
    assert sorted(copy.rglob("*")) == before


def test_nothing_was_left_from_the_template() -> None:
    written = [path for folder in ("policies", "tests/policies/cases") for path in (ROOT / folder).rglob("*.*")]
    texts = (path for path in written if path.suffix in (".py", ".md"))
    assert [path.name for path in texts if "TODO:" in path.read_text("utf-8")] == []


def test_bootstrap_says_what_is_missing(tmp_path: Path) -> None:
    """With a Python that is too old nothing is made, and the message says what to do."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "dirname", "git", "id"):
        (programs / name).symlink_to(shutil.which(name) or "")
    old = programs / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    old.chmod(0o755)
    tree = tmp_path / "tree"
    (tree / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "bootstrap", tree / "scripts")
    done = subprocess.run(
        [str(programs / "bash"), str(tree / "scripts" / "bootstrap")],
        env={"PATH": str(programs), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "no Python 3.11 or newer found; install one" in done.stderr
    assert not (tree / ".venv").exists()


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True)
    assert set(re.findall(r"^  make ([a-z]+)", done.stdout, re.MULTILINE)) == targets
