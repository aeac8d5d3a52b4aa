"""The contract of ``headgate check``: exit codes, formats, and where the policy comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.desk import Desk
from tests.bot.checking import commit_policy, feature
from tests.bot.conftest import Headgate

__all__ = ["feature"]

# --- exit codes and formats ---


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--head", "feature/x"], 0),
        (["--head", "feature/x", "--base", "main"], 1),
        (["--head", "feature/x", "--base", "nowhere"], 1),
        (["--head", "feature/gone", "--base", "dev"], 3),
        (["--format", "xml"], 2),
        (["--event", "/no/such/file"], 2),
        (["--config", "/no/such/file"], 2),
        (["--nonsense"], 2),
        (["--event", "e.json", "--base", "dev"], 2),
    ],
)
def test_exit_codes(feature: Desk, headgate: Headgate, arguments: list[str], code: int) -> None:
    assert headgate("check", "--repo", feature.clone, *arguments).code == code


def test_not_a_repository(tmp_path: Path, headgate: Headgate) -> None:
    answer = headgate("check", "--repo", tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert "is not a Git repository; name one with --repo" in answer.err
    assert "is not a directory" in headgate("check", "--repo", tmp_path / "missing").err


def test_an_empty_repository(tmp_path: Path, headgate: Headgate) -> None:
    desk = Desk(tmp_path, "empty")
    answer = headgate("check", "--repo", desk.clone)
    assert answer.code == 2
    assert "name a target with --base" in answer.err


def test_json_stands_alone_on_standard_output_and_has_the_documented_keys(feature: Desk, headgate: Headgate) -> None:
    answer = headgate("check", "--repo", feature.clone, "--head", "feature/x", "--base", "main", "--format", "json")
    report = answer.json
    assert report["verdict"] == "fail"
    assert set(report) >= {"format", "verdict", "rules", "head", "base", "head_sha", "base_sha", "policy", "as_of"}
    for rule in report["rules"]:
        assert rule["outcome"] in {"pass", "fail", "skip", "unknown", "error"}
        assert rule["severity"] in {"error", "warning"}
        assert ("reason" in rule) == (rule["outcome"] == "skip")
    (finding,) = answer.findings("wrong-merge-target")
    assert finding["message"] == "`feature/x` is of type feature: it merges into `dev`, not into `main`."
    assert finding["commands"] == ["gh pr create --base dev"]


def test_text_says_what_is_wrong_why_and_how_to_mend_it(feature: Desk, headgate: Headgate) -> None:
    out = headgate("check", "--repo", feature.clone, "--head", "feature/x", "--base", "main").out
    assert out.startswith("✗ feature/x → main  blocked\n")
    assert "    `feature/x` is of type feature: it merges into `dev`, not into `main`.\n" in out
    assert "    fix  Open the pull request against `dev`.\n         $ gh pr create --base dev\n" in out
    assert "    why  Each branch holds what its name promises only while nothing else lands on it.\n" in out
    assert "\x1b" not in out, "no colour codes in a pipe"


def test_the_workflow_format_annotates_and_writes_the_summary_page(
    feature: Desk, headgate: Headgate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    asked = ("check", "--repo", feature.clone, "--head", "feature/x", "--format", "github")
    assert headgate(*asked, "--base", "main").out.startswith("::error title=headgate%3A wrong-merge-target::")
    assert headgate(*asked, "--base", "dev").out == "::notice title=headgate::May be merged\n"
    page = summary.read_text()
    assert "## `feature/x` → `main`" in page
    assert "```sh\ngh pr create --base dev\n```" in page
    assert "**`feature/x` may be merged into `dev`." in page


def test_the_checked_out_branch_is_judged_where_its_type_goes(feature: Desk, headgate: Headgate) -> None:
    feature.git("switch", "--quiet", "feature/x")
    answer = headgate("check", "--repo", feature.clone)
    assert "✓ feature/x → dev  may be merged" in answer.out
    assert "Judged as a pull request into dev; name another target with --base." in answer.out


@pytest.mark.parametrize("branch", ["main", "dev"])
def test_a_long_lived_branch_alone_is_nothing_to_judge(desk: Desk, headgate: Headgate, branch: str) -> None:
    desk.git("switch", "--quiet", branch)
    answer = headgate("check", "--repo", desk.clone)
    assert answer.code == 0
    assert "goes nowhere by itself; name a target with --base" in answer.out


def test_a_detached_head_asks_for_a_name(feature: Desk, headgate: Headgate) -> None:
    feature.git("switch", "--quiet", "--detach", "feature/x")
    answer = headgate("check", "--repo", feature.clone)
    assert answer.code == 2
    assert "name one with --head" in answer.err


def test_the_pre_push_hook_judges_the_branch_that_is_pushed(
    feature: Desk, headgate: Headgate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/feature/x")
    assert "✓ feature/x → dev" in headgate("check", "--repo", feature.clone).out
    monkeypatch.setenv("PRE_COMMIT_LOCAL_BRANCH", "refs/tags/v1.0.0")
    assert headgate("check", "--repo", feature.clone).code == 0


def test_the_report_is_written_beside_what_is_printed(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    asked = ("check", "--repo", feature.clone, "--head", "feature/x", "--base", "main", "--report", report)
    assert headgate(*asked).out.startswith("✗ feature/x")
    assert json.loads(report.read_text())["verdict"] == "fail"
    answer = headgate(*asked[:-1], tmp_path / "nowhere" / "report.json")
    assert (answer.code, answer.out) == (2, "")
    assert "report.json cannot be written: No such file or directory." in answer.err


# --- where the policy comes from ---


def test_the_policy_of_the_default_branch_counts_and_not_the_heads(desk: Desk, headgate: Headgate) -> None:
    commit_policy(desk, "rules: {unknown-branch-type: warning}\n")
    desk.start("wild", "dev")
    desk.commit("B", "loosen", {".github/headgate.yml": "rules: {unknown-branch-type: off}\n"})
    asked = ("check", "--repo", desk.clone, "--head", "wild", "--base", "dev", "--format", "json")
    answer = headgate(*asked)
    assert answer.outcome("unknown-branch-type") == "fail"
    assert answer.json["policy"] == ".github/headgate.yml on main"
    assert any("--config" in note for note in answer.json["notes"])
    tried = headgate(*asked, "--config", desk.clone / ".github" / "headgate.yml")
    assert "unknown-branch-type" not in {rule["rule"] for rule in tried.json["rules"]}


def test_a_policy_that_is_not_committed_yet_is_tried(feature: Desk, headgate: Headgate) -> None:
    (feature.clone / ".github").mkdir(exist_ok=True)
    (feature.clone / ".github" / "headgate.yml").write_text("rules: {wrong-merge-target: off}\n")
    answer = headgate("check", "--repo", feature.clone, "--head", "feature/x", "--base", "main", "--format", "json")
    assert "wrong-merge-target" not in {rule["rule"] for rule in answer.json["rules"]}
    assert any("is not on main yet" in note for note in answer.json["notes"])


def test_a_broken_policy_is_named_with_line_and_column_and_nothing_is_judged(desk: Desk, headgate: Headgate) -> None:
    commit_policy(desk, "rules:\n  bad-titel: warning\n  bad-title: wrong\n")
    answer = headgate("check", "--repo", desk.clone, "--head", "dev", "--base", "main")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.split("\n")[:2] == [
        ".github/headgate.yml on main:2:3: There is no rule `bad-titel`. Did you mean `bad-title`?",
        ".github/headgate.yml on main:3:14: `wrong` is not one of `off`, `warning`, `error`. Did you mean `warning`?",
    ]


def test_a_policy_file_with_the_other_ending_is_not_overlooked(desk: Desk, headgate: Headgate) -> None:
    desk.git("switch", "--quiet", "main")
    desk.commit("A", "ci: policy", {".github/headgate.yaml": "preset: github-flow\n"})
    desk.publish()
    answer = headgate("check", "--repo", desk.clone, "--head", "dev", "--base", "main")
    assert answer.code == 2
    assert "rename it" in answer.err


def test_an_extended_policy_is_asked_for_and_then_enforced(feature: Desk, headgate: Headgate, tmp_path: Path) -> None:
    commit_policy(feature, "extends: acme/.github\nrules: {bad-title: error}\n")
    asked = ("check", "--repo", feature.clone, "--head", "feature/x", "--base", "dev")
    answer = headgate(*asked)
    assert answer.code == 2
    assert "--extends" in answer.err
    organisation = tmp_path / "organisation.yml"
    organisation.write_text("rules: {foreign-commits: {feature: error}}\n")
    assert headgate(*asked, "--extends", organisation).code == 0
    organisation.write_text("rules: {bad-title: error}\n")
    weaker = tmp_path / "weaker.yml"
    weaker.write_text("extends: acme/.github\nrules:\n  bad-title: warning\n")
    answer = headgate("config", "validate", weaker, "--extends", organisation)
    assert answer.code == 2
    assert "weaker.yml:3:14: `acme/.github` has `bad-title` at `error`" in answer.err


def test_metrics_are_left_to_the_server_and_that_is_said(feature: Desk, headgate: Headgate) -> None:
    section = (
        "mlflow: {server: main, experiment: sales, metrics: {rmse: {goal: minimize, tolerance: 2%, gate: true}}}\n"
    )
    commit_policy(feature, section)
    answer = headgate("check", "--repo", feature.clone, "--head", "feature/x", "--base", "dev", "--format", "json")
    assert (answer.code, answer.outcome("metric-regression")) == (0, "skip")
    reasons = {rule["reason"] for rule in answer.json["rules"] if rule["rule"] in ("metric-regression", "stale-run")}
    assert reasons == {"metrics are compared by the server, or with `headgate metrics`"}
    assert "Metrics are not compared here: the server does that, or headgate metrics." in answer.json["notes"]
