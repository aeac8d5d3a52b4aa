"""The chapter's story: three engineers, the branches they start, and what Headgate tells them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import structlog
from click import Context
from click.testing import CliRunner

from bot.cli import cli
from bot.demo import demo
from bot.local.check import Question, judge
from sandbox import models
from sandbox.desk import environment
from sandbox.story import SCENES, Scene, Story, build


def told(story: Story, head: str, base: str) -> dict[str, list[str]]:
    """Return what the rules say that block or warn: for each the messages, the evidence and the remedy, as read."""
    report = judge(Question(repo=story.clone, head=head, base=base))[0].report
    return {
        verdict.rule: [
            line
            for finding in verdict.findings
            for line in (
                finding.message.plain(),
                *(f"· {detail.plain()}" for detail in finding.details),
                *(f"→ {line}" for line in (finding.remedy.plain().split("\n") if finding.remedy else ())),
            )
        ]
        for verdict in (*report.blocking, *report.warnings)
    }


def commit(story: Story, subject: str, branch: str) -> str:
    """Return the abbreviated id of the newest commit of a branch with this subject."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%H", "--fixed-strings", f"--grep={subject}", branch],
        cwd=story.clone,
        env=environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout[:10]


def paste(story: Story, commands: list[str]) -> None:
    """Do what a reader does: paste the commands into a shell in the clone."""
    for command in commands:
        subprocess.run(["bash", "-c", command], cwd=story.clone, env=environment(), check=True, capture_output=True)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.head} into {scene.base}")
def test_each_branch_is_judged_as_the_story_tells(story: Story, scene: Scene) -> None:
    report = judge(Question(repo=story.clone, head=scene.head, base=scene.base))[0].report
    assert report.outcome.value == scene.verdict
    assert {verdict.rule for verdict in report.blocking} == set(scene.rules)
    assert {verdict.rule for verdict in report.warnings} == set(scene.warnings)


def test_b_calls_a_branch_what_comes_to_mind_and_is_told_a_name(story: Story) -> None:
    said = told(story, "pipeline1spark", "dev")["unknown-branch-type"]
    assert said[0] == "The name `pipeline1spark` matches no branch type."
    assert "· feature: `feature/**`, `feat/**`" in said
    assert "→ git branch -m pipeline1spark feature/pipeline1spark" in said


def test_c_starts_from_bs_branch_and_both_change_the_same_lines(story: Story) -> None:
    said = told(story, "pipeline", "pipeline1spark")
    assert (
        said["merge-conflict"][0] == "`pipeline` and `pipeline1spark` have changed the same lines: `src/pipeline.py`."
    )


def test_c_finds_a_name_but_brings_bs_work_along(story: Story) -> None:
    said = told(story, "feature/warehouse", "dev")["foreign-commits"]
    assert said[:3] == [
        "`feature/warehouse` carries 1 commit that belongs to `pipeline1spark`.",
        f"· `{commit(story, 'Read the sales with Spark', 'pipeline1spark')}` `Read the sales with Spark`",
        "→ Wait until `pipeline1spark` is merged; or start again from `dev`.",
    ]


def test_the_right_way_needs_no_words(story: Story) -> None:
    assert told(story, "feature/spark-pipeline", "dev") == {}


def test_the_same_branch_may_not_go_straight_to_main(story: Story) -> None:
    said = told(story, "feature/spark-pipeline", "main")
    assert list(said) == ["wrong-merge-target"]
    assert said["wrong-merge-target"] == [
        "`feature/spark-pipeline` is of type feature: it merges into `dev`, not into `main`.",
        "→ Open the pull request against `dev`.",
        "→ gh pr create --base dev",
    ]


def test_an_experiment_is_free_until_it_wants_to_be_merged(story: Story) -> None:
    said = told(story, "experiment/lightgbm", "dev")["wrong-merge-target"]
    assert said[0] == (
        "`experiment/lightgbm` is of type experiment: it merges into `experiment/**`, `play/**`, not into `dev`."
    )


