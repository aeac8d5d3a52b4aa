"""What a clone cannot know is said, with the command that helps; hostile names do no harm."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from sandbox.desk import Desk
from tests.bot.conftest import Headgate


def clone(desk: Desk, to: Path, *options: str) -> Path:
    subprocess.run(["git", "clone", "--quiet", *options, f"file://{desk.origin}", str(to)], check=True)
    return to


def run(commands: list[str], where: Path) -> None:
    for command in commands:
        subprocess.run(shlex.split(command), cwd=where, check=True, capture_output=True)


@pytest.fixture
def hotfix(desk: Desk) -> Desk:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.publish()
    return desk


def test_a_shallow_clone_is_undecided_until_its_command_has_run(
    hotfix: Desk, headgate: Headgate, tmp_path: Path
) -> None:
    shallow = clone(hotfix, tmp_path / "shallow", "--depth=1", "--branch=hotfix/1.0.1")
    asked = ("check", "--repo", shallow, "--base", "main", "--format", "json")
    answer = headgate(*asked)
    assert (answer.code, answer.json["verdict"]) == (3, "unknown")
    for rule in ("foreign-commits", "bad-version", "merge-conflict"):
        assert answer.outcome(rule) == "unknown", rule
    run(answer.findings("foreign-commits")[0]["commands"], shallow)
    assert headgate(*asked).code == 0


def test_a_single_branch_clone_is_undecided_until_its_command_has_run(
    hotfix: Desk, headgate: Headgate, tmp_path: Path
) -> None:
    single = clone(hotfix, tmp_path / "single", "--single-branch", "--branch=hotfix/1.0.1")
    asked = ("check", "--repo", single, "--base", "main", "--format", "json")
    answer = headgate(*asked)
    assert answer.code == 3
    (finding,) = answer.findings("foreign-commits")
    run(finding["commands"], single)
    assert headgate(*asked).code == 0


def test_a_branch_that_is_not_here_is_undecided_and_named(desk: Desk, headgate: Headgate) -> None:
    answer = headgate("check", "--repo", desk.clone, "--head", "feature/elsewhere", "--base", "dev", "--format", "json")
    assert answer.code == 3
    (finding,) = answer.findings("merge-conflict")
    assert finding["message"] == "The branch `feature/elsewhere` is not in this clone."
    fetch = "git fetch origin +refs/heads/feature/elsewhere:refs/remotes/origin/feature/elsewhere"
    assert finding["commands"] == [fetch]


def test_a_clone_without_tags_says_so(hotfix: Desk, headgate: Headgate, tmp_path: Path) -> None:
    bare = clone(hotfix, tmp_path / "untagged", "--no-tags", "--branch=hotfix/1.0.1")
    asked = ("check", "--repo", bare, "--base", "main", "--format", "json")
    answer = headgate(*asked)
    assert (answer.code, answer.outcome("bad-version")) == (3, "unknown")
    run(answer.findings("bad-version")[0]["commands"], bare)
    assert headgate(*asked).code == 0


def test_unrelated_histories_are_undecided(desk: Desk, headgate: Headgate) -> None:
    desk.git("switch", "--quiet", "--orphan", "feature/island")
    desk.commit("A", "another beginning", {"island.py": "1\n"})
    answer = headgate("check", "--repo", desk.clone, "--base", "dev", "--format", "json")
    assert answer.outcome("merge-conflict") == "unknown"
    assert "no commit in common" in answer.findings("merge-conflict")[0]["message"]


def test_a_conflict_is_found_without_touching_the_work_tree(desk: Desk, headgate: Headgate) -> None:
    desk.start("feature/clash", "main")
    desk.commit("A", "the same file", {"one.py": "another\n", "ünï.py": "x\n"})
    desk.publish()
    (desk.clone / "model.py").write_text("half written")
    before = desk.git("status", "--porcelain"), desk.git("stash", "list"), desk.git("rev-parse", "HEAD")
    answer = headgate("check", "--repo", desk.clone, "--head", "feature/clash", "--base", "dev", "--format", "json")
    assert answer.blocking == {"merge-conflict"}
    assert answer.findings("merge-conflict")[0]["message"].endswith("the same lines: `one.py`.")
    assert before == (desk.git("status", "--porcelain"), desk.git("stash", "list"), desk.git("rev-parse", "HEAD"))


def test_the_remote_counts_for_the_base_and_the_clone_for_the_head(desk: Desk, headgate: Headgate) -> None:
    desk.start("feature/x", "dev")
    desk.commit("A", "pushed", {"x.py": "1\n"})
    desk.publish()
    desk.git("switch", "--quiet", "feature/x")
    desk.commit("A", "not pushed yet", {"x.py": "2\n"})
    desk.git("branch", "--force", "dev", "main")  # the local copy of dev is old
    answer = headgate("check", "--repo", desk.clone, "--format", "json")
    assert answer.json["base_sha"] == desk.git("rev-parse", "origin/dev")
    assert answer.json["head_sha"] == desk.git("rev-parse", "feature/x")
    assert answer.json["base"] == "dev"


HOSTILE = [
    "feature/#42",
    "feature/100%",
    "feature/`id`",
    "feature/$(id)",
    "feature/<img-src=x-onerror=alert(1)>",
    "feature/_bold_|table|",
    "feature/@everyone",
    "feature/ünïcödé-模型",
    "feature/\u202egnp",
    "feature/" + "x" * 240,
    "feature/%0A%3A%3Aerror",
    "feature/'\";true#",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_hostile_branch_names_are_judged_and_inert(desk: Desk, headgate: Headgate, name: str, form: str) -> None:
    desk.git("update-ref", f"refs/heads/{name}", "dev")
    answer = headgate("check", "--repo", desk.clone, "--head", name, "--base", "main", "--format", form)
    assert answer.code == 1
    assert not [c for c in answer.out if c != "\n" and not c.isprintable()]
    if form == "json":
        assert answer.json["head"] == name
    if form == "github":
        lines = answer.out.strip().split("\n")
        assert all(line.startswith("::error title=headgate%3A wrong-merge-target::") for line in lines)


def test_a_name_that_is_not_utf8_is_judged(desk: Desk, headgate: Headgate) -> None:
    reference = desk.clone / ".git" / "refs" / "heads"
    (Path(str(reference)) / "feature").mkdir(exist_ok=True)
    raw = bytes(reference) + b"/feature/caf\xe9"
    Path(raw.decode("utf-8", "surrogateescape")).write_text(desk.git("rev-parse", "dev") + "\n")
    name = "feature/caf\udce9"
    answer = headgate("check", "--repo", desk.clone, "--head", name, "--base", "main")
    assert answer.code == 1
    assert "feature/caf\\xe9" in answer.out


def test_a_person_cannot_pass_for_a_bot(desk: Desk, headgate: Headgate) -> None:
    desk.start("dependabot/pip/numpy", "dev")
    desk.commit("A", "bump numpy", {"requirements.txt": "numpy\n"})
    desk.publish()
    asked = ("check", "--repo", desk.clone, "--head", "dependabot/pip/numpy", "--base", "dev", "--format", "json")
    answer = headgate(*asked)
    assert answer.blocking == {"unknown-branch-type"}
    assert "reserved for pull requests of `dependabot[bot]`" in answer.findings("unknown-branch-type")[0]["message"]
    desk.git("switch", "--quiet", "dependabot/pip/numpy")
    email = "49699333+dependabot[bot]@users.noreply.github.com"
    desk.git("commit", "--quiet", "--amend", "--no-edit", f"--author=dependabot[bot] <{email}>")
    assert headgate(*asked).code == 0


def test_a_repository_with_nothing_but_production_is_told_to_make_an_integration_branch(
    tmp_path: Path, headgate: Headgate
) -> None:
    desk = Desk(tmp_path, "young")
    desk.commit("A", "first", {"a": "1\n"})
    desk.start("feature/x", "main")
    desk.commit("A", "second", {"a": "2\n"})
    desk.publish()
    answer = headgate("check", "--repo", desk.clone, "--head", "feature/x", "--format", "json")
    (finding,) = answer.findings("wrong-merge-target")
    assert "there is no integration branch yet" in finding["message"]
    run(finding["commands"], desk.clone)
    run(["git fetch --quiet origin"], desk.clone)
    assert headgate("check", "--repo", desk.clone, "--head", "feature/x").code == 0
