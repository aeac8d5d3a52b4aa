"""The chapter's story on a GitHub: what the App says there, and the demo that shows it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import structlog
from click.testing import CliRunner

from bot.demo import demo, reusing
from bot.demo.models import Workshop, by_program, measure
from bot.demo.play import theatre
from bot.demo.tracking import Broken, known, trainer
from bot.errors import UsageProblem
from bot.judged import Judged
from bot.local.check import Question, judge
from bot.report import render
from bot.report.opinion import Opinion
from policies.evaluate import evaluate
from policies.facts import Merge
from sandbox import models
from sandbox.github.people.pull import Pull
from sandbox.github.server import Sandbox
from sandbox.story import SCENES, Story, build
from tests.services.mlflow import MlflowServer


def in_the_clone(story: Story, event: Path) -> Opinion:
    """Say what ``headgate check`` says of the same webhook, if it knew of the two things that a clone does not hold.

    There are no reviews; and GitHub says that there is a conflict, but not where.
    """
    (judged,) = judge(Question(repo=story.clone, event=event))
    assert isinstance(judged.facts.merge, Merge)
    facts = replace(judged.facts, merge=Merge(judged.facts.merge.state), reviews=())
    return render.opinion(Judged(facts, evaluate(facts, judged.policy.config), judged.policy))


def about(pull: Pull) -> str:
    """Return what the check says of one pull request; other open ones may have the same head."""
    text = pull.checks()["headgate"].output.summary or ""
    return text.partition(f"\n## #{pull.number} ")[2].partition("\n## #")[0] or text


async def test_every_word_is_that_of_headgate_check(github: Sandbox, tmp_path: Path) -> None:
    story = build(tmp_path)
    event = tmp_path / "event.json"
    github.world.looks_before_mergeable = 0
    async with theatre(github, story, tmp_path) as stage:
        for scene in SCENES:
            played = await stage.play(scene)
            assert played.as_told, scene
            told = next(each for each in reversed(github.deliveries) if each.event == "pull_request")
            event.write_text(json.dumps(told.payload), "utf-8")
            expected = in_the_clone(story, event)
            said = about(stage.repo.pull(played.number))
            assert expected.summary in said
            assert all(section.body in said for section in expected.sections)
            assert played.title in (expected.headline, "Both pull requests may be merged")


async def test_the_models_are_trained_and_judged(github: Sandbox, open_mlflow: MlflowServer, tmp_path: Path) -> None:
    trained = models.build(tmp_path)
    github.world.looks_before_mergeable = 0
    async with (
        theatre(github, trained, tmp_path, known(open_mlflow.url)) as stage,
        trainer(tmp_path, open_mlflow.url) as training,
    ):
        await measure(trained, training)
        workshop = Workshop(stage, by_program(training, trained.clone))
        played = [await workshop.play(scene) for scene in models.SCENES]
    assert [each for each in played if not each.as_told] == []
    assert [each.waited for each in played] == [
        f"Waiting for the training of {stage.repo.pull(each.number).head_sha[:10]} to end (workflow {scene.workflow})"
        for each, scene in zip(played, models.SCENES, strict=True)
    ]


async def test_the_published_actions_train_a_push(github: Sandbox, open_mlflow: MlflowServer, tmp_path: Path) -> None:
    """The loop is closed: act runs the reusable workflow, and its run finds the pull request."""
    github.world.looks_before_mergeable = 0
    async with theatre(github, build(tmp_path), tmp_path, known(open_mlflow.url)) as stage:
        played = await reusing.play(stage, tmp_path, open_mlflow.url, 0.0)
    assert played.as_told, (tmp_path / "actions" / "act.log").read_text()
    pull = github.repository("acme/diabetes").pull(played.number)
    assert played.waited == f"Waiting for the training of {pull.head_sha[:10]} to end (workflow ci)"
    (comment,) = pull.comments
    assert "`degree`: `2` → `1`" in comment.body


async def test_what_trains_ends_with_the_demo(tmp_path: Path) -> None:
    async with trainer(tmp_path, "http://127.0.0.1:9") as training:
        group = training._process.pid
        os.killpg(group, 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


async def test_what_trains_has_ended_too_early(tmp_path: Path) -> None:
    async with trainer(tmp_path, "http://127.0.0.1:9") as training:
        (tmp_path / "training.log").write_text("Killed\n")
        training._process.kill()
        with pytest.raises(Broken, match=r"^The process that trains has ended: Killed$"):
            await training.train(tmp_path, "0" * 40, "sales")


def test_the_demo_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    result = CliRunner().invoke(demo, ["--once", "--keep", str(tmp_path)], standalone_mode=False)
    structlog.reset_defaults()
    assert isinstance(result.exception, UsageProblem)
    assert str(result.exception).endswith("is not empty; name a directory that does not exist yet.")


async def test_the_demo_in_the_browser() -> None:
    """It says where to look, and goes on until somebody ends it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "demo", stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    line = b"begun"
    while line and b"Open http" not in line:
        line = await process.stdout.readline()
    page = line.decode().split()[1]
    async with aiohttp.ClientSession() as session, session.get(page) as answer:
        assert answer.status == 200
        assert "sales-forecast" in await answer.text()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
