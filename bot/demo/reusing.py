"""The last scene, with ``--with-actions``: a push sets off the reusable workflow, which trains."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.demo.models import Workshop
from bot.demo.play import Theatre
from bot.demo.read import Played
from bot.demo.runner import EXAMPLE, Event, Runner
from bot.errors import UsageProblem
from bot.local import skeleton
from sandbox import reusing
from sandbox.github.people.pull import Pull
from sandbox.models import Measured


async def play(stage: Theatre, folder: Path, tracking_uri: str, pause: float) -> Played:
    """Let act train a pull request as the example's workflow says, and read the check; ``dev`` was trained before."""
    runner = Runner(folder, reusing.USED, tracking_uri)
    story = reusing.build(folder, {path: (EXAMPLE / path).read_text("utf-8") for path in skeleton.FILES})
    github = stage.gate.github
    repo = await github.adopt_repository(stage.repo.model.owner, story.name, story.origin)
    await _measure(story.clone, tracking_uri)

    async def train(pull: Pull, scene: Measured) -> bool:
        told: Mapping[str, Any] = next(
            each.payload for each in reversed(github.deliveries) if each.event == "pull_request"
        )
        return await runner.run(story.clone, f"{scene.workflow}.yml", Event("pull_request", told, pull.head_sha))

    return await Workshop(Theatre(stage.gate, repo), train, pause).play(reusing.SCENE)


async def _measure(clone: Path, tracking_uri: str) -> None:
    """Train ``dev`` as somebody does at a desk; MLflow notes the commit by itself."""
    settings = {"MLFLOW_TRACKING_URI": tracking_uri, "MLFLOW_EXPERIMENT_NAME": reusing.EXPERIMENT}
    for command in (["git", "checkout", "--quiet", "dev"], [sys.executable, "-m", "diabetes.train"]):
        process = await asyncio.create_subprocess_exec(
            *command, cwd=clone, env=os.environ | settings, stdout=DEVNULL, stderr=PIPE
        )
        _, said = await process.communicate()
        if process.returncode:
            raise UsageProblem(f"{' '.join(command[1:])} has failed: {said.decode(errors='replace')[-500:]}")
