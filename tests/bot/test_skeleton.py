"""``headgate init --ml``: a clone gets the files of the example, fitted to its branches, and loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from bot.errors import UsageProblem
from bot.gather.policy import PATH
from bot.local import skeleton
from policies.config import Config, read
from sandbox.desk import Desk
from tests.bot.conftest import Headgate
from tests.examples.shelf import texts

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "scikit-learn"


def clone(root: Path, *branches: str) -> Path:
    """Return a clone with one commit and these branches, the first one checked out."""
    desk = Desk(root, "repo")
    desk.git("switch", "--quiet", "--orphan", branches[0])
    desk.git("commit", "--quiet", "--allow-empty", "--message", "Begin")
    for name in branches[1:]:
        desk.git("branch", name)
    return desk.clone


def policy(folder: Path) -> Config:
    config = read((folder / PATH).read_bytes())
    assert isinstance(config, Config)
    return config


def test_a_gitflow_clone_becomes_the_example(tmp_path: Path, headgate: Headgate) -> None:
    repo = clone(tmp_path, "main", "dev")
    answer = headgate("init", "--ml", "--repo", repo)
    assert answer.code == 0, answer.err
    assert texts(repo) == texts(EXAMPLE)
    written = {line.split()[1] for line in answer.out.splitlines() if line.startswith("wrote")}
    assert {os.path.relpath(repo / path) for path in skeleton.FILES} == written
    assert "python -m diabetes.train" in answer.out
    assert "put for OWNER and the zeros" in answer.out
    assert headgate("config", "validate", repo / PATH).code == 0


def test_policy_and_workflow_fit_other_branches(tmp_path: Path, headgate: Headgate) -> None:
    repo = clone(tmp_path, "main")
    assert headgate("init", "--ml", "--repo", repo).code == 0
    assert (policy(repo).preset, policy(repo).mlflow) == ("github-flow", policy(EXAMPLE).mlflow)
    text = (repo / skeleton.WORKFLOW).read_text()
    assert text == (EXAMPLE / skeleton.WORKFLOW).read_text().replace("[main, dev]", "[main]")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("trunk", "trunk"), ("a, b", "a, b"), ("c++", r"c\+\+"), ("!not", r"\!not"), ("what!", "what!"), ("null", "null")],
)
def test_a_branch_in_the_workflow_is_only_itself(name: str, meant: str) -> None:
    """Some characters of a name have a meaning in YAML, and others in GitHub's patterns."""
    assert yaml.safe_load(skeleton._filter([name, "dev"])) == [meant, "dev"]


def test_what_is_there_stays_and_what_it_lacks_is_shown(tmp_path: Path, headgate: Headgate) -> None:
    repo = clone(tmp_path, "main", "dev")
    before = {PATH: "preset: gitflow\n", skeleton.WORKFLOW: "on: push\njobs: {}\n", "README.md": "ours\n"}
    for path, text in before.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
    answer = headgate("init", "--ml", "--repo", repo)
    assert answer.code == 0, answer.err
    assert texts(repo) == texts(EXAMPLE) | before
    for path in before:
        assert f"kept   {os.path.relpath(repo / path)}, which was there" in answer.out
    shown = answer.out.partition(f"{PATH} lacks")[2].partition(f"{skeleton.WORKFLOW} lacks")
    with (repo / PATH).open("a") as file:
        file.writelines(f"{line[4:]}\n" for line in shown[0].splitlines()[1:])
    assert policy(repo).mlflow == policy(EXAMPLE).mlflow
    assert "uses: OWNER/headgate/.github/workflows/ml-ci.yml@" in shown[2]


def test_a_second_time_changes_nothing(tmp_path: Path, headgate: Headgate) -> None:
    repo = clone(tmp_path, "main", "dev")
    headgate("init", "--ml", "--repo", repo)
    (repo / "params.yml").unlink()
    (repo / PATH).write_text("extends: acme/.github\n")  # the section may be there
    again = headgate("init", "--ml", "--repo", repo)
    assert again.code == 0
    assert f"wrote  {os.path.relpath(repo / 'params.yml')}" in again.out
    assert "lacks" not in again.out
    assert texts(repo) == texts(EXAMPLE) | {PATH: "extends: acme/.github\n"}


def test_a_policy_that_is_broken_is_said_with_its_line(tmp_path: Path, headgate: Headgate) -> None:
    repo = clone(tmp_path, "main")
    (repo / ".github").mkdir()
    (repo / PATH).write_text("preset: gitflow\nrulez: {}\n")
    answer = headgate("init", "--ml", "--repo", repo)
    assert answer.code == 2
    assert answer.err.startswith(f"{PATH}:2:1: ")
    assert set(texts(repo)) == {PATH}


