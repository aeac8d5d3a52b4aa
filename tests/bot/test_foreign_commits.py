"""Which commits a branch may carry, on real Git histories: the table that ancestry alone gets wrong."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from sandbox.desk import Desk
from tests.bot.conftest import Answer, Headgate


def check(headgate: Headgate, desk: Desk, head: str, base: str) -> Answer:
    desk.publish()
    return headgate("check", "--repo", desk.clone, "--head", head, "--base", base, "--format", "json")


def details(answer: Answer) -> list[str]:
    return [detail for finding in answer.findings("foreign-commits") for detail in finding["details"]]


def test_a_hotfix_from_production_is_clean(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    assert check(headgate, desk, "hotfix/1.0.1", "main").outcome("foreign-commits") == "pass"


def test_a_hotfix_from_the_integration_branch_drags_unfinished_work_along(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    assert answer.code == 1
    (finding,) = answer.findings("foreign-commits")
    assert finding["message"] == "`hotfix/1.0.1` carries 2 commits that belong to `dev`."
    assert [line.split(" ", 1)[1] for line in finding["details"]] == ["`unfinished one`", "`unfinished two`"]


def test_an_early_back_merge_is_legal(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.merge("A", "hotfix/1.0.1", "dev", 7)
    assert check(headgate, desk, "hotfix/1.0.1", "main").outcome("foreign-commits") == "pass"


def test_a_hotfix_from_a_merged_feature_names_the_pull_request_that_brought_it(desk: Desk, headgate: Headgate) -> None:
    desk.start("feature/spark", "main")
    desk.commit("B", "half of a feature", {"spark.py": "1\n"})
    desk.merge("B", "feature/spark", "dev", 8)
    desk.start("hotfix/1.0.1", "feature/spark")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    (line,) = {line for line in details(answer) if "half of a feature" in line and "brought by" in line}
    assert line.endswith("`half of a feature`, brought by #8 from `feature/spark`")


def test_an_early_back_merge_does_not_excuse_what_came_from_the_integration_branch(
    desk: Desk, headgate: Headgate
) -> None:
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.merge("A", "hotfix/1.0.1", "dev", 7)
    desk.git("switch", "--quiet", "hotfix/1.0.1")
    desk.commit("A", "mend it better", {"model.py": "rmse = 3\n"})
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    assert [line.split(" ", 1)[1] for line in details(answer)] == ["`unfinished one`", "`unfinished two`"]


def test_a_hotfix_that_went_on_after_its_back_merge_is_clean(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.merge("A", "hotfix/1.0.1", "dev", 7)
    desk.git("switch", "--quiet", "hotfix/1.0.1")
    desk.commit("A", "mend it better", {"model.py": "rmse = 3\n"})
    assert check(headgate, desk, "hotfix/1.0.1", "main").outcome("foreign-commits") == "pass"


@pytest.mark.parametrize("start", ["main", "dev"])
def test_a_back_merge_through_the_open_release_counts_as_one(desk: Desk, headgate: Headgate, start: str) -> None:
    desk.start("release/1.1.0", "main")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("hotfix/1.0.1", start)
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.merge("A", "hotfix/1.0.1", "release/1.1.0", 7)
    desk.merge("A", "release/1.1.0", "dev", 8)
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    expected = [] if start == "main" else ["`unfinished one`", "`unfinished two`"]
    assert [line.split(" ", 1)[1] for line in details(answer)] == expected


def test_merging_the_integration_branch_into_a_hotfix_is_found(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "main")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.git("merge", "--quiet", "--no-ff", "--message", "Merge branch 'dev' into hotfix/1.0.1", "dev")
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    assert [line.split(" ", 1)[1] for line in details(answer)] == ["`unfinished one`", "`unfinished two`"]


def test_the_commands_of_the_remedy_mend_the_branch(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "dev")
    desk.commit("A", "mend rounding", {"model.py": "rmse = 2\n"})
    desk.commit("A", "mend the test too", {"test_model.py": "assert True\n"})
    (finding,) = check(headgate, desk, "hotfix/1.0.1", "main").findings("foreign-commits")
    for command in finding["commands"]:
        subprocess.run(shlex.split(command), cwd=desk.clone, check=True, capture_output=True)
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    assert answer.outcome("foreign-commits") == "pass"
    subjects = desk.git("log", "--format=%s", "origin/main..origin/hotfix/1.0.1").split("\n")
    assert subjects == ["mend the test too", "mend rounding"]


def test_a_bugfix_for_a_release_must_not_bring_newer_work(desk: Desk, headgate: Headgate) -> None:
    desk.start("release/1.1.0", "dev~1")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("bugfix/units", "dev")
    desk.commit("B", "mend units", {"units.py": "1\n"})
    answer = check(headgate, desk, "bugfix/units", "release/1.1.0")
    assert answer.outcome("foreign-commits") == "fail"
    assert [line.split(" ", 1)[1] for line in details(answer)] == ["`unfinished two`"]


def test_a_feature_started_from_a_colleagues_branch_is_told_whose_commits_it_carries(
    desk: Desk, headgate: Headgate
) -> None:
    desk.start("feature/spark", "dev")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.start("feature/pipeline", "feature/spark")
    desk.commit("C", "pipeline", {"pipeline.py": "1\n"})
    desk.git("switch", "--quiet", "feature/spark")
    desk.commit("B", "spark settings", {"spark.py": "2\n"})
    mine = check(headgate, desk, "feature/pipeline", "dev")
    assert [line.split(" ", 1)[1] for line in details(mine)] == ["`spark session`"]
    assert mine.code == 0, "for a feature this is a warning by default"
    theirs = check(headgate, desk, "feature/spark", "dev")
    assert theirs.outcome("foreign-commits") == "pass", "the branch that was there first did nothing wrong"


def test_two_names_for_the_same_commit_are_no_offence(desk: Desk, headgate: Headgate) -> None:
    desk.start("feature/spark", "dev")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.git("branch", "feature/backup")
    assert check(headgate, desk, "feature/spark", "dev").outcome("foreign-commits") == "pass"


def test_a_branch_that_collects_features_makes_none_of_them_foreign(desk: Desk, headgate: Headgate) -> None:
    desk.start("feature/spark", "dev")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    desk.start("experiment/all", "dev")
    desk.merge("C", "feature/spark", "experiment/all", 5)
    desk.git("switch", "--quiet", "feature/spark")
    desk.commit("B", "spark settings", {"spark.py": "2\n"})
    assert check(headgate, desk, "feature/spark", "dev").outcome("foreign-commits") == "pass"


def test_a_feature_from_an_experiment_does_not_smuggle_it_into_dev(desk: Desk, headgate: Headgate) -> None:
    desk.start("experiment/prophet", "dev")
    desk.commit("B", "try prophet", {"prophet.py": "1\n"})
    desk.start("feature/forecast", "experiment/prophet")
    desk.commit("B", "forecast", {"forecast.py": "1\n"})
    answer = check(headgate, desk, "feature/forecast", "dev")
    assert [line.split(" ", 1)[1] for line in details(answer)] == ["`try prophet`"]


def test_a_feature_with_commits_of_an_open_release_is_found(desk: Desk, headgate: Headgate) -> None:
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    desk.start("feature/spark", "release/1.1.0")
    desk.commit("B", "spark session", {"spark.py": "1\n"})
    answer = check(headgate, desk, "feature/spark", "dev")
    assert [line.split(" ", 1)[1] for line in details(answer)] == ["`prepare 1.1.0`"]


def test_a_release_and_a_back_merge_bring_commits_on_purpose(desk: Desk, headgate: Headgate) -> None:
    desk.start("release/1.1.0", "dev")
    desk.commit("A", "prepare 1.1.0", {"version": "1.1.0\n"})
    for head, base in (("release/1.1.0", "main"), ("release/1.1.0", "dev"), ("main", "dev")):
        assert check(headgate, desk, head, base).outcome("foreign-commits") == "skip"


def test_more_than_a_thousand_commits_are_unknown_and_block(desk: Desk, headgate: Headgate) -> None:
    desk.start("hotfix/1.0.1", "main")
    tree = desk.git("rev-parse", "main^{tree}")
    tip = desk.git("rev-parse", "main")
    stream = "\n".join(
        f"commit refs/heads/hotfix/1.0.1\ncommitter A <a@example.com> {1_720_000_000 + n} +0000\ndata 1\nx\n"
        + (f"from {tip}" if n == 0 else "")
        for n in range(1_001)
    )
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=desk.clone, input=stream.encode(), check=True)
    assert desk.git("rev-parse", "hotfix/1.0.1^{tree}") == tree
    desk.git("reset", "--quiet", "--hard")
    answer = check(headgate, desk, "hotfix/1.0.1", "main")
    assert (answer.code, answer.outcome("foreign-commits")) == (3, "unknown")
    assert "more than 1000 are not compared" in answer.findings("foreign-commits")[0]["message"]