def test_a_hotfix_from_dev_drags_the_holiday_calendar_along(story: Story) -> None:
    said = told(story, "hotfix/rounding", "main")["foreign-commits"]
    assert said[0] == "`hotfix/rounding` carries 4 commits that belong to `dev`."
    sha = commit(story, "Begin a calendar of holidays", "dev")
    assert f"· `{sha}` `Begin a calendar of holidays`, brought by #4 from `feature/holidays`" in said
    assert "→ Start the branch again from `main` and carry only its own commits over." in said


def test_pasting_the_remedy_mends_that_hotfix(tmp_path: Path) -> None:
    story = build(tmp_path)
    report = judge(Question(repo=story.clone, head="hotfix/rounding", base="main"))[0].report
    remedy = report.blocking[0].findings[0].remedy
    assert remedy is not None
    paste(story, list(remedy.commands))
    assert told(story, "hotfix/rounding", "main") == {}
    log = subprocess.run(
        ["git", "log", "--format=%s", "origin/main..origin/hotfix/rounding"],
        cwd=story.clone,
        env=environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    assert log.stdout == "Round to whole pieces\n"


def test_pasting_the_remedy_gives_bs_branch_its_name(tmp_path: Path) -> None:
    story = build(tmp_path)
    report = judge(Question(repo=story.clone, head="pipeline1spark", base="dev"))[0].report
    remedy = report.blocking[0].findings[0].remedy
    assert remedy is not None
    paste(story, list(remedy.commands))
    assert told(story, "feature/pipeline1spark", "dev") == {}


def test_hotfixes_from_main_pass_even_when_dev_has_them_already(story: Story) -> None:
    assert told(story, "hotfix/1.0.1", "main") == {}
    assert told(story, "hotfix/empty-store", "main") == {}


def test_a_release_needs_a_version_that_is_not_out_yet(story: Story) -> None:
    said = told(story, "release/1.0.0", "main")
    assert said["bad-version"][:2] == [
        "The version of `release/1.0.0` is tagged already, as `v1.0.0`.",
        "→ Rename it to `release/1.1.0`, push it, and open the pull request from there.",
    ]


def test_the_right_release_hears_only_of_the_other_one(story: Story) -> None:
    said = told(story, "release/1.1.0", "main")
    assert list(said) == ["parallel-release"]
    assert said["parallel-release"][0] == ("`release/1.1.0` is not the only open release: `release/1.0.0` is open too.")
    assert list(told(story, "release/1.1.0", "dev")) == ["parallel-release"]


def test_the_story_is_the_same_on_every_machine(tmp_path: Path, story: Story) -> None:
    again = build(tmp_path)
    assert refs(again) == refs(story)


def refs(story: Story) -> str:
    done = subprocess.run(
        ["git", "for-each-ref"], cwd=story.origin, env=environment(), capture_output=True, check=True, text=True
    )
    return done.stdout


def test_the_demo_plays_it_and_checks_itself(tmp_path: Path) -> None:
    """On a GitHub on this machine, from the webhook to the check run; what was built stays where it is told to."""
    result = CliRunner().invoke(demo, ["--once", "--keep", str(tmp_path / "story")], standalone_mode=False)
    structlog.reset_defaults()
    assert result.return_value == 0, result.output
    scenes = len(SCENES) + len(models.SCENES)
    assert f"{scenes} of {scenes} came out as the story tells." in result.output
    assert (tmp_path / "story" / "sales-forecast" / "README.md").exists()


def test_the_demo_is_a_command_of_headgate() -> None:
    assert cli.get_command(Context(cli), "demo") is demo


def test_a_foreign_commit_is_told_once(story: Story) -> None:
    said = told(story, "hotfix/rounding", "main")["foreign-commits"]
    shas = [line[:14] for line in said if line.startswith("· ")]
    assert len(shas) == len(set(shas))