def test_it_does_not_write_through_a_link_or_below_a_file(tmp_path: Path, headgate: Headgate) -> None:
    repo, outside = clone(tmp_path, "main"), tmp_path / "outside"
    outside.mkdir()
    (repo / "tests").symlink_to(outside)
    linked = headgate("init", "--ml", "--repo", repo)
    (repo / "tests").unlink()
    (repo / "diabetes").write_text("a file\n")
    below = headgate("init", "--ml", "--repo", repo)
    for answer, name in ((linked, "tests"), (below, "diabetes")):
        assert answer.code == 2
        assert f"{repo / name} is no folder" in answer.err
    assert list(outside.iterdir()) == []
    assert set(texts(repo)) == {"diabetes"}


def test_a_link_in_the_place_of_a_file_stays(tmp_path: Path, headgate: Headgate) -> None:
    repo, outside = clone(tmp_path, "main"), tmp_path / "outside"
    (repo / "params.yml").symlink_to(outside)
    assert headgate("init", "--ml", "--repo", repo).code == 0
    assert not outside.exists()


def test_a_file_that_cannot_be_written_or_read_is_named(tmp_path: Path, headgate: Headgate) -> None:
    repo = clone(tmp_path, "main")
    (repo / PATH).mkdir(parents=True)
    unreadable = headgate("init", "--ml", "--repo", repo)
    assert (unreadable.code, unreadable.err) == (2, f"headgate: {repo / PATH} cannot be read: Is a directory.\n")
    (repo / "x").write_text("made between the look and the write")
    with pytest.raises(UsageProblem, match=r"x cannot be written: File exists\. Run it again"):
        skeleton._write(repo / "x", "ours")


def test_no_work_tree_and_force_are_refused(tmp_path: Path, headgate: Headgate, desk: Desk) -> None:
    bare = headgate("init", "--ml", "--repo", desk.origin)
    assert bare.code == 2
    assert "no work tree" in bare.err
    forced = headgate("init", "--ml", "--force", "--repo", desk.clone)
    assert forced.code == 2
    assert "leave --force out" in forced.err


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("url", "revision", "uses"),
    [
        ("https://github.com/acme/headgate", "v1.2.3", f"acme/headgate/.github/workflows/ml-ci.yml@{COMMIT} # v1.2.3"),
        ("https://github.com/acme/headgate.git", "main", f"acme/headgate/.github/workflows/ml-ci.yml@{COMMIT}"),
        ("ssh://git@github.com/a/b.c.git", "v1 x\n", f"a/b.c/.github/workflows/ml-ci.yml@{COMMIT}"),
        ("https://example.com/acme/headgate", "v1.2.3", None),
        ("https://github.com/acme", "v1.2.3", None),
        ("https://github.com/acme/head gate", "v1.2.3", None),
    ],
)
def test_the_workflow_is_that_of_the_release_that_is_installed(
    tmp_path: Path, url: str, revision: str, uses: str | None
) -> None:
    vcs = {"vcs": "git", "commit_id": COMMIT, "requested_revision": revision}
    started = skeleton.start(clone(tmp_path, "main"), json.dumps({"url": url, "vcs_info": vcs}))
    workflow = (started.top / skeleton.WORKFLOW).read_text()
    assert (f"    uses: {uses}\n" in workflow) is started.released
    assert started.released is (uses is not None)
    assert ("OWNER" in workflow) is not started.released
    assert any("OWNER" in line for line in skeleton.told(started)) is not started.released


@pytest.mark.parametrize("noted", [None, '{"url": "file:///x", "dir_info": {"editable": true}}'])
def test_without_a_release_the_workflow_says_what_is_missing(tmp_path: Path, noted: str | None) -> None:
    assert not skeleton.start(clone(tmp_path, "main"), noted).released


def test_a_wheel_has_the_example(tmp_path: Path) -> None:
    repo, site = clone(tmp_path, "main", "dev"), tmp_path / "site"
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    called = [sys.executable, "-m", "bot", "init", "--ml"]
    subprocess.run(called, cwd=repo, env={**os.environ, "PYTHONPATH": str(site)}, check=True, capture_output=True)
    assert texts(repo) == texts(EXAMPLE)
    assert (site / "bot" / "local" / "example" / "MLproject").is_file(), "read from the wheel, not from this clone"
