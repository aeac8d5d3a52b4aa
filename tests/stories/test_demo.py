"""The chapter's story on a GitHub: what the App says there, and the demo that shows it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import structlog
from click.testing import CliRunner

from bot.check import Question, judge
from bot.demo import demo
from bot.demo.play import theatre
from bot.errors import UsageProblem
from bot.judged import Judged
from bot.report import render
from bot.report.opinion import Opinion
from policies.evaluate import evaluate
from policies.facts import Merge
from sandbox.github.people.pull import Pull
from sandbox.github.server import Sandbox
from sandbox.story import SCENES, Story, build


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
