"""What ``headgate check --event`` makes of the event file of a workflow, and by which policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.desk import Desk
from tests.bot.checking import commit_policy, feature, payload, write
from tests.bot.conftest import Headgate

__all__ = ["feature"]

TAG = "The event is a push of a tag; only pushes to branches are judged."


def test_a_pull_request_event_brings_title_author_and_number(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    event = write(tmp_path / "event.json", payload(feature, base="main", title="forecast"))
    answer = headgate("check", "--repo", feature.clone, "--event", event, "--format", "json")
    assert answer.code == 1
    assert answer.findings("wrong-merge-target")[0]["commands"] == ["gh pr edit 12 --base dev"]
    assert answer.outcome("bad-title") == "fail"
    assert answer.outcome("missing-approval") == "unknown", "reviews are not in the event"


@pytest.mark.parametrize("repository", [None, {"full_name": "eve/forecast"}])
def test_a_forks_main_is_not_our_production_branch(
    feature: Desk, headgate: Headgate, tmp_path: Path, repository: object
) -> None:
    changed = payload(feature, head="feature/x")
    changed["pull_request"]["head"] |= {"ref": "main", "repo": repository}
    event = write(tmp_path / "event.json", changed)
    answer = headgate("check", "--repo", feature.clone, "--event", event, "--format", "json")
    assert answer.blocking == {"unknown-branch-type"}


def test_a_commit_that_was_not_fetched_is_undecided(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    changed = payload(feature)
    changed["pull_request"]["head"]["sha"] = "1" * 40
    event = write(tmp_path / "event.json", changed)
    assert headgate("check", "--repo", feature.clone, "--event", event).code == 3


def event_of(folder: Path, subject: dict[str, Any], default: str = "main") -> Path:
    return write(folder / "event.json", subject | {"repository": {"default_branch": default}})


def test_the_event_names_the_branch_whose_policy_holds(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    commit_policy(feature, "rules: {wrong-merge-target: warning}\n", "dev")
    for default, code in (("dev", 0), ("main", 1)):
        event = event_of(tmp_path, payload(feature, base="main"), default)
        answer = headgate("check", "--repo", feature.clone, "--event", event, "--format", "json")
        assert answer.code == code
        assert answer.json["policy"] == (".github/headgate.yml on dev" if default == "dev" else "preset gitflow")


def test_without_the_default_branch_nobody_is_judged_by_another_policy(
    feature: Desk, headgate: Headgate, tmp_path: Path
) -> None:
    single = tmp_path / "single"
    feature.git("clone", "--quiet", "--single-branch", "--branch=dev", f"file://{feature.origin}", str(single))
    answer = headgate("check", "--repo", single, "--event", event_of(tmp_path, payload(feature)))
    assert answer.code == 2
    assert (
        "The default branch, whose policy holds, is not in this clone; fetch it: git remote set-branches" in answer.err
    )


def test_a_checked_out_policy_counts_for_nothing_in_an_event(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    feature.git("switch", "--quiet", "feature/x")
    feature.commit("A", "ci: loosen", {".github/headgate.yml": "rules: {wrong-merge-target: off}\n"})
    event = event_of(tmp_path, payload(feature, base="main"))
    answer = headgate("check", "--repo", feature.clone, "--event", event, "--format", "json")
    assert (answer.blocking, answer.json["policy"]) == ({"wrong-merge-target"}, "preset gitflow")


def test_a_pull_request_that_breaks_the_policy_is_blocked(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    feature.git("switch", "--quiet", "feature/x")
    feature.commit("A", "ci: policy", {".github/headgate.yml": "rules: {bad-titel: error}\n"})
    asked = ("check", "--repo", feature.clone, "--event", event_of(tmp_path, payload(feature)))
    answer = headgate(*asked, "--format", "json")
    assert (answer.code, answer.json["verdict"], answer.blocking) == (1, "fail", set())
    message = "There is no rule `bad-titel`. Did you mean `bad-title`?"
    assert answer.json["policy_errors"] == [{"line": 1, "column": 9, "message": message}]
    text = headgate(*asked).out
    assert text.startswith("✗ #12 feature/x → dev  blocked\n")
    assert f"  The policy in this pull request cannot be used\n    line 1, column 9: {message}\n" in text


def test_a_push_of_a_tag_is_nothing_to_judge(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    sha = feature.git("rev-parse", "main")
    event = write(tmp_path / "event.json", {"ref": "refs/tags/v1.0.0", "before": "0" * 40, "after": sha})
    report = tmp_path / "report.json"
    asked = ("check", "--repo", feature.clone, "--event", event, "--report", report)
    answer = headgate(*asked, "--format", "github")
    assert (answer.code, answer.out) == (0, f"::notice title=headgate::{TAG}\n")
    assert headgate(*asked).out == f"{TAG}\n"
    assert json.loads(report.read_text())["notes"] == [TAG]


def test_what_keeps_a_workflow_from_being_judged_is_an_annotation(
    feature: Desk, headgate: Headgate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    asked = ("check", "--repo", feature.clone, "--format", "github", "--event")
    answer = headgate(*asked, write(tmp_path / "event.json", {"issue": {"number": 3}}))
    assert answer.code == 2
    assert answer.out.startswith(f"::error title=headgate::{tmp_path}/event.json is about no pull request")
    assert (tmp_path / "summary.md").read_text().startswith("**Could not decide**\n\n`")
    commit_policy(feature, "rules:\n  bad-titel: error\n")
    answer = headgate(*asked, event_of(tmp_path, payload(feature)))
    assert answer.code == 2
    label = ".github/headgate.yml on main, line 2, column 3"
    where = "file=.github/headgate.yml,line=2,title=headgate%3A policy"
    message = "There is no rule `bad-titel`. Did you mean `bad-title`?"
    assert answer.out == f"::error {where}::{label}: {message}\n"


def test_a_merge_group_has_no_more_annotations_than_the_runner_keeps(
    desk: Desk, headgate: Headgate, tmp_path: Path
) -> None:
    desk.start("queue", "dev")
    for number in range(12):
        desk.start(f"wild{number}", "dev")
        desk.commit("B", "fix: y", {f"{number}.py": "1\n"})
        desk.merge("B", f"wild{number}", "queue", number + 1)
    shas = {"head_sha": desk.git("rev-parse", "queue"), "base_sha": desk.git("rev-parse", "dev")}
    group = {"merge_group": shas | {"base_ref": "refs/heads/dev", "head_ref": "refs/heads/queue"}}
    event = write(tmp_path / "group.json", group)
    lines = headgate("check", "--repo", desk.clone, "--event", event, "--format", "github").out.splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert errors[-1] == "::error title=headgate::… and 3 more; headgate check lists them all"


def test_a_push_event_finds_what_no_pull_request_brought(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    before = feature.git("rev-parse", "dev")
    feature.merge("A", "feature/x", "dev", 12)
    feature.commit("B", "quick fix", {"two.py": "3\n"})
    event = write(
        tmp_path / "push.json", {"ref": "refs/heads/dev", "before": before, "after": feature.git("rev-parse", "dev")}
    )
    answer = headgate("check", "--repo", feature.clone, "--event", event, "--format", "json")
    (finding,) = answer.findings("direct-push")
    assert finding["message"] == "1 commit reached `dev` without a pull request."
    assert [line.split(" ", 1)[1] for line in finding["details"]] == ["`quick fix`"]


def test_a_merge_group_is_judged_one_by_one(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    base = feature.git("rev-parse", "dev")
    feature.start("gh-readonly-queue/dev/pr-13-abc", "dev")
    feature.start("wild", "dev")
    feature.commit("B", "fix: y", {"y.py": "1\n"})
    feature.merge("A", "feature/x", "gh-readonly-queue/dev/pr-13-abc", 12)
    feature.merge("B", "wild", "gh-readonly-queue/dev/pr-13-abc", 13)
    group = {
        "head_sha": feature.git("rev-parse", "HEAD"),
        "head_ref": "refs/heads/gh-readonly-queue/dev/pr-13-abc",
        "base_sha": base,
        "base_ref": "refs/heads/dev",
    }
    event = write(tmp_path / "group.json", {"action": "checks_requested", "merge_group": group})
    answer = headgate("check", "--repo", feature.clone, "--event", event, "--format", "json")
    assert (answer.code, answer.json["verdict"]) == (1, "fail")
    assert {pr["head"]: pr["verdict"] for pr in answer.json["pull_requests"]} == {"feature/x": "pass", "wild": "fail"}


def test_a_squashed_merge_group_is_undecided_never_green(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    base = feature.git("rev-parse", "dev")
    feature.git("switch", "--quiet", "dev")
    feature.commit("A", "feat: squashed (#12)", {"z.py": "1\n"})
    head = feature.git("rev-parse", "dev")
    group = {"head_sha": head, "base_sha": base, "base_ref": "refs/heads/dev", "head_ref": "q"}
    event = write(tmp_path / "group.json", {"merge_group": group})
    answer = headgate("check", "--repo", feature.clone, "--event", event)
    assert answer.code == 3
    assert "only the App can know" in answer.err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"pull_request": null}',
        b'{"pull_request": {"head": 3}}',
        b'{"pull_request": {"head": {"ref": "x", "sha": "zz"}}}',
        b'{"merge_group": {}}',
        b'{"ref": "refs/heads/dev", "after": 3, "before": []}',
        b'{"issue": {"number": 3}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_bad_event_file_is_answered_in_one_line(
    feature: Desk, headgate: Headgate, tmp_path: Path, content: bytes
) -> None:
    event = tmp_path / "event.json"
    event.write_bytes(content)
    answer = headgate("check", "--repo", feature.clone, "--event", event)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert answer.err.startswith("headgate: ")
